// The door of the grammar: text to concrete syntax tree, comments and problems. Never throws for what a text contains.

import { EOF, tokenMatcher, type IRecognitionException, type IToken } from "chevrotain";
import type { ProgramCstNode } from "./cst.generated.js";
import { layout } from "./layout.js";
import { lex } from "./lexer.js";
import { tableLookahead } from "./lookahead.js";
import { SopParser } from "./parser.js";
import { MAX_PROBLEMS, type CommentText, type SyntaxProblem } from "./problems.js";
import { QuickParser } from "./quick-parser.generated.js";
import { TooManyMistakes } from "./syntax-messages.js";
import { endOf } from "./token.js";
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

/** Longer texts are not read; the tree of one takes about a kilobyte per token. */
export const MAX_CHARACTERS = 1_500_000;
export const MAX_TOKENS = 200_000;

let whole: SopParser | null = null;
let quick: QuickParser | null = null;

/** Parses a text. Of one that is too long or has too many mistakes the tree is empty; without `recover` there is none of a text with a mistake. */
export function parseCst(text: string, recover: true): ParsedText;
export function parseCst(text: string, recover: boolean): ParsedText | null;
export function parseCst(text: string, recover: boolean): ParsedText | null {
  if (text.length > MAX_CHARACTERS) return unread([{ id: "text-too-long", limit: MAX_CHARACTERS, unit: "characters", start: 0, end: 0 }]);
  const lexed = lex(text);
  const far = lexed.tokens[MAX_TOKENS];
  if (far !== undefined) return unread([{ id: "text-too-long", limit: MAX_TOKENS, unit: "words and signs", start: far.startOffset, end: endOf(far) }]);
  const laid = layout(lexed.tokens, text);
  const before = [...lexed.problems, ...laid.problems];
  if (before.length > MAX_PROBLEMS) return unread(before);
  const quickly = parseQuickly(laid.tokens);
  if (quickly === null && !recover) return null;
  const { tree, problems } = quickly === null ? parseWithRecovery(laid.tokens, text) : { tree: quickly, problems: [] };
  if (tree === null) return unread([...before, ...problems]);
  return { cst: tree, comments: lexed.comments, tokens: laid.tokens, problems: [...before, ...problems] };
}

/** The tree of a text without a mistake; null for any other. */
export function parseQuickly(tokens: IToken[]): ProgramCstNode | null {
  quick ??= new QuickParser();
  return quick.read(tokens);
}

/** The tree as far as it can be made, and the mistakes; the tree is null if they are too many. */
export function parseWithRecovery(tokens: IToken[], text: string): { readonly tree: ProgramCstNode | null; readonly problems: readonly SyntaxProblem[] } {
  whole ??= new SopParser({ validate: false, strict: false, lookahead: tableLookahead() });
  const parser = whole;
  parser.mistakes.count = 0;
  parser.input = tokens;
  let tree: ProgramCstNode | null = null;
  try {
    tree = parser.program() as ProgramCstNode;
  } catch (thrown) {
    if (!(thrown instanceof TooManyMistakes)) throw thrown;
  }
  // After a mistake in the last declaration the parser may stop at its end, which tells nobody anything.
  const isEcho = (error: IRecognitionException): boolean => error.name === "NotAllInputParsedException" && tokenMatcher(error.token, DeclarationEnd);
  const problems = parser.errors.flatMap((error) => (parser.errors.length > 1 && isEcho(error) ? [] : (describe(error, text) ?? [])));
  parser.input = [];
  return { tree, problems };
}

function unread(problems: readonly SyntaxProblem[]): ParsedText {
  return { cst: { name: "program", children: {} }, comments: [], tokens: [], problems };
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
