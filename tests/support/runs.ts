// Checked programs made by hand, for tests of what comes after semantics: names and texts can be any, also ones the parser would refuse.

import { layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import type { OptionValue } from "../../compiler/semantics/option-value.js";
import type { Application, DatasetModel, Graph, GraphInput, Instance, Overparam, Run } from "../../compiler/semantics/semantic-model.js";
import type { TensorType } from "../../compiler/semantics/types.js";
import type { Origin } from "../../compiler/source/source.js";

/** The origin of everything in such a program. */
export const somewhere: Origin = { file: "m.sop", span: { start: 0, end: 1 } };

export const overparam4: Overparam = {
  copies: 4,
  mix: { rule: "dirichlet", alpha: 1 },
  per: "kernel",
  init: { rule: "centred", spread: 0.1 },
  rate: "mixture",
  moments: "shared",
  anneal: 0,
  embeddings: false,
  isInitGiven: false,
  origin: somewhere,
};

/** Builds a graph call by call. Options that are left out take the signature's constants. */
export class GraphMaker {
  readonly inputs: GraphInput[] = [];
  private readonly types: TensorType[] = [];
  private readonly applications: Application[] = [];

  input(name: string, shape: readonly number[], dtype: TensorType["dtype"] = "f32", batched = true): number {
    const type: TensorType = { dtype, shape, batched, below: null };
    this.types.push(type);
    return this.inputs.push({ name, type, origin: somewhere }) - 1;
  }

  call(layer: LayerKind, operands: readonly number[], options: Readonly<Record<string, OptionValue>> = {}, more: Partial<Application> = {}): number {
    const filled: Record<string, OptionValue> = { ...options };
    for (const spec of layers[layer].options) {
      const fallback = typeof spec.default === "function" ? spec.default({ ...filled, ...options }) : spec.default;
      const value = options[spec.name] ?? fallback;
      if (value !== undefined && value !== null) filled[spec.name] = value;
    }
    const result = layers[layer].shape(operands.map((operand) => this.typeOf(operand)), filled);
    if (result.kind === "mismatch") throw new Error(`${layer}: expected ${result.expected}, found ${result.found}`);
    const origin = { file: "m.sop", span: { start: this.applications.length, end: this.applications.length + 1 } };
    this.types.push(result.type);
    return this.inputs.length + this.applications.push({ layer, operands, options: filled, type: result.type, path: "", within: "", name: null, origin, callers: [], overparam: null, frozen: false, ...more }) - 1;
  }

  graph(outputs: Readonly<Record<string, number>> | readonly (readonly [string, number])[]): Graph {
    const pairs = Array.isArray(outputs) ? outputs : Object.entries(outputs);
    return { inputs: this.inputs, applications: this.applications, outputs: pairs.map(([name, value]) => ({ name, value, origin: somewhere })) };
  }

  typeOf(value: number): TensorType {
    const type = this.types[value];
    if (type === undefined) throw new Error(`no value ${value}`);
    return type;
  }
}

/** Names and texts of a run; defaults are tame. */
export interface RunNames {
  readonly run: string;
  readonly model: string;
  readonly dataset: string;
  readonly input: string;
  readonly label: string;
  readonly output: string;
  readonly value: string;
  readonly layer: string;
  readonly item: string;
  readonly text: string;
}

export const tame: RunNames = { run: "digits_small", model: "Digits", dataset: "digits", input: "image", label: "label", output: "digit", value: "x", layer: "dense", item: "cross_entropy", text: "Handwritten digits." };

/** An MLP with a batch norm and a dropout on synthetic digits. */
export function makeRun(names: RunNames = tame, overparam: Overparam | null = overparam4): Run {
  const dataset: DatasetModel = {
    name: names.dataset,
    doc: names.text,
    source: { kind: "csv", file: names.text, missing: names.text, separator: ",", sha256: [names.text] },
    fields: [
      { name: names.input, dtype: "f32", shape: [28, 28, 1], below: null, classes: null, from: { kind: "columns", first: names.text, last: names.text } },
      { name: names.label, dtype: "class", shape: [], below: 2, classes: [names.text, "b"], from: { kind: "column", column: names.text } },
    ],
    transforms: [{ kind: "scale", fields: [names.input], by: 1 / 255 }],
    split: { train: 0.8, valid: 0.1, test: 0.1, order: "shuffled" },
    take: null,
    origin: somewhere,
  };
  const forward = new GraphMaker();
  const image = forward.input(names.input, [28, 28, 1]);
  const flat = forward.call("flatten", [image], {}, { path: "flatten" });
  const hidden = forward.call("dense", [flat], { units: 16 }, { path: names.layer, overparam });
  const normed = forward.call("batch_norm", [hidden], {}, { path: `${names.layer}_norm` });
  const x = forward.call("relu", [normed], {}, { name: names.value });
  const y = forward.call("add", [x, forward.call("mul", [forward.call("constant", [], { value: 0.5 }), x])]);
  const dropped = forward.call("dropout", [y], { rate: 0.1 }, { path: `${names.layer}_dropout` });
  const digit = forward.call("dense", [dropped], { units: 2 }, { path: `${names.layer}_2`, name: names.output });
  const instance: Instance = { model: names.model, args: [{ name: "width", value: 16 }, { name: "act", value: names.text }], doc: names.text, graph: forward.graph([[names.output, digit]]), origin: somewhere };
  return {
    name: names.run,
    doc: names.text,
    instance,
    dataset,
    feeds: [{ input: names.input, field: names.input }],
    loss: comparison(names, (maker, output, label) => [[names.item, maker.call("cross_entropy", [output, label], {})]]),
    metrics: comparison(names, (maker, output, label) => [["accuracy", maker.call("accuracy", [output, label])]]),
    aligned: [],
    positions: [],
    links: [{ output: names.output, link: "softmax", classes: [names.text, "b"], field: names.label }],
    settings: {
      optimizer: {
        call: "adamw",
        options: { lr: { call: "warmup_cosine", options: { peak: 0.002, warmup: { call: "share", options: { value: 0.05 } }, end: 0 } }, betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 0.01, decay: "kernels" },
      },
      batch: 128,
      length: { unit: "epochs", value: 5 },
      clip: { norm: 1 },
      checkpoint: { every: { unit: "steps", value: 200 }, keep: 3, best: names.text },
      stop: { metric: "valid.accuracy", patience: { unit: "epochs", value: 3 } },
      evaluate: null,
      l2: 0,
      seed: 7,
    },
    origin: somewhere,
  };
}

function comparison(names: RunNames, items: (maker: GraphMaker, output: number, label: number) => readonly (readonly [string, number])[]): Graph {
  const maker = new GraphMaker();
  const output = maker.input(names.output, [2]);
  maker.input(`row.${names.input}`, [28, 28, 1]);
  const label = maker.input(`row.${names.label}`, [], "i32");
  return maker.graph(items(maker, output, label));
}
