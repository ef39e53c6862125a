// Which newlines count, between lexer and parser. A newline that ends something becomes `End` (inside braces) or `DeclarationEnd`
// (between declarations); all others go, and with them trailing commas. Brackets leave here balanced: what is not closed is closed where
// a line begins that cannot belong inside, what closes nothing is dropped. So one wrong bracket is one mistake for the parser's reader.
// Relies on lines.ts, brackets.ts and tokens.ts.

import type { IToken, TokenType } from "chevrotain";
import { Brackets, closers } from "./brackets.js";
import { is, isOne, kinds } from "./kinds.js";
import { columnAt, declarationAt, goesOnAfter, goesOnBefore, hasTwoWords, isOptionLine, linesOf, startsLine, startsStatement, wantsValue, WITHIN, type Lines } from "./lines.js";
import { MAX_PROBLEMS, type SyntaxProblem } from "./problems.js";
import { nameReservedWords } from "./reserved-names.js";
import { endOf } from "./token.js";
import {
  Arrow, Assign, BlockWord, CloseBrace, CloseBracket, CloseParen, Colon, Comma, DeclarationEnd, ElseWord, End, FromWord, FuseWord, IfWord, ImportWord,
  LetWord, ModelWord, Name, OnWord, OpenBrace, OpenBracket, OpenParen, Operator, PipeSymbol, RepeatWord, StringToken, ThenWord, TrainWord,
} from "./tokens.js";

/** Brackets in brackets; beyond, a text is refused (the parser and all later phases recurse). */
export const MAX_NESTING = 100;
/** Operators, pipes and `if`s that can end up inside each other in one expression. */
export const MAX_CHAIN = 1000;

/** Tokens to look ahead for the end of a bracket. */
const FAR = 100;

const headWords = kinds(IfWord, RepeatWord);
const chaining = kinds(Operator, PipeSymbol, IfWord, ElseWord);
const modelSigns = kinds(Assign, FuseWord);
const beforeItem = kinds(Comma, Colon, OpenParen);
const listOpeners = kinds(OpenParen, OpenBracket);
const listClosers = kinds(CloseParen, CloseBracket);
const ends = kinds(End, DeclarationEnd);
/** What changes the state of the walk; all others, which are most of a text, are let through as they are. */
const structural = kinds(
  OpenParen, OpenBracket, OpenBrace, CloseParen, CloseBracket, CloseBrace, Comma, Operator, PipeSymbol, IfWord, ElseWord, ThenWord, Assign, FuseWord, FromWord, Arrow, OnWord,
);

export interface Laid {
  readonly tokens: IToken[];
  readonly problems: SyntaxProblem[];
}

/** Prepares lexed tokens for the parser. */
export function layout(lexed: readonly IToken[], text: string): Laid {
  const lines = linesOf(lexed, text);
  const problems = nameReservedWords(lines);
  return new Layout(lines, problems).run();
}

/** One walk over the tokens of a text; has the open brackets and what has been let through so far. */
class Layout {
  private readonly brackets: Brackets;
  private droppedBraces = 0;
  /** A `then` stands on the line that is being read. */
  private hasThen = false;
  /** The `if` or `repeat` whose line is being read and whose brace has not come. */
  private head: { readonly name: string; readonly depth: number; readonly column: number } | null = null;
  /** Bodies that a colon began, as in Python: how deep they stand, and the column of their heads. They end by indentation, too. */
  private readonly indented: { readonly depth: number; readonly column: number }[] = [];
  /** The declaration that is open: its word, its column, and whether it may still get a brace. */
  private declaration: { readonly word: TokenType; readonly name: string; readonly column: number; lacksBrace: boolean } | null = null;

  private readonly tokens: readonly IToken[];

  constructor(
    private readonly lines: Lines,
    private readonly problems: SyntaxProblem[],
  ) {
    this.tokens = lines.tokens;
    this.brackets = new Brackets(problems);
  }

  run(): Laid {
    const { tokens, columns } = this.lines;
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index];
      if (token === undefined) break;
      if (columns[index] !== WITHIN) this.startLine(index, token);
      if (structural[token.tokenTypeIdx] !== 1) {
        this.brackets.out.push(token);
        continue;
      }
      this.take(index, token);
      if (this.problems.length > MAX_PROBLEMS) return { tokens: [], problems: this.problems };
      if (this.brackets.depth > MAX_NESTING) return this.refuse({ id: "nesting-too-deep", limit: MAX_NESTING, start: token.startOffset, end: endOf(token) });
      if (this.brackets.chainLength > MAX_CHAIN) return this.refuse({ id: "expression-too-long", limit: MAX_CHAIN, start: token.startOffset, end: endOf(token) });
    }
    this.brackets.closeAll();
    const { out } = this.brackets;
    if (out.length > 0 && !is(this.previous, DeclarationEnd)) out.push(this.brackets.make(DeclarationEnd));
    return { tokens: out, problems: this.problems };
  }

  private refuse(problem: SyntaxProblem): Laid {
    return { tokens: [], problems: [...this.problems.filter((other) => other.start < problem.start), problem] };
  }

  private get previous(): IToken | undefined {
    return this.brackets.previous;
  }

  private get depth(): number {
    return this.brackets.depth;
  }

  /** Decides what the newline before the token at `index` means. */
  private startLine(index: number, token: IToken): void {
    const column = columnAt(this.lines, index);
    const word = declarationAt(this.lines, index);
    // `let` and `import` inside a body are a habit from elsewhere; only at the margin do they start a declaration.
    const isDeclaration = word !== null && (this.depth === 0 || (word !== LetWord && word !== ImportWord) || (column ?? 1) <= (this.declaration?.column ?? 0));
    if (isDeclaration) {
      this.brackets.closeAll();
      if (this.previous !== undefined) this.end(DeclarationEnd);
      const name = this.tokens[index + 1]?.image ?? "";
      this.declaration = { word, name, column: column ?? 0, lacksBrace: word !== LetWord && word !== ImportWord };
      return;
    }
    if (index === 0) return;
    this.endIndented(token, column);
    const startsAnew = startsStatement(this.lines, index);
    if (this.brackets.isInList) {
      if (!startsAnew && !hasTwoWords(this.lines, index)) return;
      if (is(this.brackets.top, OpenParen) && isOptionLine(this.lines, index)) return;
      this.brackets.closeLists();
    } else if (this.endsInColon(index, column)) {
      const colon = this.brackets.out.pop() ?? token;
      const head = this.head?.column ?? this.declaration?.column ?? 0;
      this.openMissing(colon.startOffset, endOf(colon), "`:`");
      this.indented.push({ depth: this.depth, column: head });
      this.startHead(token, column);
      return;
    } else if (goesOnBefore(token, this.depth === 0) && !this.isLoneElse(token)) {
      return;
    } else if (goesOnAfter(this.previous)) {
      if (!startsAnew && !(wantsValue(this.previous) && hasTwoWords(this.lines, index))) return;
    } else if (this.lacksBrace(column)) {
      const at = this.previous === undefined ? token.startOffset : endOf(this.previous);
      this.openMissing(at, at, "the end of the line");
      this.startHead(token, column);
      return;
    }
    this.startHead(token, column);
    this.end(this.depth === 0 ? DeclarationEnd : End);
  }

  /** Closes bodies that a colon began where a line is no further in than their heads. */
  private endIndented(token: IToken, column: number | null): void {
    for (let body = this.indented.at(-1); body !== undefined; body = this.indented.at(-1)) {
      const isInside = this.depth === body.depth && (column === null || column > body.column || (column === body.column && is(token, CloseBrace)));
      if (this.depth > body.depth || isInside) return;
      this.indented.pop();
      if (this.depth === body.depth) this.brackets.closeTop();
    }
  }

  /** Opens a body whose brace is missing. */
  private openMissing(start: number, end: number, found: string): void {
    this.problems.push({ id: "missing-brace", start, end, name: this.head?.name ?? this.declaration?.name ?? "", found });
    this.open(this.brackets.make(OpenBrace), true);
  }

  /** Does the head above end in a colon, as in Python, with the body further in? After `train name:` the model may follow. */
  private endsInColon(index: number, column: number | null): boolean {
    if (!is(this.previous, Colon) || !this.lacksBrace(column)) return false;
    return this.head !== null || this.declaration?.word !== TrainWord || !is(this.tokens[index - 3], TrainWord);
  }

  /** An `else` after what is no `if`; its line is one that the grammar does not know. */
  private isLoneElse(token: IToken): boolean {
    return is(token, ElseWord) && !is(this.previous, CloseBrace) && !this.hasThen;
  }

  private startHead(token: IToken, column: number | null): void {
    const isHead = isOne(token, headWords) && this.depth > 0 && column !== null;
    this.head = isHead ? { name: token.image, depth: this.depth, column: column ?? 0 } : null;
  }

  /** Is this line, further in than the head above it, the first of a body whose brace is missing? */
  private lacksBrace(column: number | null): boolean {
    if (this.head !== null) return this.depth === this.head.depth && column !== null && column > this.head.column;
    return this.depth === 0 && this.declaration !== null && this.declaration.lacksBrace && column !== null && column > this.declaration.column;
  }

  private take(index: number, token: IToken): void {
    const type = token.tokenType;
    if ((type === OpenBrace || type === CloseBrace) && this.isBracketClosedAfter(index)) {
      this.dropBrace(token);
    } else if (closers.has(type)) {
      if (type === OpenBrace) this.brackets.closeLists();
      this.open(token, false);
    } else if (type === CloseParen || type === CloseBracket || type === CloseBrace) {
      this.close(index, token);
    } else {
      if (type === ThenWord) {
        this.head = null;
        this.hasThen = true;
      }
      this.closeHead(index, token);
      if (type === Comma) this.brackets.startChain();
      else if (isOne(token, chaining)) this.brackets.lengthenChain();
      if (this.depth === 0 && this.declaration?.word === ModelWord && isOne(token, modelSigns)) this.declaration.lacksBrace = false;
      this.brackets.out.push(token);
    }
  }

  /** Closes a list of a declaration's head before what can only follow it: `from "..."` of an import, `->` of a block, `on name` of a train. */
  private closeHead(index: number, token: IToken): void {
    if (this.depth !== 1) return;
    const word = this.declaration?.word;
    const next = this.tokens[index + 1];
    const follows =
      (word === ImportWord && is(token, FromWord) && is(next, StringToken)) ||
      (word === BlockWord && is(token, Arrow)) ||
      (word === TrainWord && is(token, OnWord) && is(next, Name) && !isOne(this.previous, beforeItem));
    if (follows && (word === ImportWord || this.brackets.isInList)) this.brackets.closeTop();
  }

  private open(token: IToken, isMade: boolean): void {
    if (is(token, OpenBrace)) {
      this.head = null;
      if (this.depth === 0 && this.declaration !== null) this.declaration.lacksBrace = false;
    }
    this.brackets.open(token, isMade);
  }

  /** Is a parenthesis or square bracket open that is closed further on in the line of the brace at `index`? Then the brace is the slip. */
  private isBracketClosedAfter(index: number): boolean {
    const closer = closers.get(this.brackets.top?.tokenType ?? OpenBrace);
    if (closer === undefined || closer === CloseBrace) return false;
    let depth = 0;
    for (let i = index + 1; i < index + FAR; i++) {
      const token = this.tokens[i];
      if (token === undefined || startsLine(this.lines, i)) return false;
      if (isOne(token, listOpeners)) depth++;
      else if (isOne(token, listClosers) && depth-- === 0) return token.tokenType === closer;
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

  private close(index: number, token: IToken): void {
    const place = { start: token.startOffset, end: endOf(token) };
    if (is(token, CloseBrace)) {
      this.brackets.closeLists();
      if (this.depth === 0 || this.isSurplus(index)) {
        this.problems.push({ id: "unmatched-bracket", ...place, text: token.image });
        return;
      }
    } else {
      const { top, belowTop } = this.brackets;
      if (top === undefined || is(top, OpenBrace)) {
        this.problems.push({ id: "unmatched-bracket", ...place, text: token.image });
        return;
      }
      const closer = closers.get(top.tokenType) ?? CloseParen;
      if (closer !== token.tokenType) {
        if (belowTop !== undefined && closers.get(belowTop.tokenType) === token.tokenType) {
          this.brackets.closeTop();
        } else {
          const expected = top.image === "(" ? ")" : "]";
          const opener = { start: top.startOffset, end: endOf(top) };
          this.problems.push({ id: "wrong-bracket", ...place, found: token.image, expected, opener });
          this.brackets.close(this.brackets.make(closer, endOf(token)));
          return;
        }
      }
    }
    this.brackets.close(token);
  }

  /** Would this brace end its declaration although the next line is still further in, and starts nothing new? */
  private isSurplus(index: number): boolean {
    const next = this.tokens[index + 1];
    const column = columnAt(this.lines, index + 1);
    if (this.depth !== 1 || this.declaration === null || next === undefined || column === null) return false;
    if (column <= this.declaration.column || declarationAt(this.lines, index + 1) !== null) return false;
    return !goesOnBefore(next, true);
  }

  /** Lets a newline through, except right after an opening brace and after another one. */
  private end(type: TokenType): void {
    this.brackets.startChain();
    this.hasThen = false;
    if (this.depth > 0 && is(this.previous, OpenBrace)) return;
    if (!isOne(this.previous, ends)) this.brackets.out.push(this.brackets.make(type));
  }

}
