// Names that the language has: layers, options and their words, clauses, types, units.

import type { Node } from "../../ast/visit.js";
import { trainingMemory } from "../../semantics/budgets.js";
import { clauseSpecs } from "../../semantics/clauses/clauses.js";
import { augmentations } from "../../semantics/clauses/augmentations.js";
import { costsIn } from "../facts/costs.js";
import { memory, whole } from "../facts/figures.js";
import { fusionOptions } from "../../semantics/fusion/read-fusion.js";
import type { BuiltIn, BuiltInKind } from "../names/symbols.js";
import { describeOption } from "../reference/option-text.js";
import type { Snapshot } from "../snapshot.js";
import { numberMarkdown } from "./numbers.js";
import { code, entryMarkdown, optionMarkdown, pageOf, sections } from "./pages.js";

const kinds: { readonly [K in BuiltInKind]: readonly string[] } = {
  layer: ["layer"], loss: ["loss"], metric: ["metric"], function: ["number-function", "layer"], optimizer: ["optimizer"], source: ["source"], selection: ["selection"],
  augmentation: [], option: [], word: [], "option-function": ["schedule", "initializer", "annotation-value"], clause: ["clause"], type: ["construct"], unit: [], figure: [], split: [], row: ["construct"],
};

export function builtInMarkdown(snapshot: Snapshot, { kind, name, owner, doc }: BuiltIn, around: readonly Node[]): string | null {
  const { host } = snapshot;
  if (name === "unembed") return page(snapshot, name, ["construct"]);
  switch (kind) {
    case "option":
      return option(snapshot, name, owner ?? "", doc);
    case "word":
      return wordOf(snapshot, name, owner ?? "", around);
    case "augmentation":
      return Object.hasOwn(augmentations, name) ? sections([code(augmentations[name]?.form ?? name), augmentations[name]?.doc ?? ""]) : null;
    case "unit": {
      const number = around.find((node) => node.kind === "number");
      return number?.kind === "number" ? numberMarkdown(number) : null;
    }
    case "figure":
      return figure(snapshot, owner ?? name);
    case "split":
      return `**${name}**, a split of the data.`;
    default: {
      // `uniform` is an initial value and a way to mix.
      const isOfOverparam = kind === "option-function" && around.some((node) => node.kind === "overparam");
      const found = (isOfOverparam ? pageOf(host, name, ["annotation-value"]) : null) ?? pageOf(host, name, kinds[kind]) ?? pageOf(host, name);
      return found === null ? (doc === null ? null : sections([`**${name}**`, doc])) : entryMarkdown(found);
    }
  }
}

function page({ host }: Snapshot, word: string, of: readonly string[]): string | null {
  const found = pageOf(host, word, of);
  return found === null ? null : entryMarkdown(found);
}

function option({ host }: Snapshot, name: string, owner: string, doc: string | null): string | null {
  if (owner === "fuse from") {
    const spec = fusionOptions.find((each) => each.name === name);
    return spec === undefined ? null : optionMarkdown(owner, describeOption(spec, fusionOptions));
  }
  const found = pageOf(host, owner, ["layer", "loss", "metric", "optimizer", "schedule", "initializer", "annotation", "annotation-value", "source", "selection"])?.options.find((each) => each.name === name);
  if (found !== undefined) return optionMarkdown(owner, found);
  return doc === null ? null : sections([`**${name}** of \`${owner}\``, doc]);
}

// `same` of `padding`: what the option is for says what its words mean.
function wordOf(snapshot: Snapshot, name: string, owner: string, around: readonly Node[]): string | null {
  const argument = [...around].reverse().find((node) => node.kind === "argument" || node.kind === "fuse-option");
  const call = [...around].reverse().find((node) => node.kind === "call" || node.kind === "overparam");
  const of = argument?.kind === "fuse-option" ? "fuse from" : call?.kind === "overparam" ? "overparam" : call?.kind === "call" ? call.callee.names.map(({ text }) => text).join(".") : "";
  const text = option(snapshot, owner, of, null);
  if (text !== null) return sections([`**${name}**, a value of \`${owner}\``, text]);
  const clause = [...around].reverse().find((node) => node.kind === "clause");
  const word = clause?.kind === "clause" ? clause.word.text : owner;
  const spec = Object.hasOwn(clauseSpecs, word) ? clauseSpecs[word] : undefined;
  return spec === undefined ? `**${name}**, a value of \`${owner}\`.` : sections([`**${name}**, of \`${word}\``, spec.doc]);
}

const figures: Readonly<Record<string, string>> = {
  "shipped.weights": "Weights in the model that ships, statistics included.",
  "shipped.bytes": "Bytes of the weights that ship, four each.",
  "shipped.flops": "Floating-point operations for one example outside training; a multiply-add is two.",
  "trained.weights": "Weights that the optimizer moves: of a kernel set all copies.",
  "trained.memory": "Bytes that training keeps: weights, gradients, the optimizer's state, results of layers for each row of a batch.",
};

function figure({ model }: Snapshot, name: string): string | null {
  const doc = figures[name];
  if (doc === undefined) return null;
  if (name === "trained.memory") return sections([`**${name}**: ${doc}`, model.runs.slice(0, 6).map((run) => `- \`${run.name}\`: ${memory(trainingMemory(run.instance.graph, run.settings))}`).join("\n")]);
  const values = model.instances.map((instance) => {
    const { weightsTrained, weightsShipped, flops } = costsIn(instance);
    const value = name === "shipped.weights" ? weightsShipped : name === "shipped.bytes" ? 4 * weightsShipped : name === "shipped.flops" ? flops : name === "trained.weights" ? weightsTrained : null;
    return value === null ? "" : `- \`${instance.model}\`: ${whole(value)}`;
  });
  return sections([`**${name}**: ${doc}`, [...new Set(values)].filter((line) => line !== "").slice(0, 6).join("\n")]);
}
