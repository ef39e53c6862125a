// One token: how it is made, where it ends, how its kind changes. Relies on Chevrotain only.

import type { IToken, TokenType } from "chevrotain";

/**
 * A token at a place. All are made of the same keys with whole numbers: where V8 meets others it keeps offsets as floating-point numbers, and
 * turns those of all tokens and nodes over one by one.
 */
export function makeToken(tokenType: TokenType, image: string, startOffset: number): IToken {
  return { image, startOffset, endOffset: startOffset + image.length - 1, tokenTypeIdx: tokenType.tokenTypeIdx ?? 0, tokenType };
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
