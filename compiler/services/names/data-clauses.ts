// Names of `data`: its source, its fields, what is done to them, how it is split.

import type { ClauseItem, Data, Expression, Field, LinkingWord, WordClause } from "../../ast/ast.js";
import { augmentations } from "../../semantics/clauses/augmentations.js";
import { clauseSpecs } from "../../semantics/clauses/clauses.js";
import { sources } from "../../semantics/clauses/source.js";
import { expression, type } from "./expressions.js";
import { fieldsOf, fieldSymbol, type Owner } from "./members.js";
import { argumentsOf, builtInArguments, nameIn } from "./options.js";
import type { Place } from "./sink.js";
import { declarationSymbol, type NamedSymbol } from "./symbols.js";

type Part = LinkingWord | Expression;

/** All names of a dataset. */
export function dataset(outer: Place, node: Data): void {
  const owner: Owner<Data> = { file: outer.file, node };
  const place: Place = { ...outer, within: declarationSymbol(owner) };
  source(place, node);
  const fields = fieldsOf(owner);
  for (const clause of node.clauses) {
    if (clause.kind === "assert") expression(place, clause.condition);
    else if (clause.kind === "fields") clause.fields.forEach((each) => field(place, owner, each));
    else dataClause(place, clause, fields);
  }
}

function source({ sink, file, ...rest }: Place, { source: call }: Data): void {
  const place: Place = { sink, file, ...rest };
  const [name, ...more] = call.callee.names;
  if (name === undefined || more.length > 0) return;
  if (call.arguments === null && sink.ofFile(file, name)) return;
  const spec = Object.entries(sources).find(([key]) => key === name.text)?.[1];
  if (spec === undefined) return (call.arguments ?? []).forEach(({ value }) => expression(place, value));
  sink.builtIn(file, name, "source", null, spec.doc);
  builtInArguments(place, name.text, spec.options, call.arguments ?? [], spec.takes === undefined ? 0 : Number.POSITIVE_INFINITY);
}

function field(place: Place, owner: Owner<Data>, node: Field): void {
  const { sink, file } = place;
  sink.symbol(file, node.name, fieldSymbol(owner, node));
  type(place, node.type);
  const { from } = node;
  const name = from === null ? null : nameIn(from);
  if (from === null) return;
  if (from.kind === "path" && name?.text === "next") return sink.builtIn(file, name, "word", "from");
  if (from.kind !== "call" || name === null || (name.text !== "shift" && name.text !== "columns")) return expression(place, from);
  sink.builtIn(file, name, "option-function", "from");
  argumentsOf(from).forEach(({ value }) => expression(place, value));
}

function dataClause(place: Place, clause: WordClause, fields: ReadonlyMap<string, NamedSymbol>): void {
  const { word, items } = clause;
  clauseWord(place, clause);
  switch (word.text) {
    case "scale":
    case "standardize":
      for (const { parts } of items) parts.forEach((part, index) => (index === 0 ? fieldName(place, part, fields) : value(place, part)));
      return;
    case "augment":
      return augment(place, items, fields);
    case "split":
      return items.forEach((item) => split(place, item));
    default:
      return items.forEach(({ parts }) => parts.forEach((part) => value(place, part)));
  }
}

/** The word of a clause, where it is one. */
export function clauseWord({ sink, file }: Place, { word }: WordClause): void {
  if (Object.hasOwn(clauseSpecs, word.text)) sink.builtIn(file, word, "clause", null, clauseSpecs[word.text]?.doc ?? null);
}

/** A part of an item as an expression. */
export function value(place: Place, part: Part | undefined): void {
  if (part !== undefined && part.kind !== "linking-word") expression(place, part);
}

/** A part of an item as one of some words; else as an expression. */
export function wordOr(place: Place, part: Part | undefined, words: readonly string[], owner: string): void {
  const name = part?.kind === "path" ? nameIn(part) : null;
  if (name !== null && words.includes(name.text)) place.sink.builtIn(place.file, name, "word", owner);
  else value(place, part);
}

function fieldName({ sink, file }: Place, part: Part, fields: ReadonlyMap<string, NamedSymbol>): void {
  const name = part.kind === "path" ? nameIn(part) : null;
  const symbol = name === null ? undefined : fields.get(name.text);
  if (name !== null && symbol !== undefined) sink.symbol(file, name, symbol);
}

// `augment image, mask flip horizontal, crop 32 pad 4`: fields up to the first item of more than one part, then changes.
function augment(place: Place, items: readonly ClauseItem[], fields: ReadonlyMap<string, NamedSymbol>): void {
  let areFieldsRead = false;
  for (const { parts } of items) {
    let rest = parts;
    const [first, ...others] = parts;
    if (!areFieldsRead && first !== undefined) {
      fieldName(place, first, fields);
      areFieldsRead = others.length > 0;
      rest = others;
    }
    change(place, rest);
  }
}

function change(place: Place, [first, ...values]: readonly Part[]): void {
  const name = first?.kind === "path" ? nameIn(first) : null;
  if (name === null) return;
  const spec = Object.hasOwn(augmentations, name.text) ? augmentations[name.text] : undefined;
  if (spec !== undefined) place.sink.builtIn(place.file, name, "augmentation", null, spec.doc);
  for (const part of values) wordOr(place, part, name.text === "flip" ? ["horizontal", "vertical"] : name.text === "crop" ? ["pad"] : [], name.text);
}

function split(place: Place, { name, parts: [first, ...others] }: ClauseItem): void {
  if (name !== null) {
    place.sink.builtIn(place.file, name, "option", "split");
    return wordOr(place, first, ["shuffled", "file"], name.text);
  }
  const part = first?.kind === "path" ? nameIn(first) : null;
  if (part !== null && ["train", "valid", "test"].includes(part.text)) place.sink.builtIn(place.file, part, "split");
  for (const other of others) wordOr(place, other, ["folder"], "split");
}
