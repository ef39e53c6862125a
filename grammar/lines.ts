// What the beginning of a line says: does it start a statement or a declaration, or does it go on with the line before?
// Relies on tokens.ts. Used by layout.ts (which newlines count) and reserved-names.ts (where a body begins).

import type { IToken, TokenType } from "chevrotain";
import { is, isOne, kinds } from "./kinds.js";
import { endOf } from "./token.js";
import {
  Arrow, AsWord, Assign, AssertWord, AtWord, Bar, BelowWord, BlockWord, CloseBracket, CloseParen, Colon, Comma, DataWord, Dot, ElseWord, FieldsWord,
  FromWord, FrozenWord, FuseWord, IfWord, ImportWord, InputWord, LayerWord, LetWord, LinkingWord, ModelWord, Name, Newline, NotWord, NumberToken, OnWord, OpenBrace, OpenParen,
  Operator, OutputWord, OverparamWord, PipeSymbol, Range, RecipeWord, RepeatWord, ReturnWord, StringToken, ThenWord, TrainWord,
} from "./tokens.js";

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

/** The tokens of a text without its newlines, and where the lines begin. */
export interface Lines {
  readonly tokens: readonly IToken[];
  /** For the first token of a line how many characters are before it, or `AFTER_SEMICOLON`; for all others `WITHIN`. */
  readonly columns: Int32Array;
}

export const WITHIN = -2;
const AFTER_SEMICOLON = -1;

/** Takes the newlines out. */
export function linesOf(lexed: readonly IToken[], text: string): Lines {
  const tokens: IToken[] = [];
  const columns = new Int32Array(lexed.length).fill(WITHIN);
  /** Where the line begins whose first token comes next. */
  let start: number | null = 0;
  let isFirst = true;
  for (let index = 0; index < lexed.length; index++) {
    const token = lexed[index];
    if (token === undefined) break;
    if (token.tokenType === Newline) {
      isFirst = true;
      start = text.charAt(endOf(token) - 1) === ";" ? null : endOf(token);
      continue;
    }
    if (isFirst) columns[tokens.length] = start === null ? AFTER_SEMICOLON : token.startOffset - start;
    tokens.push(token);
    isFirst = false;
  }
  return { tokens, columns };
}

/** Does the token at `index` begin a line? */
export function startsLine({ columns }: Lines, index: number): boolean {
  return (columns[index] ?? WITHIN) !== WITHIN;
}

/** Characters before the token at `index` on its line; null where it does not begin a line of the text. */
export function columnAt({ columns }: Lines, index: number): number | null {
  const column = columns[index] ?? WITHIN;
  return column >= 0 ? column : null;
}

/** The token so many behind the one at `index`, if the line goes on to there. */
function later({ tokens, columns }: Lines, index: number, distance: number): IToken | undefined {
  for (let i = index + 1; i <= index + distance; i++) if (columns[i] !== WITHIN) return undefined;
  return tokens[index + distance];
}

/** The word of the declaration that starts at `index` (`model Name (`), or null. */
export function declarationAt(lines: Lines, index: number): TokenType | null {
  const first = lines.tokens[index];
  if (!isOne(first, declarationWords)) return null;
  const [second, third] = [later(lines, index, 1), later(lines, index, 2)];
  // `model Net:`, as in Python.
  const isPython = is(third, Colon) && later(lines, index, 3) === undefined;
  if (is(first, ImportWord)) return is(second, OpenBrace) ? ImportWord : null;
  if (!is(second, Name)) return null;
  if (is(first, LetWord)) return isOne(third, valueSigns) ? LetWord : null;
  if (is(first, DataWord)) return is(third, Assign) ? DataWord : null;
  if (is(first, BlockWord)) return is(third, OpenParen) ? BlockWord : null;
  if (is(first, ModelWord)) return third === undefined || isPython || isOne(third, afterModelName) ? ModelWord : null;
  if (is(first, RecipeWord)) return third === undefined || isPython || isOne(third, afterRecipeName) ? RecipeWord : null;
  if (is(first, TrainWord)) return is(third, Colon) ? TrainWord : null;
  return null;
}

/** Does the line at `index` start like a statement, whatever was left open before it? `name =`, `output name =`, `repeat`, `return`. */
export function startsStatement(lines: Lines, index: number): boolean {
  const first = lines.tokens[index];
  const second = later(lines, index, 1);
  if (is(first, Name) && is(second, Assign)) return true;
  if (isOne(first, valueWords) && is(second, Name)) return isOne(later(lines, index, 2), valueSigns);
  if (is(first, IfWord)) return opensBody(lines, index);
  return isOne(first, statementWords);
}

/** Is the line at `index`, in parentheses, an option written as `name = value`? Then its list goes on after it, or ends on the next line. */
export function isOptionLine(lines: Lines, index: number): boolean {
  const { tokens } = lines;
  if (!is(tokens[index], Name) || !is(later(lines, index, 1), Assign) || !isOne(tokens[index - 1], beforeOption)) return false;
  for (let i = index + 1; i < index + 100; i++) {
    if (tokens[i + 1] === undefined) return false;
    if (startsLine(lines, i + 1)) return is(tokens[i], Comma) || is(tokens[i + 1], CloseParen);
  }
  return false;
}

/** Is the `if` at `index` a statement: does its line have a brace and no `then`? */
function opensBody({ tokens, columns }: Lines, index: number): boolean {
  for (let i = index + 1; ; i++) {
    if (columns[i] !== WITHIN || is(tokens[i], ThenWord)) return false;
    if (is(tokens[i], OpenBrace)) return true;
  }
}

/** Two words side by side, which no expression has: `batch 32`, `loss mse`. */
export function hasTwoWords(lines: Lines, index: number): boolean {
  const first = lines.tokens[index];
  return is(first, Name) && !isOne(first, joiningWords) && isOne(later(lines, index, 1), words);
}

/** After this token a line cannot be over, and what follows must be a value, not a list's next item. */
export function wantsValue(token: IToken | undefined): boolean {
  return isOne(token, valueWanting);
}

/** After this token a line cannot be over. */
export function goesOnAfter(token: IToken | undefined): boolean {
  return wantsValue(token) || is(token, Comma);
}

/** A line that starts with this token goes on with the line before; `isHead` outside all braces, where `on` does so too. */
export function goesOnBefore(token: IToken, isHead: boolean): boolean {
  const continues = isOne(token, continuing);
  return continues || (isHead && is(token, OnWord));
}
