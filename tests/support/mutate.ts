// Damages programs: the source of mangled text for property tests. Deterministic by seed. Relies on nothing of the compiler.

/** A stream of numbers in [0, 1); mulberry32. */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const fragments = [
  "(", ")", "[", "]", "{", "}", ",", ":", "=", "|>", "+", "-", "*", "/", "**", "==", "<", "and", "not", ".", "..", "->", "|", "\"", "\\", "'", "#", "//", "///",
  "\n", ";", "\r\n", "\t", " ", "\0", "\ud800", "é", "%", "1", "0x", "1e", "3 epochs", "10%", "x", "_", "let", "model", "if", "then", "else", "repeat", "output", "input",
  "layer", "frozen", "overparam", "fuse", "from", "as", "at", "on", "by", "when", "fields", "import", "train", "data", "\"text\"", "x = 1\n", "// note\n", "/// doc\n",
];

/** Words, numbers, strings, comments, spaces and symbols: pieces that a token-wise change moves as a whole. */
function pieces(text: string): string[] {
  return text.match(/\w+|"[^"\n]*"|\/\/[^\n]*|[ \t]+|\r?\n|\|>|\*\*|->|\.\.|[^]/g) ?? [];
}

/** A text with one to `most` changes: characters or tokens removed, doubled, swapped, replaced or put in. */
export function mutate(text: string, random: () => number, most = 3): string {
  let result = text;
  const changes = 1 + Math.floor(random() * most);
  for (let i = 0; i < changes; i++) result = random() < 0.2 ? changeCharacter(result, random) : changePiece(result, random);
  return result;
}

function pick<T>(list: readonly T[], random: () => number, fallback: T): T {
  return list[Math.floor(random() * list.length)] ?? fallback;
}

function changeCharacter(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const kind = random();
  if (kind < 0.4) return text.slice(0, at) + text.slice(at + 1);
  if (kind < 0.5) return text.slice(0, at);
  return text.slice(0, at) + pick(fragments, random, "") + text.slice(at + (kind < 0.75 ? 1 : 0));
}

function changePiece(text: string, random: () => number): string {
  const all = pieces(text);
  const at = Math.floor(random() * all.length);
  const kind = random();
  if (kind < 0.25) all.splice(at, 1);
  else if (kind < 0.35) all.splice(at, 0, all[at] ?? "");
  else if (kind < 0.5) all.splice(at, 1, pick(fragments, random, ""));
  else if (kind < 0.7) all.splice(at, 0, pick(fragments, random, ""));
  else if (kind < 0.85) all.splice(at, 1, pick(all, random, ""));
  else {
    const other = Math.floor(random() * all.length);
    [all[at], all[other]] = [all[other] ?? "", all[at] ?? ""];
  }
  return all.join("");
}

/** What may stand between two pieces; `n` makes comments different. */
const gaps: readonly ((n: string) => string)[] = [
  () => " ", () => " \t ", () => "\n", () => "\r\n", () => "\n\n\n", (n) => ` // ${n}\n`, (n) => `\n// ${n}\n`, (n) => `\n/// ${n}\n`, (n) => ` /// ${n}\n`, (n) => `//${n}\r\n`, (n) => ` //// ${n}\n`,
  (n) => ` // ${n} ) ] } { " ' , ; |>\n`, () => "//\n", (n) => `\n\n  //  ${n}  \n\n  `, (n) => `\n// ${n}a\n// ${n}b\n`, (n) => ` // ${n} // ${n}x\n`, (n) => ` // é ${n} 😀\n`,
];

/** A text that is valid, with spaces, line ends and comments at one to `most` places between its pieces, as far as it stays valid there. */
export function scatter(text: string, random: () => number, isValid: (text: string) => boolean, most = 6): string {
  let result = text;
  const places = 1 + Math.floor(random() * most);
  for (let i = 0; i < places; i++) {
    const all = pieces(result);
    all.splice(Math.floor(random() * (all.length + 1)), 0, pick(gaps, random, () => " ")(`note${i}`));
    const next = all.join("");
    if (isValid(next)) result = next;
  }
  return result;
}
