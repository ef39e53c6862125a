// The tokens that layout lets through, with the brackets among them that are open. Closes in the text's stead what the text leaves open, and
// reports it. Counts what can end up inside each other. Relies on tokens.ts.

import type { IToken, TokenType } from "chevrotain";
import { is, isOne, kinds } from "./kinds.js";
import type { SyntaxProblem } from "./problems.js";
import { endOf, makeToken } from "./token.js";
import { CloseBrace, CloseBracket, CloseParen, Comma, End, OpenBrace, OpenBracket, OpenParen } from "./tokens.js";

interface Opener {
  readonly token: IToken;
  /** Made by layout, whose mistake is told already. */
  readonly isMade: boolean;
  /** The chain before the bracket, which goes on after it. */
  readonly chain: number;
}

/** The closing bracket of each opening one. */
export const closers: ReadonlyMap<TokenType, TokenType> = new Map([[OpenParen, CloseParen], [OpenBracket, CloseBracket], [OpenBrace, CloseBrace]]);
const listStarts = kinds(Comma, ...closers.keys());

/** Output of layout, balanced at each end of a declaration. */
export class Brackets {
  readonly out: IToken[] = [];
  private readonly stack: Opener[] = [];
  private chain = 0;
  private chainBase = 0;

  constructor(private readonly problems: SyntaxProblem[]) {}

  /** How many brackets are open. */
  get depth(): number {
    return this.stack.length;
  }

  /** How many operators can end up around the next one. */
  get chainLength(): number {
    return this.chain;
  }

  /** The last token let through. */
  get previous(): IToken | undefined {
    return this.out[this.out.length - 1];
  }

  /** The innermost open bracket. */
  get top(): IToken | undefined {
    return this.stack[this.stack.length - 1]?.token;
  }

  /** The bracket around the innermost one. */
  get belowTop(): IToken | undefined {
    return this.stack[this.stack.length - 2]?.token;
  }

  /** Is the innermost open bracket a parenthesis or a square one? */
  get isInList(): boolean {
    return this.top !== undefined && !is(this.top, OpenBrace);
  }

  /** Counts an operator. */
  lengthenChain(): void {
    this.chain++;
  }

  /** Begins a new item or line in the same brackets. */
  startChain(): void {
    this.chain = this.chainBase;
  }

  /** Lets an opening bracket through. */
  open(token: IToken, isMade: boolean): void {
    this.out.push(token);
    this.stack.push({ token, isMade, chain: this.chain });
    this.chainBase = this.chain;
  }

  /** Lets the bracket through that closes the innermost one. */
  close(token: IToken): void {
    this.dropComma();
    this.dropEnd();
    this.out.push(token);
    this.chain = this.stack.pop()?.chain ?? 0;
    this.chainBase = this.stack[this.stack.length - 1]?.chain ?? 0;
  }

  /** Closes parentheses and square brackets that are open in the current braces. */
  closeLists(): void {
    while (this.isInList) this.closeTop();
  }

  /** Closes everything. */
  closeAll(): void {
    while (this.depth > 0) this.closeTop();
  }

  /** Closes the innermost bracket in the text's stead and reports it. */
  closeTop(): void {
    const opener = this.stack[this.stack.length - 1];
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
    this.close(this.make(type, at));
  }

  /** A token of no width, after the last one if not said otherwise. */
  make(type: TokenType, at = this.previous === undefined ? 0 : endOf(this.previous)): IToken {
    return makeToken(type, "", at);
  }

  /** A list may end with a comma. */
  private dropComma(): void {
    const before = this.out[this.out.length - 2];
    if (is(this.previous, Comma) && !isOne(before, listStarts)) this.out.pop();
  }

  /** Braces need no newline before they close. */
  private dropEnd(): void {
    while (is(this.previous, End)) this.out.pop();
  }
}
