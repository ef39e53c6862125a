// Data files for programs whose data are made up: texts, rows of CSV and JSON, idx files. What they hold goes by a seed.

import { gzipSync } from "node:zlib";
import { stream, type Stream } from "../../runtime/random.js";

/** Numbers for one purpose, the same each time. */
export function draws(purpose: string): Stream {
  return stream(0, "made data", purpose);
}

/** One of them. */
export function oneOf<T>(numbers: Stream, choices: readonly T[]): T {
  const chosen = choices[numbers.below(choices.length)];
  if (chosen === undefined) throw new Error("a choice of nothing");
  return chosen;
}

/** So many rows. */
export function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const subjects = ["the king", "a fool", "my lady", "the ghost", "one soldier", "his daughter"];
const verbs = ["sees", "calls", "forgets", "follows", "mourns", "mocks"];
const objects = ["the crown", "an old friend", "the storm", "her letter", "a silver cup", "the night"];

/** A sentence out of a few words. */
export function sentence(numbers: Stream): string {
  return `${oneOf(numbers, subjects)} ${oneOf(numbers, verbs)} ${oneOf(numbers, objects)}`;
}

/** All words that sentences are made of. */
export const words: readonly string[] = [...new Set([...subjects, ...verbs, ...objects].flatMap((part) => part.split(" ")))].sort();

/** A play of so many characters at least. */
export function play(characters: number): string {
  const numbers = draws("play");
  const lines: string[] = [];
  for (let length = 0; length < characters; ) {
    const line = `${oneOf(numbers, ["LEAR", "HAL", "PORTIA"])}:\n${sentence(numbers)}, and ${sentence(numbers)}.\n`;
    lines.push(line);
    length += line.length + 1;
  }
  return lines.join("\n");
}

/** A CSV file; cells hold no commas, quotes or line ends. */
export function csv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return `${[header, ...rows].map((row) => row.join(",")).join("\n")}\n`;
}

/** A file with a JSON object on each line. */
export function jsonLines(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;
}

/** Numbers below `below`, from `least` to `most` of them. */
export function tokens(numbers: Stream, least: number, most: number, below: number): readonly number[] {
  return times(least + numbers.below(most - least + 1), () => numbers.below(below));
}

/** A `tokenizer.json` of whole words, as the library `tokenizers` writes it. */
export function wordTokenizer(): string {
  const vocab = Object.fromEntries(["[UNK]", ...words].map((word, index) => [word, index]));
  return JSON.stringify({ version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: { type: "Lowercase" }, pre_tokenizer: { type: "Whitespace" }, post_processor: null, decoder: null, model: { type: "WordLevel", vocab, unk_token: "[UNK]" } });
}

/** An idx file of bytes, gzipped. */
export function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt8(8, 2);
  header.writeUInt8(shape.length, 3);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return gzipSync(Buffer.concat([header, values]));
}
