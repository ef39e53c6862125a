// The clauses of a block by slot: unknown words, words of other places and words that stand twice are reported; recipes that
// `use` brings come first, so that what is written beside them wins.

import type { Fix } from "../../diagnostics/diagnostic.js";
import type { AssertStatement, Clause, Expression, FieldsClause, Recipe, WordClause } from "../../ast/ast.js";
import type { Origin, Span } from "../../source/source.js";
import { suggest } from "../../diagnostics/suggest.js";
import { foreignClause } from "../../diagnostics/foreign.js";
import { ownName, suggestWord } from "../../diagnostics/synonyms.js";
import { bindArguments } from "../bind-arguments.js";
import { waitsFor } from "../budgets.js";
import { readParameter } from "../callables.js";
import { at, spend, type Env } from "../context.js";
import { limits } from "../limits.js";
import { readCondition } from "../evaluate.js";
import { kindOf, originOf } from "../files.js";
import { oneOf } from "../option-words.js";
import { replacement } from "../report.js";
import { importing, standardName } from "../standard-names.js";
import { Scope } from "../scope.js";
import { clauseSpecs, type ClausePlace } from "./clauses.js";

/** A clause and where its names are looked up: the file of the train block, or that of the recipe with its options. */
export interface PlacedClause {
  readonly clause: WordClause;
  readonly env: Env;
  /** The `use` of the block that brought it; absent where it stands in the block itself. */
  readonly use?: Origin;
}

/** An assertion and where its names are looked up. */
export interface PlacedAssertion {
  readonly statement: AssertStatement;
  readonly env: Env;
}

/** The word of a clause. */
interface Word {
  readonly text: string;
  readonly span: Span;
}

export interface CollectedClauses {
  /** The clause that counts, by slot; clauses that repeat are in `repeated`. */
  readonly bySlot: ReadonlyMap<string, PlacedClause>;
  readonly repeated: readonly PlacedClause[];
  readonly fields: FieldsClause | null;
  /** Assertions about what the model costs, which wait until the run is read. */
  readonly budgets: readonly PlacedAssertion[];
  /** Words that a misspelled one was taken for: they are not missing as well. */
  readonly misspelled: ReadonlySet<string>;
  /** Is there a recipe that could not be read? It may have any clause. */
  readonly hasUnread: boolean;
}

export function collectClauses(env: Env, clauses: readonly Clause[], place: ClausePlace, trail: readonly Recipe[] = []): CollectedClauses {
  const used = new Map<string, PlacedClause>();
  const own = new Map<string, PlacedClause>();
  const repeated: PlacedClause[] = [];
  let fields: FieldsClause | null = null;
  const budgets: PlacedAssertion[] = [];
  const misspelled = new Set<string>();
  let hasUnread = false;
  for (const clause of clauses) {
    const word = wordOf(clause);
    spend(env, word.span);
    if (word.text === "" || !isAllowed(env, word, place, misspelled)) continue;
    if (clause.kind === "assert" && place !== "data" && waitsFor(clause.condition) !== "nothing") budgets.push({ statement: clause, env });
    else if (clause.kind === "assert") checkAssert(env, clause);
    else if (clause.kind === "fields") {
      if (fields === null) fields = clause;
      else sayTwice(env, word, { file: env.file.path, span: fields.span });
    } else if (clause.word.text === "use") {
      const brought = useRecipe(env, clause, trail, misspelled);
      for (const [slot, placed] of brought.bySlot) used.set(slot, placed);
      budgets.push(...brought.budgets);
      hasUnread ||= brought.hasUnread;
    } else if (clauseSpecs[clause.word.text]?.repeats === true) repeated.push({ clause, env });
    else {
      const slot = clauseSpecs[clause.word.text]?.slot ?? clause.word.text;
      const earlier = own.get(slot);
      if (earlier === undefined) own.set(slot, { clause, env });
      else if (earlier.clause.word.text === word.text) sayTwice(env, word, at(env, earlier.clause.span));
      else env.context.report.say("clauses-exclude", at(env, word.span), { word: word.text, other: earlier.clause.word.text }, { notes: [{ origin: at(env, earlier.clause.span), message: "The other one is here." }] });
    }
  }
  return { bySlot: new Map([...used, ...own]), repeated, fields, budgets, misspelled, hasUnread };
}

function wordOf(clause: Clause): Word {
  if (clause.kind === "clause") return clause.word;
  const text = clause.kind === "fields" ? "fields" : "assert";
  return { text, span: { start: clause.span.start, end: clause.span.start + text.length } };
}

function isAllowed(env: Env, word: Word, place: ClausePlace, misspelled: Set<string>): boolean {
  const { report } = env.context;
  const origin = at(env, word.span);
  const spec = Object.hasOwn(clauseSpecs, word.text) ? clauseSpecs[word.text] : undefined;
  if (spec === undefined) {
    const here = Object.keys(clauseSpecs).filter((key) => clauseSpecs[key]?.where.includes(place) === true);
    const foreign = foreignClause(word.text);
    const nearest = foreign === null ? suggestWord(word.text, here) : null;
    if (nearest !== null) misspelled.add(nearest);
    if (ownName(word.text, ["lr"]) !== null || word.text === "lr") misspelled.add("lr");
    report.say("unknown-clause-word", origin, { word: word.text, place, nearest: nearest ?? "" }, foreign !== null ? { help: foreign } : nearest === null ? { help: `Write one of ${oneOf(here)}.` } : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
    return false;
  }
  if (!spec.where.includes(place)) {
    report.say("clause-not-here", origin, { word: word.text, place, where: spec.where.map((other) => `\`${other}\``).join(" and ") }, { help: `Move it to a ${oneOf(spec.where)}.`.replace("a `data`", "`data`") });
    return false;
  }
  return true;
}

function sayTwice(env: Env, word: Word, earlier: Origin): void {
  env.context.report.say("duplicate-clause", at(env, word.span), { word: word.text }, { notes: [{ origin: earlier, message: "The other one is here." }] });
}

function checkAssert(env: Env, clause: AssertStatement): void {
  if (readCondition(env, clause.condition, "`assert`") === false)
    env.context.report.say("assertion-failed", at(env, clause.span), { message: clause.message?.value ?? "the condition does not hold", found: "" });
}

function useRecipe(env: Env, clause: WordClause, trail: readonly Recipe[], misspelled: Set<string>): Pick<CollectedClauses, "bySlot" | "budgets" | "hasUnread"> {
  const { report } = env.context;
  const bySlot = new Map<string, PlacedClause>();
  const budgets: PlacedAssertion[] = [];
  let read = 0;
  for (const item of clause.items) {
    const part = onlyPart(item.parts);
    const path = part?.kind === "call" ? part.callee : part?.kind === "path" ? part : null;
    if (part?.kind === "missing") continue;
    if (path === null || item.name !== null) {
      report.say("clause-form", at(env, item.span), { word: "use", form: "use recipe" });
      continue;
    }
    const name = path.names.map((each) => each.text).join(".");
    const entry = env.file.entries.get(name);
    const origin = at(env, path.span);
    if (env.file.broken.has(name) || name === "") continue;
    if (entry === undefined) {
      const nearest = suggest(name, [...env.file.entries].filter(([, other]) => other.node.kind === "recipe").map(([key]) => key));
      const library = standardName(name, ["recipe"], true);
      report.say("no-such-declaration", origin, { what: "recipe", name, nearest: nearest ?? "" }, nearest === null ? (library === null ? {} : importing(env.file, library, name)) : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
      continue;
    }
    if (entry.node.kind !== "recipe") {
      report.say("wrong-declaration", origin, { name, found: kindOf(entry.node), expected: "a recipe" }, { notes: [{ origin: originOf(entry), message: `\`${name}\` is declared here.` }] });
      continue;
    }
    if (trail.includes(entry.node)) {
      report.say("circular-recipe", origin, { name });
      continue;
    }
    if (trail.length >= limits.recursion) {
      report.say("recursion-limit", origin, { limit: limits.recursion, what: "recipes" });
      continue;
    }
    spend(env, origin.span);
    const recipe = entry.node;
    const inner: Env = { context: env.context, file: entry.file, scope: new Scope(), site: null };
    if (!bindRecipe(env, inner, recipe, part?.kind === "call" ? part : null, origin.span)) continue;
    const collected = collectClauses(inner, recipe.clauses, "recipe", [...trail, recipe]);
    for (const [slot, placed] of collected.bySlot) bySlot.set(slot, { ...placed, use: origin });
    budgets.push(...collected.budgets);
    for (const word of collected.misspelled) misspelled.add(word);
    if (!collected.hasUnread) read++;
  }
  return { bySlot, budgets, hasUnread: read < clause.items.length };
}

function bindRecipe(env: Env, inner: Env, recipe: Recipe, call: Extract<Expression, { kind: "call" }> | null, span: Span): boolean {
  const name = recipe.name.text;
  const parameters = recipe.params.map((param) => ({ name: param.name.text, required: param.default === null }));
  const { bound, ok } = bindArguments(env, name, parameters, call?.arguments ?? []);
  let complete = ok;
  for (const param of recipe.params) {
    const argument = bound.get(param.name.text);
    const value = argument !== undefined ? readParameter(env, param, argument.value, name) : param.default !== null ? readParameter(inner, param, param.default, name) : null;
    if (value === null) {
      if (ok) env.context.report.say("missing-option", at(env, span), { option: param.name.text, of: name });
      complete = false;
    } else inner.scope.define(param.name.text, value);
  }
  return complete;
}

/** The one expression of an item, or null where it has more or linking words. */
export function onlyPart(parts: WordClause["items"][number]["parts"]): Expression | null {
  const [first] = parts;
  return parts.length === 1 && first !== undefined && first.kind !== "linking-word" ? first : null;
}

/** Reports the form that a clause has; null, so that who reads it can return at once. */
export function sayForm({ clause, env }: PlacedClause, form: string, fixes: readonly Fix[] = []): null {
  env.context.report.say("clause-form", at(env, clause.span), { word: clause.word.text, form }, { fixes });
  return null;
}
