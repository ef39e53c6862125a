// Text to tokens: Chevrotain's lexer, then words get their kind and foreign spellings become what was meant.
// Relies on tokens.ts. Never throws; time grows with the length of the text only.

import { Lexer, type IToken, type TokenType } from "chevrotain";
import { MAX_PROBLEMS, type CommentText, type SyntaxProblem } from "./problems.js";
import {
  AndWord, AtLeast, AtMost, digits, Divide, DocComment, Equal, ForeignComment, ForeignOperator, ForeignString, Identifier, lexedTokens, Minus, NotEqual, NotWord,
  numberSuffix, NumberToken, OrWord, Power, StringToken, Times, wordTokens,
} from "./tokens.js";

export interface LexedText {
  /** All tokens in order, newlines among them, comments not. */
  readonly tokens: IToken[];
  readonly comments: CommentText[];
  readonly problems: SyntaxProblem[];
}

const foreignOperators: ReadonlyMap<string, readonly [meant: string, type: TokenType]> = new Map([
  ["&&", ["and", AndWord]],
  ["||", ["or", OrWord]],
  ["!", ["not", NotWord]],
  ["===", ["==", Equal]],
  ["!==", ["!=", NotEqual]],
  ["≠", ["!=", NotEqual]],
  ["≤", ["<=", AtMost]],
  ["≥", [">=", AtLeast]],
  ["^", ["**", Power]],
  ["×", ["*", Times]],
  ["÷", ["/", Divide]],
  ["−", ["-", Minus]],
  ["–", ["-", Minus]],
]);

// 400 digits and exponents of three digits are more than any dtype holds, and keep exact arithmetic on them cheap.
const wellFormedNumber = new RegExp(`^(?=.{1,400}$)${digits.source}(?:${numberSuffix.source})?$`);

// Word processors put these in the place of straight ones.
const closingQuotes: ReadonlyMap<string, string> = new Map(["“", "”", "„", "‘", "’"].map((quote) => [quote, "“”‘’\"'"]));

let lexer: Lexer | null = null;

/** A lexer of the tokens; with `validate` Chevrotain looks for mistakes in them, which takes as long as all the rest. */
export function makeLexer(validate: boolean): Lexer {
  return new Lexer([...lexedTokens], { positionTracking: "onlyOffset", lineTerminatorCharacters: ["\n"], lineTerminatorsPattern: /\n/g, skipValidations: !validate, ensureOptimizations: true });
}

/** Splits a text into tokens. */
export function lex(text: string): LexedText {
  lexer ??= makeLexer(false);
  const result = lexer.tokenize(text);
  const problems: SyntaxProblem[] = result.errors.slice(0, MAX_PROBLEMS + 1).map((error) => ({
    id: "unknown-character",
    start: error.offset,
    end: error.offset + error.length,
    text: text.slice(error.offset, error.offset + error.length),
  }));
  const tokens: IToken[] = [];
  for (const token of result.tokens) {
    // Chevrotain tracks the beginning only.
    token.endOffset = token.startOffset + token.image.length - 1;
    const problem = settle(token);
    if (problem !== null && problems.length <= MAX_PROBLEMS) problems.push(problem);
    if (token.tokenType !== ForeignComment) tokens.push(token);
  }
  const comments = (result.groups["comments"] ?? []).map((token) => ({
    start: token.startOffset,
    end: token.startOffset + token.image.length,
    doc: token.tokenType === DocComment,
    text: token.image,
  }));
  return { tokens, comments, problems };
}

/** The offset after a token. */
export function endOf(token: IToken): number {
  return (token.endOffset ?? token.startOffset) + 1;
}

/** Changes the kind of a token. */
export function become(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx ?? 0;
}

/** Gives a token its final kind; the problem with it, if there is one. */
function settle(token: IToken): SyntaxProblem | null {
  if (token.tokenType === Identifier) {
    const type = wordTokens.get(token.image);
    if (type !== undefined) become(token, type);
    return null;
  }
  return settlable.has(token.tokenType) ? settleSpelling(token) : null;
}

const settlable: ReadonlySet<TokenType> = new Set([NumberToken, ForeignString, ForeignComment, ForeignOperator]);

function settleSpelling(token: IToken): SyntaxProblem | null {
  const place = { start: token.startOffset, end: endOf(token) };
  switch (token.tokenType) {
    case NumberToken:
      return wellFormedNumber.test(token.image) ? null : { id: "malformed-number", ...place, text: token.image };
    case ForeignString: {
      become(token, StringToken);
      const quote = token.image.charAt(0);
      const isClosed = token.image.length > 1 && (closingQuotes.get(quote) ?? quote).includes(token.image.charAt(token.image.length - 1));
      if (quote === '"' || !isClosed) return { id: "unterminated-string", ...place };
      return { id: "foreign-spelling", ...place, found: token.image, meant: `"${token.image.slice(1, -1).replaceAll('"', '\\"')}"` };
    }
    case ForeignComment: {
      const inner = token.image.replace(/^(#|\/\*)+|\*\/$/g, "").trim();
      const meant = inner.split(/\s*[\r\n]\s*/).map((line) => `// ${line}`.trim()).join("\n");
      return { id: "foreign-spelling", ...place, found: token.image.startsWith("#") ? "#" : "/*", meant };
    }
    case ForeignOperator: {
      const [meant, type] = foreignOperators.get(token.image) ?? ["", Identifier];
      const problem: SyntaxProblem = { id: "foreign-spelling", ...place, found: token.image, meant };
      become(token, type);
      return problem;
    }
    default:
      return null;
  }
}
