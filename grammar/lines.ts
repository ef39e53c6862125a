// What the beginning of a line says: does it start a statement or a declaration, or does it go on with the line before?
// Relies on tokens.ts. Used by layout.ts (which newlines count) and reserved-names.ts (where a body begins).

import { tokenMatcher, type IToken, type TokenType } from "chevrotain";
import {
  Arrow, AsWord, Assign, AssertWord, AtWord, Bar, BelowWord, BlockWord, CloseBracket, CloseParen, Colon, Comma, DataWord, Dot, ElseWord, FieldsWord,
  FromWord, FrozenWord, FuseWord, IfWord, ImportWord, InputWord, LayerWord, LetWord, LinkingWord, ModelWord, Name, NotWord, NumberToken, OnWord, OpenBrace, OpenParen,
  Operator, OutputWord, OverparamWord, PipeSymbol, Range, RecipeWord, RepeatWord, ReturnWord, StringToken, ThenWord, TrainWord,
} from "./tokens.js";

/** A set of kinds of tokens: 1 at the index of each, and of each that belongs to a category among them. */
export type Kinds = Uint8Array;

/** The set of these kinds. */
export function kinds(...types: readonly TokenType[]): Kinds {
  const all = types.flatMap((type) => [type.tokenTypeIdx ?? 0, ...(type.categoryMatches ?? [])]);
  const set = new Uint8Array(Math.max(...all) + 1);
  for (const index of all) set[index] = 1;
  return set;
}

/** Is there a token, of this kind or one of these? Asked some ten times for each token of a text. */
export function is(token: IToken | undefined, kind: TokenType | Kinds): boolean {
  if (token === undefined) return false;
  return kind instanceof Uint8Array ? kind[token.tokenTypeIdx] === 1 : tokenMatcher(token, kind);
}

const valueSigns = kinds(Assign, Colon);
const afterModelName = kinds(OpenParen, OpenBrace, Assign, FuseWord, OverparamWord, FrozenWord);
const afterRecipeName = kinds(OpenParen, OpenBrace);
const valueWords = kinds(OutputWord, LayerWord, InputWord);
const statementWords = kinds(RepeatWord, ReturnWord, AssertWord, FieldsWord);
const beforeOption = kinds(Comma, OpenParen);
const joiningWords = kinds(BelowWord, AsWord, FromWord, AtWord, OnWord);
const words = kinds(Name, LinkingWord, NumberToken, StringToken);
const valueWanting = kinds(Operator, PipeSymbol, Arrow, Bar, Range, Dot, Colon, Assign, NotWord, ThenWord, ElseWord);
const continuing = kinds(Operator, PipeSymbol, Arrow, Bar, CloseParen, CloseBracket, OpenBrace, ElseWord, ThenWord, OverparamWord, FrozenWord, FuseWord);
const declarationWords = kinds(ImportWord, LetWord, DataWord, BlockWord, ModelWord, RecipeWord, TrainWord);

/** A token with what layout has to know of the line it stands on. */
export interface PlacedToken {
  readonly token: IToken;
  /** A newline (or `;`) stands before it. */
  readonly startsLine: boolean;
  /** Characters before it on its line; null where it does not start a line of the text. */
  readonly column: number | null;
}

/** Up to four tokens of the line that begins at `index`. */
function lineAt(tokens: readonly PlacedToken[], index: number): readonly (IToken | undefined)[] {
  const line: IToken[] = [];
  for (let i = index; i < index + 4; i++) {
    const placed = tokens[i];
    if (placed === undefined || (i > index && placed.startsLine)) break;
    line.push(placed.token);
  }
  return line;
}

/** The word of the declaration that starts at `index` (`model Name (`), or null. */
export function declarationAt(tokens: readonly PlacedToken[], index: number): TokenType | null {
  if (!is(tokens[index]?.token, declarationWords)) return null;
  const [first, second, third, fourth] = lineAt(tokens, index);
  // `model Net:`, as in Python.
  const isPython = is(third, Colon) && fourth === undefined;
  if (is(first, ImportWord)) return is(second, OpenBrace) ? ImportWord : null;
  if (!is(second, Name)) return null;
  if (is(first, LetWord)) return is(third, valueSigns) ? LetWord : null;
  if (is(first, DataWord)) return is(third, Assign) ? DataWord : null;
  if (is(first, BlockWord)) return is(third, OpenParen) ? BlockWord : null;
  if (is(first, ModelWord)) return third === undefined || isPython || is(third, afterModelName) ? ModelWord : null;
  if (is(first, RecipeWord)) return third === undefined || isPython || is(third, afterRecipeName) ? RecipeWord : null;
  if (is(first, TrainWord)) return is(third, Colon) ? TrainWord : null;
  return null;
}

/** Does the line at `index` start like a statement, whatever was left open before it? `name =`, `output name =`, `repeat`, `return`. */
export function startsStatement(tokens: readonly PlacedToken[], index: number): boolean {
  const [first, second, third] = lineAt(tokens, index);
  if (is(first, Name) && is(second, Assign)) return true;
  if (is(first, valueWords) && is(second, Name)) return is(third, valueSigns);
  if (is(first, IfWord)) return opensBody(tokens, index);
  return is(first, statementWords);
}

/** Is the line at `index`, in parentheses, an option written as `name = value`? Then its list goes on after it, or ends on the next line. */
export function isOptionLine(tokens: readonly PlacedToken[], index: number): boolean {
  const [first, second] = lineAt(tokens, index);
  if (!is(first, Name) || !is(second, Assign) || !is(tokens[index - 1]?.token, beforeOption)) return false;
  for (let i = index + 1; i < index + 100; i++) {
    const [here, next] = [tokens[i], tokens[i + 1]];
    if (here === undefined || next === undefined) return false;
    if (next.startsLine) return is(here.token, Comma) || is(next.token, CloseParen);
  }
  return false;
}

/** Is the `if` at `index` a statement: does its line have a brace and no `then`? */
function opensBody(tokens: readonly PlacedToken[], index: number): boolean {
  for (let i = index + 1; ; i++) {
    const placed = tokens[i];
    if (placed === undefined || placed.startsLine || is(placed.token, ThenWord)) return false;
    if (is(placed.token, OpenBrace)) return true;
  }
}

/** Two words side by side, which no expression has: `batch 32`, `loss mse`. */
export function hasTwoWords(tokens: readonly PlacedToken[], index: number): boolean {
  const [first, second] = lineAt(tokens, index);
  return is(first, Name) && !is(first, joiningWords) && is(second, words);
}

/** After this token a line cannot be over, and what follows must be a value, not a list's next item. */
export function wantsValue(token: IToken | undefined): boolean {
  return is(token, valueWanting);
}

/** After this token a line cannot be over. */
export function goesOnAfter(token: IToken | undefined): boolean {
  return wantsValue(token) || is(token, Comma);
}

/** A line that starts with this token goes on with the line before; `isHead` outside all braces, where `on` does so too. */
export function goesOnBefore(token: IToken, isHead: boolean): boolean {
  const continues = is(token, continuing);
  return continues || (isHead && is(token, OnWord));
}
