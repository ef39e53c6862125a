// Which way to go at each choice of the grammar, looked up in a table that lookahead.generated.ts holds. Chevrotain would compute the same
// from the productions each time a parser is made, which takes longer than to parse a file.

import { EOF, type ILookaheadStrategy, type IToken, type Rule, type TokenType } from "chevrotain";
import { decisions } from "./lookahead.generated.js";
import { parserTokens } from "./tokens.js";

/**
 * What one choice does for each token that may come next, a character for each of `lookaheadTokens`: the number of the alternative in
 * base 36 (of an optional part 1), `.` for none, `?` where it depends on the token after that; `second` has those rows by the first token.
 */
export interface Decision {
  readonly first: string;
  readonly second?: Readonly<Record<string, string>>;
}

/** The tokens in the order of the rows. */
export const lookaheadTokens: readonly TokenType[] = [EOF, ...new Set(parserTokens)];

/** The name of a choice: the rule, the kind of the choice and its number in the rule. */
export function decisionName(rule: Rule, kind: string, occurrence: number): string {
  return `${rule.name} ${kind} ${occurrence}`;
}

/** What the functions of a lookahead are called on. */
interface Parser {
  LA(distance: number): IToken;
}

/** Chevrotain's strategy of the table. Throws where a production is not in it: then the table is older than the grammar. */
export function tableLookahead(): ILookaheadStrategy {
  return {
    validate: () => [],
    buildLookaheadForAlternation: ({ rule, prodOccurrence }) => alternatives(decisionName(rule, "OR", prodOccurrence)),
    buildLookaheadForOptional: ({ rule, prodOccurrence, prodType }) => isThere(decisionName(rule, prodType, prodOccurrence)),
  };
}

function isThere(name: string): (this: Parser) => boolean {
  const chosen = alternatives(name);
  return function () {
    return chosen.call(this) === 1;
  };
}

function alternatives(name: string): (this: Parser) => number | undefined {
  const decision = decisions[name];
  if (decision === undefined) throw new Error(`the choice "${name}" is not in lookahead.generated.ts`);
  return function () {
    return choose(decision, this.LA(1), this.LA(2));
  };
}

/** The number of the alternative for what comes next, of an optional part 1; undefined for none. At the end of a text `undefined` comes next. */
export function choose({ first, second }: Decision, next: IToken | undefined, afterIt: IToken | undefined): number | undefined {
  const row = next === undefined ? undefined : second?.[next.tokenType.name];
  return row === undefined ? alternative(first, next) : alternative(row, afterIt);
}

const columns: number[] = [];
lookaheadTokens.forEach((type, column) => (columns[type.tokenTypeIdx ?? 0] = column));

/** A row as numbers: that of the alternative at the index of each kind, `NONE` where there is none. */
export function alternativesOf(row: string): Uint8Array {
  const alternatives = new Uint8Array(columns.length).fill(NONE);
  columns.forEach((column, kind) => (alternatives[kind] = numberOf(row.charCodeAt(column)) ?? NONE));
  return alternatives;
}

const NONE = 255;

const ZERO = "0".charCodeAt(0);
const NINE = "9".charCodeAt(0);
const LETTER_A = "a".charCodeAt(0);

function alternative(row: string, token: IToken | undefined): number | undefined {
  return numberOf(row.charCodeAt(columns[token?.tokenTypeIdx ?? EOF.tokenTypeIdx ?? 0] ?? NaN));
}

function numberOf(code: number): number | undefined {
  if (code >= LETTER_A) return code - LETTER_A + 10;
  return code >= ZERO && code <= NINE ? code - ZERO : undefined;
}
