// Names of `train` and `recipe`. What a clause of a recipe names - outputs of a model, fields of data - is known in a run that uses it: it is
// looked at once for each. Which clause counts is decided as semantics/clauses/collect.ts has it.

import type { Expression, Recipe, Train, WordClause } from "../../ast/ast.js";
import { clauseSpecs } from "../../semantics/clauses/clauses.js";
import { categoryOf, isLayerName, layers } from "../../semantics/layers/layers.js";
import { optimizers } from "../../semantics/optimizers.js";
import { Scope } from "../../semantics/scope.js";
import { selections } from "../../semantics/selections.js";
import { parameters } from "./bodies.js";
import { countingClauses, usedRecipe } from "./counting-clauses.js";
import { clauseWord, value, wordOr } from "./data-clauses.js";
import { expression, layerExpression } from "./expressions.js";
import { fieldsOf, inputsOf, modelOfCall, outputsOf, parameterSymbol, type Owner } from "./members.js";
import { argumentsOf, nameIn, optionValue, ownArguments } from "./options.js";
import type { Place } from "./sink.js";
import { declarationSymbol, symbolOf, type NamedSymbol } from "./symbols.js";

/** What clauses can name in a run; in a recipe by itself nothing is known. */
interface RunNames {
  readonly inputs: ReadonlyMap<string, NamedSymbol>;
  readonly outputs: ReadonlyMap<string, NamedSymbol>;
  readonly fields: ReadonlyMap<string, NamedSymbol>;
  /** Named items of `loss` and `metrics`. */
  readonly measures: ReadonlyMap<string, NamedSymbol>;
}

const nothing: RunNames = { inputs: new Map(), outputs: new Map(), fields: new Map(), measures: new Map() };

/** A clause with its place: that of the run, or of the recipe that brings it. */
interface Placed {
  readonly clause: WordClause;
  readonly place: Place;
}

/** All names of a run, and of the recipes that it uses. Gives the clauses of recipes that it has looked at. */
export function run(outer: Place, node: Train): readonly WordClause[] {
  const { sink, file } = outer;
  const place: Place = { ...outer, within: declarationSymbol({ file, node }) };
  layerExpression(place, node.model);
  const [name] = node.data.names;
  const entry = name === undefined ? undefined : file.entries.get(name.text);
  if (name !== undefined) sink.ofFile(file, name);
  const model = modelOfCall(file, node.model);
  const fields = entry?.node.kind === "data" ? fieldsOf({ file: entry.file, node: entry.node }) : nothing.fields;
  const counting = new Map([...countingClauses({ file, node })].map(([slot, { clause, owner }]) => [slot, { clause, place: placeOf(place, owner) }]));
  const own = node.clauses.flatMap((clause) => (clause.kind === "clause" ? [{ clause, place }] : []));
  const used = [...counting.values()].filter(({ place: { within } }) => within !== place.within);
  const known: RunNames = { inputs: model === null ? nothing.inputs : inputsOf(model), outputs: model === null ? nothing.outputs : outputsOf(model), fields, measures: measuresOf([counting.get("loss"), counting.get("metrics")]) };
  for (const clause of node.clauses) if (clause.kind === "assert") expression(place, clause.condition);
  for (const placed of [...own, ...used]) runClause(placed, known);
  return used.map(({ clause }) => clause);
}

/** All names of a recipe by itself, without clauses that were looked at in runs. */
export function recipe(outer: Place, node: Recipe, seen: ReadonlySet<WordClause>): void {
  const owner: Owner<Recipe> = { file: outer.file, node };
  const place = placeOf(outer, owner);
  parameters(place, owner);
  const own = node.clauses.flatMap((clause) => (clause.kind === "clause" ? [{ clause, place }] : []));
  const measures = measuresOf(own.filter(({ clause }) => clause.word.text === "loss" || clause.word.text === "metrics"));
  for (const clause of node.clauses) {
    if (clause.kind === "assert") expression(place, clause.condition);
    else if (clause.kind === "clause" && !seen.has(clause)) runClause({ clause, place }, { ...nothing, measures });
  }
}

/** Where names of a run or recipe are looked up: among its parameters, then in its file. */
function placeOf({ sink, rules }: Place, { file, node }: Owner<Train | Recipe>): Place {
  const names = new Scope<readonly NamedSymbol[]>();
  // Of two with one name the first counts.
  if (node.kind === "recipe") for (const param of [...node.params].reverse()) if (param.name.text !== "") names.define(param.name.text, [parameterSymbol({ file, node }, param)]);
  return { sink, file, names, within: declarationSymbol({ file, node }), rules };
}

function measuresOf(placed: readonly (Placed | undefined)[]): ReadonlyMap<string, NamedSymbol> {
  const measures = new Map<string, NamedSymbol>();
  for (const { clause, place } of placed.flatMap((each) => each ?? []))
    for (const item of clause.items) if (item.name !== null && !measures.has(item.name.text)) measures.set(item.name.text, symbolOf(place.file, item.name, "measure", item, place.within));
  return measures;
}

function runClause({ clause, place }: Placed, known: RunNames): void {
  const { items, word } = clause;
  clauseWord(place, clause);
  const parts = items.flatMap((item) => [item.parts]);
  switch (word.text) {
    case "use":
      return parts.forEach(([part]) => use(place, part));
    case "loss":
    case "metrics":
      return objectives(place, clause, known);
    case "optimizer":
      return parts.forEach(([part]) => part !== undefined && part.kind !== "linking-word" && functionOf(place, "optimizer", part));
    case "select":
      return parts.forEach(([part]) => part !== undefined && part.kind !== "linking-word" && functionOf({ ...place, names: namesIn(place, known) }, "select", part));
    case "feed":
      return feed(place, clause, known);
    case "weigh":
      return parts.forEach(([first, second]) => weigh(place, first, second, known));
    case "stop":
      return parts.forEach(([, metric, , length]) => {
        measure(place, metric, known);
        value(place, length);
      });
    case "checkpoint":
      return parts.forEach(([first, second]) => {
        wordOr(place, first, ["best"], "checkpoint");
        if (first?.kind === "path") measure(place, second, known);
        else value(place, second);
      });
    case "clip":
      return parts.forEach(([first, ...others]) => [wordOr(place, first, ["norm", "value"], "clip"), ...others.map((part) => value(place, part))]);
    case "regularize":
      return parts.forEach(([first, ...others]) => [wordOr(place, first, ["l1", "l2"], "regularize"), ...others.map((part) => value(place, part))]);
    default:
      return parts.forEach((each) => each.forEach((part) => value(place, part)));
  }
}

function use(place: Place, part: Expression | { readonly kind: "linking-word" } | undefined): void {
  if (part === undefined || part.kind === "linking-word") return;
  const name = nameIn(part);
  if (name !== null) place.sink.ofFile(place.file, name);
  const found = usedRecipe(place.file, part);
  if (found === null) argumentsOf(part).forEach((argument) => expression(place, argument.value));
  else ownArguments(place, found, argumentsOf(part));
}

/** An optimizer or a method that selects, with its options. */
function functionOf(place: Place, clause: "optimizer" | "select", part: Expression): void {
  const functions = clause === "optimizer" ? optimizers : selections([]);
  const name = nameIn(part);
  optionValue(place, clause, { kind: "call", functions }, part);
  if (name !== null && Object.hasOwn(functions, name.text)) place.sink.builtIn(place.file, name, clause === "optimizer" ? "optimizer" : "selection", null, functions[name.text]?.doc ?? null);
}

// Outputs of the model, and fields; a field with the name of an output is `row.name`.
function namesIn({ names }: Place, { outputs, fields }: RunNames): Place["names"] {
  const inner = new Scope<readonly NamedSymbol[]>(names);
  for (const [name, symbol] of outputs) inner.define(name, [symbol]);
  for (const [name, symbol] of fields) {
    inner.define(`row.${name}`, [symbol]);
    if (!outputs.has(name)) inner.define(name, [symbol]);
  }
  return inner;
}

function objectives(place: Place, { items }: WordClause, known: RunNames): void {
  const inner: Place = { ...place, names: namesIn(place, known) };
  for (const item of items) {
    if (item.name !== null) place.sink.symbol(place.file, item.name, symbolOf(place.file, item.name, "measure", item, place.within));
    item.parts.forEach((part) => value(inner, part));
  }
}

function feed({ sink, file }: Place, { items }: WordClause, { inputs, fields }: RunNames): void {
  for (const { name, parts: [part] } of items) {
    const input = name === null ? undefined : inputs.get(name.text);
    if (name !== null && input !== undefined) sink.symbol(file, name, input);
    if (part?.kind === "path") fieldPath({ sink, file }, part.names, fields);
  }
}

function fieldPath({ sink, file }: Pick<Place, "sink" | "file">, names: Extract<Expression, { kind: "path" }>["names"], fields: ReadonlyMap<string, NamedSymbol>): void {
  const [first, second] = names;
  const name = second ?? first;
  const symbol = name === undefined ? undefined : fields.get(name.text);
  if (first === undefined || name === undefined || names.length > 2 || (second !== undefined && first.text !== "row")) return;
  if (second !== undefined) sink.builtIn(file, first, "row");
  if (symbol !== undefined) sink.symbol(file, name, symbol);
}

// `weigh classes balanced`, `weigh by field`.
function weigh(place: Place, first: WordClause["items"][number]["parts"][number] | undefined, second: typeof first, { fields }: RunNames): void {
  if (first?.kind === "linking-word") {
    if (second?.kind === "path") fieldPath(place, second.names, fields);
    return;
  }
  wordOr(place, first, ["classes"], "weigh");
  wordOr(place, second, ["balanced"], "classes");
}

/** `valid.accuracy`: an item by its name, or by that of its function. */
function measure({ sink, file }: Place, part: WordClause["items"][number]["parts"][number] | undefined, { measures }: RunNames): void {
  if (part?.kind !== "path") return;
  const [split, name] = part.names;
  if (split?.text !== "valid" || name === undefined) return;
  sink.builtIn(file, split, "split");
  const symbol = measures.get(name.text);
  if (symbol !== undefined) sink.symbol(file, name, symbol);
  else if (name.text === "loss") sink.builtIn(file, name, "clause", null, clauseSpecs["loss"]?.doc ?? null);
  else if (isLayerName(name.text)) {
    const category = categoryOf(name.text);
    if (category === "loss" || category === "metric") sink.builtIn(file, name, category, null, layers[name.text].doc);
  }
}
