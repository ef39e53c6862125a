// The table of choices, asked of Chevrotain's own strategy for every token, or pair of tokens, that may come next.
// tests/unit/grammar.test.ts compares it with lookahead.generated.ts and rewrites that file when it is run with UPDATE=1.

import { LLkLookaheadStrategy, type ILookaheadStrategy, type TokenType } from "chevrotain";
import { decisionName, lookaheadTokens, type Decision } from "./lookahead.js";
import { SopParser } from "./parser.js";

type Choice = (this: object, alternatives: []) => number | boolean | undefined;

/** The text of lookahead.generated.ts. */
export function lookaheadTable(): string {
  const rows = [...askedDecisions()].map(([name, decision]) => `  ${JSON.stringify(name)}: ${JSON.stringify(decision)},`);
  return [
    "// What each choice of the grammar does for each token, made by generate-lookahead.ts from the productions; do not change by hand.",
    "",
    'import type { Decision } from "./lookahead.js";',
    "",
    `// ${lookaheadTokens.map(({ name }) => name).join(" ")}`,
    "export const decisions: Readonly<Record<string, Decision>> = {",
    ...rows,
    "};",
    "",
  ].join("\n");
}

/** Every choice of the grammar, as Chevrotain decides it. */
function askedDecisions(): ReadonlyMap<string, Decision> {
  const decided = new Map<string, Decision>();
  const own = new LLkLookaheadStrategy({ maxLookahead: 1 });
  const strategy: ILookaheadStrategy = {
    validate: () => [],
    buildLookaheadForAlternation: (options) => {
      const choice = own.buildLookaheadForAlternation(options);
      decided.set(decisionName(options.rule, "OR", options.prodOccurrence), ask(choice as Choice, options.maxLookahead));
      return choice;
    },
    buildLookaheadForOptional: (options) => {
      const choice = own.buildLookaheadForOptional(options);
      decided.set(decisionName(options.rule, options.prodType, options.prodOccurrence), ask(choice as Choice, options.maxLookahead));
      return choice;
    },
  };
  new SopParser({ validate: false, strict: false, lookahead: strategy });
  return decided;
}

function ask(choice: Choice, distance: number): Decision {
  const answer = (...types: readonly TokenType[]): string => {
    const LA = (at: number): object => ({ tokenType: types[at - 1], tokenTypeIdx: types[at - 1]?.tokenTypeIdx });
    // Chevrotain's functions call the one, its public name, or the other.
    const chosen = choice.call({ LA, LA_FAST: LA }, []);
    return chosen === undefined || chosen === false ? "." : Number(chosen).toString(36);
  };
  if (distance === 1) return { first: lookaheadTokens.map((type) => answer(type)).join("") };
  const second: Record<string, string> = {};
  const first = lookaheadTokens.map((type) => {
    const row = lookaheadTokens.map((after) => answer(type, after)).join("");
    if (row === row.charAt(0).repeat(row.length)) return row.charAt(0);
    second[type.name] = row;
    return "?";
  });
  return { first: first.join(""), second };
}
