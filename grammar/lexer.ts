// Text to tokens: split by quick-lexer.ts or Chevrotain's lexer, then words have their kind and foreign spellings become what was meant.
// Relies on tokens.ts. Never throws; time grows with the length of the text only.

import { Lexer, type IToken, type TokenType } from "chevrotain";
import { isOne } from "./kinds.js";
import { MAX_PROBLEMS, type CommentText, type SyntaxProblem } from "./problems.js";
import { splitQuickly, unsettledKinds, type SplitText } from "./quick-lexer.js";
import { become, endOf, makeToken } from "./token.js";
import {
  AndWord, AtLeast, AtMost, CloseBrace, CloseBracket, CloseParen, digits, Divide, DocComment, Equal, ForeignComment, ForeignOperator, ForeignString, Identifier, lexedTokens, Minus, NotEqual, NotWord,
  numberSuffix, NumberToken, OpenBrace, OrWord, Power, StringToken, Times, wordTokens,
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
  return settled(splitQuickly(text) ?? splitWhole(text));
}

/** As `lex`, by Chevrotain's engine. */
export function lexWhole(text: string): LexedText {
  return settled(splitWhole(text));
}

function splitWhole(text: string): SplitText & Pick<LexedText, "problems"> {
  lexer ??= makeLexer(false);
  const { tokens, groups, errors } = lexer.tokenize(text);
  const comments = groups["comments"] ?? [];
  for (const token of [...tokens, ...comments]) {
    // Chevrotain tracks the beginning only.
    token.endOffset = token.startOffset + token.image.length - 1;
    const type = token.tokenType === Identifier ? wordTokens.get(token.image) : undefined;
    if (type !== undefined) become(token, type);
  }
  const problems = errors.slice(0, MAX_PROBLEMS + 1).map(({ offset, length }): SyntaxProblem => ({ id: "unknown-character", start: offset, end: offset + length, text: text.slice(offset, offset + length) }));
  return { tokens, comments, unsettled: tokens.filter((token) => isOne(token, unsettledKinds)), problems };
}

/** Looks for mistakes of spelling, and gives tokens their final kinds. */
function settled(split: SplitText & { readonly problems?: SyntaxProblem[] }): LexedText {
  const { tokens, unsettled, problems = [] } = split;
  const behind = new Map<IToken, readonly IToken[]>();
  const hasForeignComments = unsettled.some(({ tokenType }) => tokenType === ForeignComment);
  for (const token of unsettled) {
    let problem = settleSpelling(token);
    if (problem?.id === "unterminated-string") {
      behind.set(token, releaseBrackets(token));
      problem = { ...problem, end: endOf(token) };
    }
    if (problem !== null && problems.length <= MAX_PROBLEMS) problems.push(problem);
  }
  const comments = split.comments.map((token) => ({ start: token.startOffset, end: endOf(token), doc: token.tokenType === DocComment, text: token.image }));
  if (behind.size > 0) return { tokens: tokens.flatMap((token) => (token.tokenType === ForeignComment ? [] : [token, ...(behind.get(token) ?? [])])), comments, problems };
  return { tokens: hasForeignComments ? tokens.filter(({ tokenType }) => tokenType !== ForeignComment) : tokens, comments, problems };
}

const released: ReadonlyMap<string, TokenType> = new Map([[")", CloseParen], ["]", CloseBracket], ["}", CloseBrace], ["{", OpenBrace]]);

/** Takes the brackets at the end of a line, with what may stand behind and between them, out of a string that goes on to there because its quote is missing. */
function releaseBrackets(token: IToken): readonly IToken[] {
  const start = endingBrackets(token.image);
  const found = [...token.image.slice(start).replace(/\/\/[^]*/, "").matchAll(/[)\]}{]/g)].map(({ 0: bracket, index }) => makeToken(released.get(bracket) ?? CloseParen, bracket, token.startOffset + start + index));
  token.image = token.image.slice(0, start).trimEnd();
  token.endOffset = token.startOffset + token.image.length - 1;
  return found;
}

/** Where the brackets that end a line begin. One that is opened in the text itself closes there, too. */
function endingBrackets(image: string): number {
  const code = image.replace(/\s\/\/[^]*$/, "");
  let start = code.length;
  for (; start > 1 && /[\s)\]}{]/.test(code.charAt(start - 1)); start--);
  const rest = code.slice(start).search(/\S/);
  if (rest < 0) return image.length;
  let depth = 0;
  for (const sign of code.slice(0, start)) depth = Math.max(0, depth + Number(/[([{]/.test(sign)) - Number(/[)\]}]/.test(sign)));
  for (let at = start; at < code.length; at++) {
    if (depth === 0 && /\S/.test(code.charAt(at))) return at;
    if (/[)\]}]/.test(code.charAt(at))) depth--;
  }
  return image.length;
}

/** Gives a token its final kind; the problem with it, if there is one. */
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
