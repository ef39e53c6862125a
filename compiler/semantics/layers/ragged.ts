// Sequences whose length differs between examples: a total table of what each layer does with them. Being such a sequence belongs to the first
// axis of a value and travels with it; a layer keeps it, uses it (what is padding does not count), or cannot take it.

import { printType, type TensorType } from "../types.js";
import { activations } from "./activations.js";
import type { Options } from "./layer.js";
import type { LayerKind } from "./layers.js";
import { losses } from "./losses.js";
import { metrics } from "./metrics.js";
import { axisOf, numberOption, numbersOption, tensor } from "./shape-rules.js";

/** What becomes of the lengths of a layer's tensors. */
export type RaggedResult =
  /** The result is as long as this input, or has no such axis. */
  | { readonly kind: "ok"; readonly ragged: string | null }
  /** What the layer would do with padding, as the second half of a sentence. */
  | { readonly kind: "rejected"; readonly why: string; readonly help: string };

export type RaggedRule = (tensors: readonly TensorType[], options: Options, result: TensorType) => RaggedResult;

const reduce = "Make one vector of the sequence first, with `mean(axis: 0)`, `last` or attention.";
const rejected = (why: string, help: string = reduce): RaggedResult => ({ kind: "rejected", why, help });
const reject = (why: string): RaggedRule => () => rejected(why);
const gives = (ragged: string | null): RaggedResult => ({ kind: "ok", ragged });

/** The first tensor's length stays: the layer works at each position by itself, or along the sequence from the front. */
const keep: RaggedRule = (tensors) => (onlyFirst(tensors) ? gives(lengthOf(tensor(tensors, 0))) : rejected("takes a sequence of unequal length in the first place only"));

/** As `keep`, of a layer that works along the last axis, which must be another than that of the positions. */
const keepFeatures: RaggedRule = (tensors, options, result) => (tensor(tensors, 0).shape.length < 2 ? rejected("works along the positions, which differ in number", "Give each position features first, with `embedding`, `one_hot` or `reshape([positions, 1])`.") : keep(tensors, options, result));

/** Attention to `sequences` tensors: the padding of what is read is left out; the result is as long as what reads. */
const attend =
  (sequences: number): RaggedRule =>
  (tensors) =>
    tensors.slice(sequences).some(isRagged) ? rejected("takes no bias of unequal length", "Give it a bias made of weights, such as `relative_bias(heads, length: n)`.") : gives(lengthOf(tensor(tensors, 0)));

/** One of the positions. */
const take: RaggedRule = () => gives(null);

/** Aligned at the right: what has positions must have all axes of the result. */
const operator: RaggedRule = (tensors, _options, result) => {
  const short = tensors.find((one) => isRagged(one) && one.shape.length !== result.shape.length);
  return short === undefined ? gives(anyLength(tensors)) : rejected(`would set the positions of ${printType(short)} beside another axis`, "Give both sides the same axes, with `reshape`.");
};

/** The mean over positions is over the real ones. */
const reduceAxes: RaggedRule = (tensors, options) => {
  const x = tensor(tensors, 0);
  const given = numbersOption(options, "axis");
  return gives(given.length === 0 || given.some((axis) => axisOf(axis, x.shape.length) === 0) ? null : lengthOf(x));
};

const concat: RaggedRule = (tensors, options) =>
  axisOf(numberOption(options, "axis"), tensor(tensors, 0).shape.length) === 0 ? rejected("would join sequences behind their padding", "Join them along another axis, such as `axis: -1`.") : gives(anyLength(tensors));

const slice: RaggedRule = (tensors, options) => {
  const x = tensor(tensors, 0);
  return axisOf(numberOption(options, "axis"), x.shape.length) === 0 ? rejected("would take padding for positions") : gives(lengthOf(x));
};

const transpose: RaggedRule = (tensors, options) => {
  const x = tensor(tensors, 0);
  const [front = -1] = numbersOption(options, "axes");
  return axisOf(front, x.shape.length) === 0 ? gives(lengthOf(x)) : rejected("would move the positions from the first axis");
};

const reshape: RaggedRule = (tensors, _options, result) => {
  const x = tensor(tensors, 0);
  return result.shape[0] === x.shape[0] ? gives(lengthOf(x)) : rejected("would mix positions with padding", `Keep the first axis: \`reshape([${x.shape[0] ?? 1}, ...])\`.`);
};

const matmul: RaggedRule = (tensors) => {
  const [a, b] = [tensor(tensors, 0), tensor(tensors, 1)];
  if (isRagged(b)) return rejected("would sum over padding", "Use attention, which leaves padding out.");
  return a.shape.length === 2 ? gives(lengthOf(a)) : rejected("would take positions for matrices");
};

/** Means over real positions. */
const compare: RaggedRule = () => gives(null);

/** As `compare`, of classes or features along the last axis. */
const compareFeatures: RaggedRule = (tensors) => (tensor(tensors, 0).shape.length < 2 ? rejected("works along the positions, which differ in number", "Give each position logits of its own, with `dense` on a sequence of vectors.") : gives(null));

const activation: RaggedRule = (tensors) => gives(lengthOf(tensor(tensors, 0)));

/** The rules by layer. */
export const raggedRules: { readonly [K in LayerKind]: RaggedRule } = {
  dense: keepFeatures,
  embedding: keep,
  unembed: keepFeatures,
  dropout: keep,
  noise: keep,
  layer_norm: keepFeatures,
  rms_norm: keepFeatures,
  l2_normalize: keepFeatures,
  rotary: keepFeatures,
  learned_positions: keepFeatures,
  one_hot: keep,
  cast: keep,
  lstm: keepFeatures,
  gru: keepFeatures,
  self_attention: attend(1),
  cross_attention: attend(2),
  mean: reduceAxes,
  first: take,
  last: take,
  concat,
  slice,
  transpose,
  reshape,
  flatten: reject("would make features of padding"),
  matmul,
  batch_norm: reject("would count padding in its statistics"),
  group_norm: reject("would count padding in its statistics"),
  conv1d: reject("would read padding as positions"),
  conv2d: reject("would read padding as positions"),
  depthwise_conv2d: reject("would read padding as positions"),
  conv2d_transpose: reject("would read padding as positions"),
  max_pool: reject("would read padding as positions"),
  avg_pool: reject("would read padding as positions"),
  global_avg_pool: reject("would read padding as positions"),
  pad: reject("would set its border behind the padding"),
  resize: reject("would read padding as positions"),
  learned: take,
  relative_bias: take,
  constant: take,
  ...table(activations, activation),
  softmax: keepFeatures,
  add: operator,
  sub: operator,
  mul: operator,
  div: operator,
  pow: operator,
  neg: activation,
  ...table(losses, compare),
  ...table(metrics, compareFeatures),
  cross_entropy: compareFeatures,
  kl: compareFeatures,
  kl_normal: compareFeatures,
  contrastive: reject("takes vectors"),
  recall: reject("takes vectors"),
  r2: reject("compares the same positions over all rows"),
};

/** Are there lengths at all? Then the rule counts. */
export function hasRagged(tensors: readonly TensorType[]): boolean {
  return tensors.some(isRagged);
}

/** Pairs of inputs that must be equally long, since their positions meet in this layer. */
export function alignedBy(kind: LayerKind, tensors: readonly TensorType[]): readonly (readonly [string, string])[] {
  if (kind === "cross_attention") return [];
  const [first, ...others] = new Set(tensors.flatMap(({ ragged }) => (ragged === undefined ? [] : [ragged])));
  return first === undefined ? [] : others.map((other) => [first, other] as const);
}

function table<K extends string>(kinds: { readonly [Key in K]: unknown }, rule: RaggedRule): { readonly [Key in K]: RaggedRule } {
  return Object.fromEntries(Object.keys(kinds).map((kind) => [kind, rule])) as { readonly [Key in K]: RaggedRule };
}

function isRagged({ ragged }: TensorType): boolean {
  return ragged !== undefined;
}

function lengthOf({ ragged }: TensorType): string | null {
  return ragged ?? null;
}

function anyLength(tensors: readonly TensorType[]): string | null {
  return tensors.find(isRagged)?.ragged ?? null;
}

function onlyFirst(tensors: readonly TensorType[]): boolean {
  return !tensors.slice(1).some(isRagged);
}
