// Which newlines count, between lexer and parser. A newline that ends something becomes `End` (inside braces) or `DeclarationEnd`
// (between declarations); all others go, and with them trailing commas. Brackets leave here balanced: what is not closed is closed where
// a line begins that cannot belong inside, what closes nothing is dropped. So one wrong bracket is one mistake for the parser's reader.
// Relies on lines.ts and tokens.ts.

import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import { endOf } from "./lexer.js";
import { declarationAt, goesOnAfter, goesOnBefore, hasTwoWords, is, startsStatement, wantsValue, type PlacedToken } from "./lines.js";
import type { SyntaxProblem } from "./problems.js";
import { nameReservedWords } from "./reserved-names.js";
import {
  Assign, CloseBrace, CloseBracket, CloseParen, Comma, DeclarationEnd, ElseWord, End, FromWord, FuseWord, IfWord, ImportWord, LetWord, ModelWord, Newline, OpenBrace,
  OpenBracket, OpenParen, Operator, PipeSymbol, RepeatWord, StringToken, ThenWord,
} from "./tokens.js";

/** Brackets in brackets; beyond, a text is refused (the parser and all later phases recurse). */
export const MAX_NESTING = 100;
/** Operators, pipes and `if`s that can end up inside each other in one expression. */
export const MAX_CHAIN = 1000;

/** Tokens to look ahead for the end of a bracket. */
const FAR = 100;

export interface Laid {
  readonly tokens: IToken[];
  readonly problems: SyntaxProblem[];
}

interface Opener {
  readonly token: IToken;
  /** Made by layout, whose mistake is told already. */
  readonly isMade: boolean;
  /** The chain before the bracket, which goes on after it. */
  readonly chain: number;
}

const closers: ReadonlyMap<TokenType, TokenType> = new Map([[OpenParen, CloseParen], [OpenBracket, CloseBracket], [OpenBrace, CloseBrace]]);
const openers = [...closers.keys()];
const closerTypes = [...closers.values()];

/** Prepares lexed tokens for the parser. */
export function layout(lexed: readonly IToken[], text: string): Laid {
  const tokens = place(lexed, text);
  const problems = nameReservedWords(tokens);
  return new Layout(tokens, problems).run();
}

/** Notes for each token whether it starts a line, and takes the newlines out. */
function place(lexed: readonly IToken[], text: string): PlacedToken[] {
  const placed: PlacedToken[] = [];
  let startsLine = false;
  let lineStart: number | null = 0;
  for (const token of lexed) {
    if (token.tokenType === Newline) {
      startsLine = true;
      lineStart = text.charAt(endOf(token) - 1) === ";" ? null : endOf(token);
    } else {
      placed.push({ token, startsLine, column: lineStart === null ? null : token.startOffset - lineStart });
      startsLine = false;
      lineStart = null;
    }
  }
  return placed;
}

/** One walk over the tokens of a text; has the open brackets and what has been let through so far. */
class Layout {
  private readonly out: IToken[] = [];
  private readonly stack: Opener[] = [];
  private chain = 0;
  private chainBase = 0;
  private droppedBraces = 0;
  /** A `then` stands on the line that is being read. */
  private hasThen = false;
  /** The `if` or `repeat` whose line is being read and whose brace has not come. */
  private head: { readonly name: string; readonly depth: number; readonly column: number } | null = null;
  /** The declaration that is open: its word, its column, and whether it may still get a brace. */
  private declaration: { readonly word: TokenType; readonly name: string; readonly column: number; lacksBrace: boolean } | null = null;

  constructor(
    private readonly tokens: readonly PlacedToken[],
    private readonly problems: SyntaxProblem[],
  ) {}

  run(): Laid {
    for (const [index, { token, startsLine }] of this.tokens.entries()) {
      if (startsLine || index === 0) this.startLine(index);
      this.take(index, token);
      if (this.stack.length > MAX_NESTING) return this.refuse({ id: "nesting-too-deep", limit: MAX_NESTING, start: token.startOffset, end: endOf(token) });
      if (this.chain > MAX_CHAIN) return this.refuse({ id: "expression-too-long", limit: MAX_CHAIN, start: token.startOffset, end: endOf(token) });
    }
    this.closeDownTo(0);
    if (this.out.length > 0) this.emit(DeclarationEnd);
    return { tokens: this.out, problems: this.problems };
  }

  private refuse(problem: SyntaxProblem): Laid {
    return { tokens: [], problems: [...this.problems.filter((other) => other.start < problem.start), problem] };
  }

  private get previous(): IToken | undefined {
    return this.out[this.out.length - 1];
  }

  private get top(): Opener | undefined {
    return this.stack[this.stack.length - 1];
  }

  /** Decides what the newline before the token at `index` means. */
  private startLine(index: number): void {
    const placed = this.tokens[index];
    if (placed === undefined) return;
    const { token, column } = placed;
    const word = declarationAt(this.tokens, index);
    // `let` and `import` inside a body are a habit from elsewhere; only at the margin do they start a declaration.
    const isDeclaration = word !== null && (this.stack.length === 0 || (word !== LetWord && word !== ImportWord) || (column ?? 1) <= (this.declaration?.column ?? 0));
    if (isDeclaration) {
      this.closeDownTo(0);
      if (this.out.length > 0) this.end(DeclarationEnd);
      const name = this.tokens[index + 1]?.token.image ?? "";
      this.declaration = { word, name, column: column ?? 0, lacksBrace: word !== LetWord && word !== ImportWord };
      return;
    }
    if (index === 0) return;
    const startsAnew = startsStatement(this.tokens, index);
    if (this.top !== undefined && !is(this.top.token, OpenBrace)) {
      if (!startsAnew && !hasTwoWords(this.tokens, index)) return;
      this.closeBrackets();
    } else if (goesOnBefore(token, this.stack.length === 0) && !this.isLoneElse(token)) {
      return;
    } else if (goesOnAfter(this.previous)) {
      if (!startsAnew && !(wantsValue(this.previous) && hasTwoWords(this.tokens, index))) return;
    } else if (this.lacksBrace(column)) {
      const name = this.head?.name ?? this.declaration?.name ?? "";
      const at = this.previous === undefined ? token.startOffset : endOf(this.previous);
      this.problems.push({ id: "missing-brace", start: at, end: at, name });
      this.push(this.emit(OpenBrace), true);
      this.startHead(token, column);
      return;
    }
    this.startHead(token, column);
    this.end(this.stack.length === 0 ? DeclarationEnd : End);
  }

  /** An `else` after what is no `if`; its line is one that the grammar does not know. */
  private isLoneElse(token: IToken): boolean {
    return is(token, ElseWord) && !is(this.previous, CloseBrace) && !this.hasThen;
  }

  private startHead(token: IToken, column: number | null): void {
    const isHead = is(token, IfWord, RepeatWord) && this.stack.length > 0 && column !== null;
    this.head = isHead ? { name: token.image, depth: this.stack.length, column: column ?? 0 } : null;
  }

  /** Is this line, further in than the head above it, the first of a body whose brace is missing? */
  private lacksBrace(column: number | null): boolean {
    if (this.head !== null) return this.stack.length === this.head.depth && column !== null && column > this.head.column;
    return this.stack.length === 0 && this.declaration !== null && this.declaration.lacksBrace && column !== null && column > this.declaration.column;
  }

  private take(index: number, token: IToken): void {
    if (is(token, OpenBrace, CloseBrace) && this.isBracketClosedAfter(index)) {
      this.dropBrace(token);
    } else if (is(token, ...openers)) {
      if (is(token, OpenBrace)) this.closeBrackets();
      this.out.push(token);
      this.push(token, false);
    } else if (is(token, ...closerTypes)) {
      this.close(index, token);
    } else {
      if (is(token, ThenWord)) {
        this.head = null;
        this.hasThen = true;
      }
      if (is(token, FromWord)) this.closeImport(index);
      if (is(token, Comma)) this.chain = this.chainBase;
      else if (is(token, Operator, PipeSymbol, IfWord, ElseWord)) this.chain++;
      if (this.stack.length === 0 && this.declaration !== null && this.declaration.word === ModelWord && is(token, Assign, FuseWord)) this.declaration.lacksBrace = false;
      this.out.push(token);
    }
  }

  /** `import { name from "..."` lacks its brace. */
  private closeImport(index: number): void {
    if (this.declaration?.word === ImportWord && this.stack.length === 1 && is(this.tokens[index + 1]?.token, StringToken)) this.closeTop();
  }

  /** Is a parenthesis or square bracket open that is closed further on in the line of the brace at `index`? Then the brace is the slip. */
  private isBracketClosedAfter(index: number): boolean {
    const closer = closers.get(this.top?.token.tokenType ?? OpenBrace);
    if (closer === undefined || closer === CloseBrace) return false;
    let depth = 0;
    for (let i = index + 1; i < index + FAR; i++) {
      const placed = this.tokens[i];
      if (placed === undefined || placed.startsLine) return false;
      if (is(placed.token, OpenParen, OpenBracket)) depth++;
      else if (is(placed.token, CloseParen, CloseBracket) && depth-- === 0) return placed.token.tokenType === closer;
    }
    return false;
  }

  /** Leaves out a brace inside parentheses; a pair of them is one mistake. */
  private dropBrace(token: IToken): void {
    const place = { start: token.startOffset, end: endOf(token) };
    if (is(token, OpenBrace)) {
      this.problems.push({ id: "unknown-character", ...place, text: token.image });
      this.droppedBraces++;
    } else if (this.droppedBraces > 0) {
      this.droppedBraces--;
    } else {
      this.problems.push({ id: "unmatched-bracket", ...place, text: token.image });
    }
  }

  private push(token: IToken, isMade: boolean): void {
    if (is(token, OpenBrace)) this.head = null;
    if (is(token, OpenBrace) && this.stack.length === 0 && this.declaration !== null) this.declaration.lacksBrace = false;
    this.stack.push({ token, isMade, chain: this.chain });
    this.chainBase = this.chain;
  }

  private pop(): void {
    this.chain = this.stack.pop()?.chain ?? 0;
    this.chainBase = this.top?.chain ?? 0;
  }

  private close(index: number, token: IToken): void {
    const place = { start: token.startOffset, end: endOf(token) };
    if (is(token, CloseBrace)) {
      this.closeBrackets();
      if (this.stack.length === 0 || this.isSurplus(index)) {
        this.problems.push({ id: "unmatched-bracket", ...place, text: token.image });
        return;
      }
    } else {
      const top = this.top;
      if (top === undefined || is(top.token, OpenBrace)) {
        this.problems.push({ id: "unmatched-bracket", ...place, text: token.image });
        return;
      }
      if (closers.get(top.token.tokenType) !== token.tokenType) {
        const below = this.stack[this.stack.length - 2];
        if (below !== undefined && closers.get(below.token.tokenType) === token.tokenType) {
          this.closeTop();
        } else {
          const expected = top.token.image === "(" ? ")" : "]";
          const opener = { start: top.token.startOffset, end: endOf(top.token) };
          this.problems.push({ id: "wrong-bracket", ...place, found: token.image, expected, opener });
          this.dropComma();
          this.emit(closers.get(top.token.tokenType) ?? CloseParen, endOf(token));
          this.pop();
          return;
        }
      }
    }
    this.dropComma();
    this.dropEnd();
    this.out.push(token);
    this.pop();
  }

  /** Would this brace end its declaration although the next line is still further in, and starts nothing new? */
  private isSurplus(index: number): boolean {
    const next = this.tokens[index + 1];
    if (this.stack.length !== 1 || this.declaration === null || next === undefined || !next.startsLine || next.column === null) return false;
    if (next.column <= this.declaration.column || declarationAt(this.tokens, index + 1) !== null) return false;
    return !goesOnBefore(next.token, true);
  }

  /** Closes parentheses and square brackets that are open in the current braces. */
  private closeBrackets(): void {
    while (this.top !== undefined && !is(this.top.token, OpenBrace)) this.closeTop();
  }

  private closeDownTo(depth: number): void {
    while (this.stack.length > depth) this.closeTop();
  }

  /** Closes the innermost bracket in the text's stead and reports it. */
  private closeTop(): void {
    const opener = this.top;
    if (opener === undefined) return;
    this.dropComma();
    this.dropEnd();
    const type = closers.get(opener.token.tokenType) ?? CloseBrace;
    const at = this.previous === undefined ? 0 : endOf(this.previous);
    if (!opener.isMade) {
      const last = this.problems[this.problems.length - 1];
      // Several that end at one place are one mistake, told for the outermost.
      const inner = last !== undefined && last.id === "unclosed-bracket" && last.start === at ? last.close : "";
      if (inner !== "") this.problems.pop();
      const [open, own] = [opener.token.image, type === CloseBrace ? "}" : type === CloseParen ? ")" : "]"];
      const place = { start: opener.token.startOffset, end: endOf(opener.token) };
      this.problems.push({ id: "unclosed-bracket", start: at, end: at, open, close: inner + own, opener: place });
    }
    this.emit(type, at);
    this.pop();
  }

  /** A list may end with a comma. */
  private dropComma(): void {
    const before = this.out[this.out.length - 2];
    if (is(this.previous, Comma) && !is(before, Comma, ...openers)) this.out.pop();
  }

  /** Braces need no newline before they close. */
  private dropEnd(): void {
    while (is(this.previous, End)) this.out.pop();
  }

  /** Lets a newline through, except right after an opening brace and after another one. */
  private end(type: TokenType): void {
    this.chain = this.chainBase;
    this.hasThen = false;
    if (this.stack.length > 0 && is(this.previous, OpenBrace)) return;
    if (!is(this.previous, End, DeclarationEnd)) this.emit(type);
  }

  /** Makes a token of no width. */
  private emit(type: TokenType, at = this.previous === undefined ? 0 : endOf(this.previous)): IToken {
    const token = createTokenInstance(type, "", at, at - 1, NaN, NaN, NaN, NaN);
    this.out.push(token);
    return token;
  }
}
