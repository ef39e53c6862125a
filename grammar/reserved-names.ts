// Reserved words that stand where a name must stand: they become names and are reported once per word, with all their uses.
// Relies on lines.ts and tokens.ts. Runs before layout.ts, so that one such word is one mistake and not one at each use.

import type { IToken } from "chevrotain";
import { is, isOne, kinds } from "./kinds.js";
import { declarationAt, goesOnBefore, hasTwoWords, startsStatement, WITHIN, type Lines } from "./lines.js";
import type { Place, SyntaxProblem } from "./problems.js";
import { become, endOf } from "./token.js";
import {
  AsWord, Assign, BlockWord, CloseBrace, CloseBracket, CloseParen, Colon, Comma, DataWord, Dot, ElseWord, FieldsWord, FuseWord, Identifier,
  InputWord, LayerWord, LetWord, LinkingWord, ModelWord, OpenBrace, OpenBracket, OpenParen, OutputWord, RecipeWord, reservedTypes, ThenWord,
  TrainWord,
} from "./tokens.js";

const namingWords = kinds(OutputWord, LayerWord, InputWord, LetWord, ModelWord, BlockWord, DataWord, RecipeWord, TrainWord);
const afterName = kinds(Colon, Assign, OpenParen, OpenBrace, FuseWord);
const beforeValue = kinds(ElseWord, ThenWord, LetWord);
const beforeField = kinds(OpenParen, OpenBrace, Comma, FieldsWord, AsWord);
/** Brackets and reserved words; every other token is passed over. */
const noted = kinds(OpenParen, OpenBracket, CloseParen, CloseBracket, OpenBrace, CloseBrace, ...reservedTypes);

/** Turns misused reserved words into identifiers, in place. */
export function nameReservedWords(lines: Lines): SyntaxProblem[] {
  const uses = new Map<string, Place[]>();
  let depth = 0;
  let inBody = false;
  const { tokens, columns } = lines;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    const startsLine = columns[index] !== WITHIN;
    if (startsLine) {
      const declaration = declarationAt(lines, index);
      if (declaration !== null || startsStatement(lines, index) || hasTwoWords(lines, index)) depth = 0;
      // At the margin even a misspelled declaration ends the body above it.
      if (declaration !== null) inBody = declaration === BlockWord || declaration === ModelWord;
      else if (columns[index] === 0 && depth === 0 && !is(token, CloseBrace) && !goesOnBefore(token, true)) inBody = false;
    }
    if (noted[token.tokenTypeIdx] !== 1) continue;
    const type = token.tokenType;
    if (type === OpenParen || type === OpenBracket) depth++;
    else if (type === CloseParen || type === CloseBracket) depth--;
    else if (type === OpenBrace || type === CloseBrace) depth = 0;
    else {
      const isLink = is(token, LinkingWord) && (inBody || depth > 0);
      if (!isLink && !isName(token, tokens[index - 1], tokens[index + 1], startsLine)) continue;
      become(token, Identifier);
      const places = uses.get(token.image) ?? [];
      places.push({ start: token.startOffset, end: endOf(token) });
      uses.set(token.image, places);
    }
  }
  return [...uses].map(([word, places]) => {
    const { start, end } = places[0] ?? { start: 0, end: 0 };
    return { id: "reserved-name", start, end, word, uses: places };
  });
}

/** Can this reserved word only be meant as a name, by what stands beside it? */
function isName(token: IToken, previous: IToken | undefined, next: IToken | undefined, startsLine: boolean): boolean {
  if (is(previous, Dot)) return true;
  if (isOne(previous, namingWords) && !startsLine) {
    return isOne(next, afterName);
  }
  if (is(next, Assign)) return !isOne(token, beforeValue);
  if (is(next, Colon)) return startsLine ? !is(token, ElseWord) : isOne(previous, beforeField) || is(token, LinkingWord);
  return false;
}
