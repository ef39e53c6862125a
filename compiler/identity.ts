// Identities. That of a run is a hash of everything in the program that its numbers depend on, and of nothing else. Comments, names of values,
// spacing of checkpoints, logging and names of files do not enter; the bytes of the data are the runtime's to add.

import type { Module } from "./ir/module.js";
import { print } from "./ir/print.js";
import { fold } from "./passes/fold.js";
import type { DatasetModel, Run } from "./semantics/semantic-model.js";

/** `hash` of the canonical IR after the passes, the training clauses, the seed and the dataset's declaration. */
export function identityOf(run: Run, module: Module, hash: (text: string) => string): string {
  // Metrics, and how often the validation split is evaluated, change nothing unless something is decided by them.
  const isDecisive = run.settings.stop !== null || run.settings.checkpoint.best !== null;
  const graphs = module.graphs.filter((graph) => isDecisive || graph.name !== "metrics");
  return hash(`${print({ ...module, graphs })}${canonicalJson({ settings: settingsOf(run, isDecisive), dataset: dataOf(run.dataset), feeds: run.feeds })}`);
}

/**
 * `hash` of what the folded model computes and of how rows reach it: the forward graph without kernel sets, the fields and their
 * transforms. A run's result stays usable while this stays, whatever else changes in how it was trained.
 */
export function modelIdentityOf(run: Run, module: Module, hash: (text: string) => string): string {
  const { weights, graphs, ...rest } = fold.run(module);
  const forward = print({ ...rest, weights: weights.map(({ l2: _, ...weight }) => ({ ...weight, init: { kind: "zeros" }, trainable: true })), graphs: graphs.filter((graph) => graph.name === "forward") });
  const { fields, transforms } = run.dataset;
  return hash(`${forward}${canonicalJson({ source: readingOf(run.dataset.source), fields, transforms, feeds: run.feeds, links: run.links })}`);
}

/** What decides how rows of the source's kind become numbers. */
function readingOf(source: DatasetModel["source"]): string {
  if (source.kind === "csv") return Object.keys(cellsOf(source)).length === 0 ? "csv" : `csv ${canonicalJson(cellsOf(source))}`;
  return source.kind === "text" ? `text ${unitOf(source)}` : source.kind;
}

/** How texts in cells are read, where the program says so. */
function cellsOf({ tokenizer, unit }: Extract<DatasetModel["source"], { readonly kind: "csv" }>): object {
  return { ...(tokenizer === null ? {} : { tokenizer: true }), ...(unit === null ? {} : { unit }) };
}

const unitOf = ({ unit, tokenizer }: Extract<DatasetModel["source"], { readonly kind: "text" }>): string => (tokenizer === null ? unit : "tokens");

function settingsOf({ settings }: Run, isDecisive: boolean): unknown {
  const { checkpoint, evaluate, ...rest } = settings;
  return { ...rest, best: checkpoint.best, evaluate: isDecisive ? evaluate : null };
}

function dataOf({ source, fields, transforms, augment, split, take }: DatasetModel): unknown {
  return { source: sourceOf(source), fields, transforms, split: splitOf(split), take, ...(augment.length === 0 ? {} : { augment }) };
}

/** Which folder has which name does not enter, only which there are. */
function splitOf(split: DatasetModel["split"]): unknown {
  if (!("folders" in split)) return split;
  const { valid, test } = split.folders;
  return { folders: ["train", ...(valid === null ? [] : ["valid"]), ...(test === null ? [] : ["test"])] };
}

function sourceOf(source: DatasetModel["source"]): unknown {
  switch (source.kind) {
    case "idx":
    case "npy":
    case "npz":
    case "images":
      return { kind: source.kind };
    case "parquet":
      return { kind: source.kind, dropsMissing: source.dropsMissing };
    case "jsonl":
      return { kind: source.kind, tokenizer: source.tokenizer !== null };
    case "text":
      return { kind: source.kind, unit: unitOf(source) };
    case "csv":
      return { kind: source.kind, missing: source.missing, separator: source.separator, ...cellsOf(source) };
    case "synthetic":
      return source;
  }
}

/** JSON with keys in order, so that equal values have equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}
