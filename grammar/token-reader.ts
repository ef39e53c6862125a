// What the quick parser's productions are made of: they take tokens one by one and give nodes of the tree. Relies on lookahead.ts.

import { EOF, type CstNode, type IToken } from "chevrotain";
import { decisions } from "./lookahead.generated.js";
import type { Kinds } from "./kinds.js";
import { alternativesOf, choose, type Decision } from "./lookahead.js";
import { endOf } from "./token.js";

/** What stops the parser: the text has a mistake. */
const mistake = new Error("the text has a mistake");

const END = EOF.tokenTypeIdx ?? 0;

/** The tokens of one text, and how far they are read. */
export abstract class TokenReader {
  /** The index of the kind of the token that is next. */
  protected kind = END;
  protected next = 0;
  private tokens: readonly IToken[] = [];

  /** What a production makes of all tokens; null if it takes less, or finds a mistake. */
  protected readAll<T>(tokens: readonly IToken[], production: () => T): T | null {
    this.tokens = tokens;
    this.next = 0;
    this.kind = tokens[0]?.tokenTypeIdx ?? END;
    try {
      const result = production();
      return this.next === tokens.length ? result : null;
    } catch (thrown) {
      // A text may also be nested deeper than this parser's stack.
      if (thrown === mistake || thrown instanceof RangeError) return null;
      throw thrown;
    } finally {
      this.tokens = [];
    }
  }

  /** Takes the next token, which must be of one of these kinds. */
  protected take(expected: Kinds): IToken {
    const token = this.tokens[this.next];
    if (token === undefined || expected[this.kind] !== 1) throw mistake;
    const after = this.tokens[++this.next];
    this.kind = after === undefined ? END : after.tokenTypeIdx;
    return token;
  }

  /** The alternative of a choice that looks at two tokens. */
  protected chosen(decision: Decision): number | undefined {
    return choose(decision, this.tokens[this.next], this.tokens[this.next + 1]);
  }

  /** No alternative of a choice begins like this. */
  protected fail(): never {
    throw mistake;
  }

  /** The node of what was taken since the token number `start`. */
  protected node(name: string, children: CstNode["children"], start: number): CstNode {
    const first = this.tokens[start];
    const last = this.tokens[this.next - 1];
    if (first === undefined || last === undefined || first.startOffset > last.startOffset) return { name, children, location: { startOffset: NaN, endOffset: NaN } };
    return { name, children, location: { startOffset: first.startOffset, endOffset: endOf(last) - 1 } };
  }
}

/** A choice by the next token: the number of the alternative, at the index of each kind. */
export function choices(name: string): Uint8Array {
  return alternativesOf(decisionOf(name).first);
}

/** A choice by the next two tokens. */
export function decisionOf(name: string): Decision {
  const decision = decisions[name];
  if (decision === undefined) throw new Error(`the choice "${name}" is not in lookahead.generated.ts`);
  return decision;
}
