// What may stand where a value is expected: names in scope, calls, and what an option takes by name.

import { tensorTypeNames, valueTypeNames } from "../../semantics/declared-types.js";
import { functions } from "../../semantics/functions.js";
import { isLayerName } from "../../semantics/layers/layers.js";
import { schedules } from "../../semantics/schedules.js";
import { functionsIn } from "../signatures/call-at.js";
import { functionSignature, signatureLabel, type Taken } from "../signatures/signature.js";
import { callSnippet, item, keyword, wordItem, type CompletionItem, type Group } from "./item.js";
import { builtInLayers, declared, importable, isLayerLocal, isTensorLocal, localItem, type Site } from "./site.js";

/** Behind `|>`: whatever can be applied to a tensor. */
export function pipeTargets(site: Site): readonly CompletionItem[] {
  const { locals } = site.cursor;
  const tables = locals.filter(({ kind }) => kind === "layer").map(({ name }) => item("function", `${name}.unembed`, "local", { detail: "the table of an embedding, used the other way round" }));
  return [...locals.filter(isLayerLocal).map((local) => localItem(local, site)), ...tables, ...declared(site, ["block", "model"], "piped"), ...builtInLayers(site, "piped"), ...importable(site, ["block", "model"], "piped")];
}

/** Behind `layer name =`, and where an option takes a layer: without its tensors. */
export function layerValues(site: Site): readonly CompletionItem[] {
  return [...site.cursor.locals.filter(isLayerLocal).map((local) => localItem(local, site)), ...declared(site, ["block", "model"], "named"), ...builtInLayers(site, "named"), ...importable(site, ["block", "model"], "named")];
}

/** Where a tensor is expected, or an expression of tensors. */
export function tensorValues(site: Site): readonly CompletionItem[] {
  const { locals } = site.cursor;
  return [
    ...locals.filter((local) => !isLayerLocal(local)).map((local) => ranked(localItem(local, site), isTensorLocal(local))),
    ...declared(site, ["let"]),
    ...declared(site, ["block", "model"], "whole"),
    ...builtInLayers(site, "whole"),
    ...numberFunctions(site),
    conditional,
  ];
}

// What fits better comes before what may fit.
function ranked(found: CompletionItem, isBest: boolean): CompletionItem {
  return isBest ? { ...found, sort: `1 ${found.label}` } : found;
}

/** Where anything that is known at compile time is expected, as in a condition. */
export function constantValues(site: Site): readonly CompletionItem[] {
  return [...site.cursor.locals.filter((local) => !isTensorLocal(local) && !isLayerLocal(local)).map((local) => localItem(local, site)), ...declared(site, ["let"]), ...numberFunctions(site), conditional];
}

/** Where a number is expected. */
export function numberValues(site: Site): readonly CompletionItem[] {
  const fits = site.cursor.locals.filter(({ kind, type }) => kind === "value" || (type !== null && /^(?:int|float|ints)$/.test(type)));
  return [...fits.map((local) => localItem(local, site)), ...declared(site, ["let"], "named", ["number", "list"]), ...numberFunctions(site), conditional];
}

const conditional = keyword("if", "if ${1:condition} then ${2:value} else ${3:value}");

function numberFunctions(site: Site): readonly CompletionItem[] {
  return Object.keys(functions).filter((name) => !isLayerName(name)).map((name) => item("function", name, "built-in", { detail: functions[name]?.doc ?? null, snippet: site.hasList ? name : `${name}($1)`, topic: { kind: "word", word: name, of: "number-function" } }));
}

/** What a parameter or option takes: its words and functions first. */
export function takenValues(site: Site, takes: Taken): readonly CompletionItem[] {
  switch (takes.kind) {
    case "tensor":
      return tensorValues(site);
    case "layer":
      return layerValues(site);
    case "word":
      return [...takes.words.map((word) => wordItem(word)), ...ofKind(site, takes.words.join(" | "))];
    case "boolean":
      return [...["true", "false"].map((word) => wordItem(word)), ...ofKind(site, "bool"), ...declared(site, ["let"], "named", ["boolean"])];
    case "duration":
      return [...durations(), ...ofKind(site, "float")];
    case "call":
      return functionItems(site, takes, "here");
    case "either":
      return [...takes.types.flatMap((type) => (type.kind === "word" ? type.words.map((word) => wordItem(word)) : [])), ...functionItems(site, takes, "here"), ...numberValues(site)];
    case "string":
      return [...ofKind(site, "string"), ...declared(site, ["let"], "named", ["string"])];
    case "ints":
    case "int":
    case "float":
    case "floats":
      return [...(takes.kind === "ints" || takes.kind === "floats" ? [item("keyword", "[ ]", "here", { snippet: "[$1]", detail: "numbers in brackets" })] : []), ...numberValues(site)];
  }
}

function ofKind(site: Site, type: string): readonly CompletionItem[] {
  return site.cursor.locals.filter((local) => local.kind === "parameter" && local.type === type).map((local) => localItem(local, site));
}

/** Schedules, initial values, mixing rules: with what they need. */
function functionItems(site: Site, takes: Taken, group: Group): readonly CompletionItem[] {
  return [...functionsIn(takes)].map(([name, spec]) => {
    const isSchedule = Object.hasOwn(schedules, name) && schedules[name] === spec;
    const signature = functionSignature(name, spec);
    return item(isSchedule ? "schedule" : "function", name, group, { detail: signatureLabel(signature).label, snippet: site.hasList ? name : callSnippet(signature, "whole").replace("($0)", ""), topic: { kind: "word", word: name, of: null } });
  });
}

/** Lengths of a run. */
export function durations(withShare = true): readonly CompletionItem[] {
  return [...(withShare ? [wordItem("5%", "a share of the run", "${1:5}%")] : []), wordItem("200 steps", "steps of the optimizer", "${1:200} steps"), wordItem("1 epochs", "passes over the training split", "${1:1} epochs")];
}

/** Types of tensors, with a bracket for their sizes. */
export function tensorTypes(): readonly CompletionItem[] {
  const snippets: Readonly<Record<string, string>> = { f32: "f32[$1]", i32: "i32[$1]", bool: "bool[$1]", class: "class[$1]" };
  return tensorTypeNames.map((name) => item("type", name, "here", { snippet: snippets[name] ?? name, topic: { kind: "word", word: name, of: "construct" } }));
}

/** Types of what is known at compile time. */
export function valueTypes(): readonly CompletionItem[] {
  return [...valueTypeNames, "layer"].filter((name, index, all) => all.indexOf(name) === index).map((name) => item("type", name, "here", { topic: { kind: "word", word: name, of: "construct" } }));
}

/** Sizes in a type: names of sizes and numbers. */
export function sizeValues(site: Site): readonly CompletionItem[] {
  const fits = site.cursor.locals.filter(({ kind, type }) => kind === "dimension" || kind === "value" || type === "int");
  return [...fits.map((local) => localItem(local, site)), ...declared(site, ["let"], "named", ["number"]), ...numberFunctions(site)];
}
