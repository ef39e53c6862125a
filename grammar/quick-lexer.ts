// Splits a text with one regular expression, made of the tokens' own patterns in the order in which Chevrotain's lexer tries them: V8 finds all
// pieces in one go, where Chevrotain's engine takes several times as long. A text with a character that begins no token is left to that, which
// says where it stands. tests/unit/grammar.test.ts holds that both find the same. Relies on tokens.ts.

import type { IToken, TokenType } from "chevrotain";
import { kinds } from "./kinds.js";
import { makeToken } from "./token.js";
import { Comment, DocComment, ForeignComment, ForeignOperator, ForeignString, Identifier, lexedTokens, NumberToken, Space, wordTokens } from "./tokens.js";

/** Kinds whose spelling lexer.ts looks at. */
export const unsettledKinds = kinds(NumberToken, ForeignString, ForeignComment, ForeignOperator);

/** Pieces of a text, all with their first and last offset. */
export interface SplitText {
  /** Words have the kinds of their own. */
  readonly tokens: IToken[];
  readonly comments: IToken[];
  /** Those of the tokens whose spelling is not settled: numbers, and what other languages write. */
  readonly unsettled: IToken[];
}

function sourceOf({ PATTERN: pattern }: TokenType): string {
  return pattern instanceof RegExp ? pattern.source : String(pattern).replace(/[|\\{}()[\]^$+*?.]/g, "\\$&");
}

const pieces = new RegExp(lexedTokens.map(sourceOf).join("|"), "g");

/** The kind of what begins with a character, by its code, where there is one kind only and one spelling, or a pattern. */
const kindByFirst = kindsByFirst();
/** The kinds of symbols. */
const kindBySpelling = new Map(lexedTokens.map((type) => [type.PATTERN, type]));
/** What a piece of any other kind matches as a whole. */
const wholes = lexedTokens.flatMap((type) => (type.PATTERN instanceof RegExp ? [{ type, whole: new RegExp(`^(?:${sourceOf(type)})$`) }] : []));

function kindsByFirst(): readonly (TokenType | undefined)[] {
  const kinds: (TokenType | undefined)[] = [];
  const shared = new Set<number>();
  for (const type of lexedTokens) {
    const { PATTERN: pattern, START_CHARS_HINT: hint = [String(pattern).charAt(0)] } = type;
    for (const first of hint) {
      const code = typeof first === "number" ? first : first.charCodeAt(0);
      if (kinds[code] !== undefined || (typeof pattern === "string" && pattern.length > 1)) shared.add(code);
      kinds[code] = type;
    }
  }
  for (const code of shared) kinds[code] = undefined;
  return kinds;
}

/** The pieces of a text; null if it has a character that begins none. */
export function splitQuickly(text: string): SplitText | null {
  const images = text.match(pieces) ?? [];
  const tokens: IToken[] = [];
  const comments: IToken[] = [];
  const unsettled: IToken[] = [];
  let startOffset = 0;
  for (let index = 0; index < images.length; index++) {
    const image = images[index] ?? "";
    const first = kindByFirst[image.charCodeAt(0)];
    if (first !== Space) {
      const type = first === Identifier ? (wordTokens.get(image) ?? Identifier) : (first ?? kindOf(image));
      const token = makeToken(type, image, startOffset);
      if (type === Comment || type === DocComment) comments.push(token);
      else tokens.push(token);
      if (unsettledKinds[token.tokenTypeIdx] === 1) unsettled.push(token);
    }
    startOffset += image.length;
  }
  return startOffset === text.length ? { tokens, comments, unsettled } : null;
}

function kindOf(image: string): TokenType {
  return kindBySpelling.get(image) ?? wholes.find(({ whole }) => whole.test(image))?.type ?? Identifier;
}
