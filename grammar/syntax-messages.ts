// What the parser says it expected. Relies on the names of the productions and the labels of the tokens; parse.ts adds what was found.

import type { IParserErrorMessageProvider, TokenType } from "chevrotain";
import { MAX_PROBLEMS } from "./problems.js";
import { CloseBrace, CloseBracket, CloseParen, Name } from "./tokens.js";

// What a production is to its reader, where it cannot begin.
const productions: { readonly [rule: string]: string } = {
  primary: "a value",
  expression: "a value",
  operand: "a value",
  annotation: "a number of kernels",
  part: "a value",
  item: "a value",
  statement: "a statement",
  clause: "a clause",
  declaration: "a declaration",
  model: "`{`",
  if: "`{`",
  inputs: "a name",
  fields: "a name",
  import: "a name",
  block: "a type",
  fuse: "a source",
};

/** What stands at the end of a list or a block is only expected where nothing more came. */
function expectedToken(type: TokenType, rule: string): string {
  if (type === CloseParen || type === CloseBracket) return rule === "group" ? "`)`" : `\`,\` or ${type.LABEL ?? type.name}`;
  if (type === Name && rule === "type") return "a type";
  if (type === CloseBrace) return rule === "import" || rule === "fuse" ? "`,` or `}`" : "the end of the line";
  return type.LABEL ?? type.name;
}

/** Thrown in the middle of parsing when a text has too many mistakes: recovery from each costs more than reading on is worth. */
export class TooManyMistakes extends Error {}

/** Gives Chevrotain's errors the expected thing as their whole message, and counts them. */
export function syntaxMessages(mistakes: { count: number }): IParserErrorMessageProvider {
  const counted = (message: string): string => {
    if (++mistakes.count > MAX_PROBLEMS) throw new TooManyMistakes();
    return message;
  };
  return {
    buildMismatchTokenMessage: ({ expected, ruleName }) => counted(expectedToken(expected, ruleName)),
    buildNoViableAltMessage: ({ ruleName }) => counted(productions[ruleName] ?? "a value"),
    buildEarlyExitMessage: ({ ruleName }) => counted(productions[ruleName] ?? "a value"),
    buildNotAllInputParsedMessage: () => counted("a declaration"),
  };
}
