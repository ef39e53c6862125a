// Splits the text of a module into tokens, in time linear in its length. `//` begins a comment. Used by parse.ts only.

/** A position in the text, both counted from 1, with what is wrong there. */
export interface TextProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Token {
  readonly kind: "word" | "number" | "string" | "value" | "sign" | "end";
  /** For a string, the text it stands for. */
  readonly text: string;
  readonly offset: number;
}

const patterns: readonly (readonly [Token["kind"], RegExp])[] = [
  ["word", /[A-Za-z_]\w*/y],
  ["value", /%\d{1,15}/y],
  ["number", /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/y],
  ["string", /"(?:[^"\\\n]|\\[^\n])*"/y],
  ["sign", /[(){}[\],:=@]/y],
];

/** The tokens and an `end`, or the first character that begins none. */
export function tokenize(text: string): { readonly kind: "tokens"; readonly tokens: readonly Token[] } | { readonly kind: "problem"; readonly offset: number; readonly message: string } {
  const tokens: Token[] = [];
  const space = /(?:\s|\/\/[^\n]*)*/y;
  let offset = 0;
  for (;;) {
    space.lastIndex = offset;
    space.test(text);
    offset = space.lastIndex;
    if (offset >= text.length) return { kind: "tokens", tokens: [...tokens, { kind: "end", text: "", offset }] };
    const token = match(text, offset);
    if (token === null) return { kind: "problem", offset, message: "no token begins here" };
    offset = token.end;
    if (token.kind !== "string") tokens.push({ kind: token.kind, text: token.text, offset: token.offset });
    else {
      const value = unquote(token.text);
      if (value === null) return { kind: "problem", offset: token.offset, message: "the string has an escape that is not JSON" };
      tokens.push({ kind: "string", text: value, offset: token.offset });
    }
  }
}

function match(text: string, offset: number): (Token & { readonly end: number }) | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset;
    const found = pattern.exec(text);
    if (found !== null) return { kind, text: found[0], offset, end: pattern.lastIndex };
  }
  return null;
}

function unquote(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
