// In clauses of data, runs and recipes: words that are not there yet, and what follows each word.

import type { Clause, Recipe } from "../../ast/ast.js";
import { augmentations } from "../../semantics/clauses/augmentations.js";
import { clauseSpecs, type ClausePlace } from "../../semantics/clauses/clauses.js";
import { categoryOf, isLayerName, layers } from "../../semantics/layers/layers.js";
import { optimizers } from "../../semantics/optimizers.js";
import type { FunctionSpec } from "../../semantics/options.js";
import { calleeName } from "../../semantics/read-options.js";
import { selections } from "../../semantics/selections.js";
import { fieldsOf, inputsOf, outputsOf } from "../names/members.js";
import type { NamedSymbol } from "../names/symbols.js";
import { functionSignature, signatureLabel } from "../signatures/signature.js";
import { figures } from "./bodies.js";
import { callSnippet, escaped, item, layerItem, wordItem, type CompletionItem, type CompletionKind } from "./item.js";
import { declared, importable, localItem, runParts, type Site } from "./site.js";
import { constantValues, durations, numberValues, tensorTypes } from "./values.js";

/** At a line of clauses, in no bracket of it. */
export function clauseItems(site: Site, place: ClausePlace): readonly CompletionItem[] {
  const isFirst = site.frame.done.length === 0;
  const [word, ...behind] = isFirst ? site.item : [(site.frame.done[0] ?? [])[0], ...site.item];
  if (word === undefined || (isFirst && site.item.length === 0)) return clauseWords(site, place);
  const last = behind[behind.length - 1];
  const isStart = behind.length === 0;
  switch (word.text) {
    case "fields":
      if (last?.text === ":") return tensorTypes();
      if (last?.text === "from") return [wordItem("columns", "several columns as one vector", 'columns("${1:first}", "${2:last}")'), wordItem("next", "what follows each unit of a text"), wordItem("shift", "a member, moved to the right by one", 'shift("${1:member}")'), wordItem('"column"', "a column of another name", '"${1:column}"')];
      return behind.length > 2 ? [wordItem("from", null, "from "), wordItem("below", null, "below ")] : [];
    case "scale":
      return isStart ? fields(site) : last?.kind === "name" && last.text !== "by" ? [wordItem("by", null, "by ")] : numberValues(site);
    case "standardize":
      return isStart ? fields(site) : [];
    case "split":
      return split(isStart, isFirst, last?.text ?? "", last?.kind);
    case "augment":
      return augment(site, isStart, isFirst, last?.text ?? "");
    case "use":
      return isStart ? [...declared(site, ["recipe"]), ...importable(site, ["recipe"])] : [];
    case "loss":
    case "metrics":
      return isStart || last?.text === ":" || last?.kind === "sign" ? objectives(site, word.text === "metrics") : [];
    case "optimizer":
      return isStart ? functionsOf(site, optimizers, "optimizer") : [];
    case "select":
      return isStart ? functionsOf(site, selections([]), "selection") : [];
    case "checkpoint":
      if (isStart) return [wordItem("every", "how often one is written", "every "), wordItem("keep", "how many stay", "keep ${1:3}"), wordItem("best", "also the best evaluated one", "best ")];
      return last?.text === "best" ? measures(site) : last?.text === "every" ? durations(false) : units(last?.kind);
    case "evaluate":
      return isStart ? [wordItem("every", null, "every ")] : last?.text === "every" ? durations(false) : units(last?.kind);
    case "stop":
      if (isStart) return [wordItem("when", null, "when ")];
      if (last?.text === "when") return measures(site);
      return last?.text === "stalls" ? durations(false) : last?.kind === "number" ? units(last.kind) : [wordItem("stalls", null, "stalls ")];
    case "clip":
      return isStart ? [wordItem("norm", "bounds the norm of the whole gradient", "norm ${1:1.0}"), wordItem("value", "bounds each element", "value ${1:0.5}")] : numberValues(site);
    case "regularize":
      return isStart ? [wordItem("l2", "number * W", "l2 ${1:1e-4}"), wordItem("l1", "number * sign(W)", "l1 ${1:1e-5}")] : numberValues(site);
    case "weigh":
      if (isStart) return [wordItem("classes", "by the label's class", "classes "), wordItem("by", "by a field's number", "by ")];
      return last?.text === "by" ? fields(site) : last?.text === "classes" ? [wordItem("balanced"), wordItem("[ ]", "a weight for each class", "[$1]")] : [];
    case "feed":
      return isStart ? inputs(site) : last?.text === ":" ? fields(site) : [];
    case "assert":
      return last === undefined || last.kind === "sign" ? [...figures(place !== "data"), ...constantValues(site)] : [];
    case "batch":
    case "accumulate":
    case "epochs":
    case "steps":
    case "seed":
    case "ema":
    case "take":
      return isStart ? numberValues(site) : [];
    default:
      return [];
  }
}

/** Outputs of the model and fields of the data, in a loss or metric; `first`: what comes first. */
export function measured(site: Site, first: "output" | "field" = "output"): readonly CompletionItem[] {
  const all = measuredBy(site);
  return all.map((each) => (each.kind === "output" || each.kind === "field" ? { ...each, sort: `${each.kind === first ? 1 : 2} ${each.label}` } : each));
}

function measuredBy(site: Site): readonly CompletionItem[] {
  const outputs = distinct(runParts(site).models.flatMap((model) => [...outputsOf(model).values()]));
  const names = new Set(outputs.map(({ name }) => name));
  const columns = distinct(runParts(site).datasets.flatMap((data) => [...fieldsOf(data).values()]));
  return [
    ...outputs.map((symbol) => symbolItem(site, "output", symbol)),
    ...columns.map((symbol) => ({ ...symbolItem(site, "field", symbol), ...(names.has(symbol.name) ? { label: `row.${symbol.name}`, snippet: `row.${symbol.name}` } : {}) })),
    ...(columns.length > 0 ? [item("word", "row", "local", { detail: "a field by its full name", snippet: "row.", topic: { kind: "word", word: "row", of: "construct" } })] : []),
    ...site.cursor.locals.map((local) => localItem(local, site)),
    ...declared(site, ["let"]),
  ];
}

function distinct(symbols: readonly NamedSymbol[]): readonly NamedSymbol[] {
  return [...new Map(symbols.map((symbol) => [symbol.name, symbol])).values()];
}

function symbolItem(site: Site, kind: CompletionKind, { name, node, origin }: NamedSymbol): CompletionItem {
  const type = "type" in node && node.type !== null ? site.textOf(origin.file).slice(node.type.span.start, node.type.span.end) : null;
  const doc = "doc" in node ? node.doc : null;
  return item(kind, name, "here", { detail: type, topic: doc === null ? null : { kind: "option", doc } });
}

function fields(site: Site): readonly CompletionItem[] {
  const local = site.cursor.locals.filter(({ kind }) => kind === "field").map((each) => ({ ...localItem(each, site), sort: `1 ${each.name}` }));
  if (site.cursor.declaration !== "data") return distinct(runParts(site).datasets.flatMap((data) => [...fieldsOf(data).values()])).map((symbol) => symbolItem(site, "field", symbol));
  // A derived dataset has those of its parent.
  const source = site.cursor.frames[0]?.item[3]?.text ?? "";
  const parent = site.file.entries.get(source);
  const own = local.map(({ label }) => label);
  return [...local, ...(parent?.node.kind === "data" ? distinct([...fieldsOf({ file: parent.file, node: parent.node }).values()]).filter(({ name }) => !own.includes(name)).map((symbol) => symbolItem(site, "field", symbol)) : [])];
}

function inputs(site: Site): readonly CompletionItem[] {
  return distinct(runParts(site).models.flatMap((model) => [...inputsOf(model).values()])).map((symbol) => {
    const found = symbolItem(site, "value", symbol);
    return { ...found, snippet: `${escaped(symbol.name)}: ` };
  });
}

function clauseWords(site: Site, place: ClausePlace): readonly CompletionItem[] {
  const taken = new Set<string>();
  for (const clause of clausesAround(site)) {
    const word = wordOf(clause);
    if (clause.span.start === site.cursor.word.start || clauseSpecs[word]?.repeats === true) continue;
    taken.add(clauseSpecs[word]?.slot ?? word);
  }
  const needed = place === "train" ? ["loss", "optimizer", "batch", "epochs", "steps"] : place === "data" ? ["fields"] : [];
  return Object.entries(clauseSpecs).flatMap(([word, { where, form, slot }]): CompletionItem[] => {
    if (!where.includes(place) || taken.has(slot ?? word)) return [];
    return [item("clause", word, needed.includes(word) ? "here" : "local", { detail: form, snippet: `${word} `, topic: { kind: "word", word, of: "clause" } })];
  });
}

function wordOf(clause: Clause): string {
  return clause.kind === "clause" ? clause.word.text : clause.kind;
}

function clausesAround({ file, cursor }: Site): readonly Clause[] {
  const around = [...file.program.declarations].reverse().find(({ span }) => span.start <= cursor.word.start);
  return around !== undefined && "clauses" in around ? around.clauses : [];
}

function objectives(site: Site, withMetrics: boolean): readonly CompletionItem[] {
  const names = Object.keys(layers).filter(isLayerName);
  const form = site.hasList ? "bare" : "whole";
  return names.flatMap((name) => {
    const category = categoryOf(name);
    if (category !== "loss" && !(withMetrics && category === "metric")) return [];
    return [layerItem(name, form, withMetrics === (category === "metric") ? "here" : "built-in")];
  });
}

function functionsOf(site: Site, table: Readonly<Record<string, FunctionSpec>>, kind: "optimizer" | "selection"): readonly CompletionItem[] {
  return Object.entries(table).map(([name, spec]) => {
    const signature = functionSignature(name, spec);
    // By name, as programs are written: `adam(lr: 1e-3)`.
    const [first] = spec.options;
    const snippet = first === undefined ? name : `${name}(${first.name}: $1)`;
    return item(kind, name, "here", { detail: signatureLabel(signature).label, snippet: site.hasList ? callSnippet(signature, "bare") : snippet, topic: { kind: "word", word: name, of: kind } });
  });
}

function split(isStart: boolean, isFirst: boolean, last: string, kind: string | undefined): readonly CompletionItem[] {
  const parts = ["train", "valid", "test"];
  if (isStart) return [...parts.map((part) => wordItem(part, null, `${part} `)), ...(isFirst ? [] : [wordItem("order", "whether rows are shuffled", "order: ")])];
  if (parts.includes(last)) return [wordItem("80%", "a share of the rows", "${1:80}%"), wordItem("folder", "a folder of `images`", 'folder "${1:name}"')];
  return last === ":" ? [wordItem("shuffled"), wordItem("file", "the first rows train")] : kind === "number" ? [] : [];
}

function augment(site: Site, isStart: boolean, isFirst: boolean, last: string): readonly CompletionItem[] {
  const steps = Object.entries(augmentations).map(([word, { form, doc }]) => item("word", word, "here", { detail: form, snippet: `${word} `, topic: { kind: "option", doc } }));
  if (isStart) return isFirst ? fields(site) : [...fields(site), ...steps];
  if (last === "flip") return [wordItem("horizontal"), wordItem("vertical")];
  if (last === "crop" || last === "cutout" || last === "noise" || last === "pad") return numberValues(site);
  return /^\d/.test(last) ? [wordItem("pad", "a border of zeros", "pad ${1:4}")] : steps;
}

function units(kind: string | undefined): readonly CompletionItem[] {
  return kind === "number" ? [wordItem("steps"), wordItem("epochs")] : [];
}

/** `valid.loss`, and each item of `loss` and `metrics`, of the run and of the recipes that it uses. */
function measures(site: Site): readonly CompletionItem[] {
  const names = new Set<string>(["loss"]);
  const collect = (clauses: readonly Clause[], trail: readonly Recipe[]): void => {
    for (const clause of clauses) {
      if (clause.kind !== "clause") continue;
      for (const { name, parts } of clause.items) {
        const [part] = parts;
        const callee = part === undefined || part.kind === "linking-word" ? null : calleeName(part);
        if (clause.word.text === "loss" || clause.word.text === "metrics") names.add(name?.text ?? callee ?? "");
        if (clause.word.text !== "use" || callee === null) continue;
        const entry = site.file.entries.get(callee);
        if (entry?.node.kind === "recipe" && !trail.includes(entry.node)) collect(entry.node.clauses, [...trail, entry.node]);
      }
    }
  };
  collect(clausesAround(site), []);
  return [...names].filter((name) => name !== "").map((name) => wordItem(`valid.${name}`));
}
