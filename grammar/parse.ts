// The door of the grammar: text to concrete syntax tree, comments and problems. Never throws for what a text contains.

import { EOF, tokenMatcher, type IRecognitionException, type IToken } from "chevrotain";
import type { ProgramCstNode } from "./cst.generated.js";
import { layout } from "./layout.js";
import { endOf, lex } from "./lexer.js";
import { SopParser } from "./parser.js";
import type { CommentText, SyntaxProblem } from "./problems.js";
import { CloseBrace, DeclarationEnd, End } from "./tokens.js";

// Readers of the tree need no other name of Chevrotain's.
export type { CstNode, IToken } from "chevrotain";

export interface ParsedText {
  readonly cst: ProgramCstNode;
  /** In order of position. */
  readonly comments: readonly CommentText[];
  /** All tokens that the tree is made of, in order; those that layout made are of no width. */
  readonly tokens: readonly IToken[];
  readonly problems: readonly SyntaxProblem[];
}

let parser: SopParser | null = null;

/** Parses a whole file. */
export function parseCst(text: string): ParsedText {
  parser ??= new SopParser({ validate: false, strict: false });
  const lexed = lex(text);
  const laid = layout(lexed.tokens, text);
  parser.input = laid.tokens;
  const cst = parser.program() as ProgramCstNode;
  const problems = [...lexed.problems, ...laid.problems, ...parser.errors.flatMap((error) => describe(error, text) ?? [])];
  parser.input = [];
  return { cst, comments: lexed.comments, tokens: laid.tokens, problems };
}

/** An error of the parser as a problem: at what was found, or after what stands before where only the line ends. */
function describe(error: IRecognitionException & { readonly previousToken?: IToken }, text: string): SyntaxProblem | null {
  const { token, previousToken } = error;
  const after = previousToken === undefined || Number.isNaN(previousToken.startOffset) ? text.length : endOf(previousToken);
  if (tokenMatcher(token, EOF)) return { id: "expected-syntax", start: after, end: after, expected: error.message, found: "the end of the file" };
  if (tokenMatcher(token, End) || tokenMatcher(token, DeclarationEnd)) {
    return { id: "expected-syntax", start: token.startOffset, end: token.startOffset, expected: error.message, found: "the end of the line" };
  }
  // A brace on a line further down is not what anybody would look at.
  if (tokenMatcher(token, CloseBrace) && /[\r\n]/.test(text.slice(after, token.startOffset))) {
    return { id: "expected-syntax", start: after, end: after, expected: error.message, found: "the end of the line" };
  }
  // A bracket that layout made: its absence is told already.
  if (token.image === "") return null;
  const line = token.image.split(/[\r\n]/, 1)[0] ?? "";
  const found = `\`${line.length > 40 ? `${line.slice(0, 37)}...` : line}\``;
  return { id: "expected-syntax", start: token.startOffset, end: endOf(token), expected: error.message, found };
}
