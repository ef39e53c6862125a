// Sets of kinds of tokens, as tables: they are asked for several times for each token of a text. Relies on Chevrotain only.

import type { IToken, TokenType } from "chevrotain";

/** A set of kinds of tokens: 1 at the index of each, and of each that belongs to a category among them. */
export type Kinds = Uint8Array;

/** The set of these kinds. */
export function kinds(...types: readonly TokenType[]): Kinds {
  const all = types.flatMap((type) => [type.tokenTypeIdx ?? 0, ...(type.categoryMatches ?? [])]);
  const set = new Uint8Array(Math.max(...all) + 1);
  for (const index of all) set[index] = 1;
  return set;
}

/** Is there a token, of one of these kinds? */
export function isOne(token: IToken | undefined, set: Kinds): boolean {
  return token !== undefined && set[token.tokenTypeIdx] === 1;
}

/** Is there a token, of this kind? */
export function is(token: IToken | undefined, type: TokenType): boolean {
  return token !== undefined && (token.tokenTypeIdx === type.tokenTypeIdx || type.categoryMatchesMap?.[token.tokenTypeIdx] === true);
}
