// self_attention and cross_attention: each position reads from others, weighted by how well its query meets their keys.

import { initialValue, initializer } from "../initializers.js";
import type { OptionSpec } from "../options.js";
import { printType, type TensorType } from "../types.js";
import { operationsPerElement } from "./activations.js";
import { l2Option } from "./decay.js";
import type { LayerSignature, Options, ShapeResult, WeightSignature } from "./layer.js";
import { rotaryOperations } from "./positions.js";
import { lastSize, mismatch, notFloat, numberOption, sequenceFix, tensor } from "./shape-rules.js";

const formula = "softmax(q k^T / sqrt(size) + bias) v for each head, the heads joined by one more projection (Vaswani et al. 2017)";

const heads: OptionSpec = { name: "heads", doc: "Number of heads; it divides the size of `x`.", type: { kind: "int", min: 1 } };

const shared: readonly OptionSpec[] = [
  {
    name: "kv_heads",
    doc: "Number of heads of keys and values; it divides `heads`, and head i reads the keys and values of head floor(i * kv_heads / heads) (Ainslie et al. 2023).",
    type: { kind: "int", min: 1 },
    default: ({ heads: count = 1 }) => count,
  },
  {
    name: "dropout",
    doc: "In training each share that a position reads of another is zero with this probability, below 1, else divided by 1 - `dropout`.",
    type: { kind: "float", min: 0, max: 0.999999 },
    default: 0,
  },
  { name: "projection_bias", doc: "Add a bias in each of the four projections.", type: { kind: "boolean" }, default: true },
  { name: "init", doc: "Initial value of the four kernels.", type: initializer, default: { call: "glorot_uniform", options: {} } },
  l2Option,
];

const bias = { name: "bias", doc: "Added to the scores of each head, as `relative_bias` gives it." };

/** Attention of a sequence to itself: [t, d] to [t, d]. */
export const selfAttention: LayerSignature = {
  doc: `Each position of x reads from all of them: ${formula}. Queries, keys and values are projections of x.`,
  tensors: ["x"],
  optionalTensors: [{ ...bias, takes: "f32[heads, t, t]" }],
  rule: { takes: ["f32[t, heads * size]"], gives: "f32[t, heads * size]", where: "`size` is that of one head" },
  options: [
    heads,
    { name: "causal", doc: "A position reads from itself and earlier ones only.", type: { kind: "boolean" }, default: false },
    { name: "rotary", doc: "Rotate queries and keys by their position, as `rotary` does for each head.", type: { kind: "boolean" }, default: false },
    { name: "base", doc: "The base of the angles of `rotary`.", type: { kind: "float", min: 1, open: true }, default: 10_000 },
    ...shared,
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    return attentionShape(x, x, biasOf(tensors, options), options);
  },
  weights: (tensors, options) => projections(tensor(tensors, 0), tensor(tensors, 0), options),
  flops: (tensors, options) => attentionFlops(tensor(tensors, 0), tensor(tensors, 0), options),
};

/** Attention of a sequence to another: [u, d] and [t, m] to [u, d]. */
export const crossAttention: LayerSignature = {
  doc: `Each position of x reads from all positions of the memory: ${formula}. Queries are projections of x, keys and values of the memory.`,
  tensors: ["x", "memory"],
  optionalTensors: [{ ...bias, takes: "f32[heads, u, t]" }],
  rule: { takes: ["f32[u, heads * size]", "f32[t, m]"], gives: "f32[u, heads * size]", where: "`size` is that of one head" },
  options: [heads, ...shared],
  shape: (tensors, options) => attentionShape(tensor(tensors, 0), tensor(tensors, 1), biasOf(tensors, options), options),
  weights: (tensors, options) => projections(tensor(tensors, 0), tensor(tensors, 1), options),
  flops: (tensors, options) => attentionFlops(tensor(tensors, 0), tensor(tensors, 1), options),
};

function biasOf(tensors: readonly TensorType[], options: Options): TensorType | null {
  const index = options["bias"];
  return typeof index === "number" ? (tensors[index] ?? null) : null;
}

function attentionShape(x: TensorType, memory: TensorType, given: TensorType | null, options: Options): ShapeResult {
  for (const type of [x, memory]) {
    if (type.dtype !== "f32") return notFloat(type);
    if (type.shape.length !== 2) return mismatch("a sequence, f32[positions, features]", type, sequenceFix(type.shape));
  }
  const [queries = 1, d = 1] = x.shape;
  const [keys = 1] = memory.shape;
  const count = numberOption(options, "heads");
  const groups = numberOption(options, "kv_heads");
  if (d % count !== 0) {
    const nearest = divisorNear(d, count);
    return mismatch(`a size that ${count} heads divide`, x, `Choose a number of heads that divides ${d}, for example ${nearest}, or a size such as ${Math.ceil(d / count) * count}.`);
  }
  if (count % groups !== 0) return mismatch(`\`kv_heads\` that divide the ${count} heads`, `${groups}`, `Write \`kv_heads: ${divisorNear(count, groups)}\`.`);
  if (options["rotary"] === true && (d / count) % 2 !== 0) return mismatch("heads of an even size for `rotary`", `heads of size ${d / count}`, "Use fewer heads, or a larger size.");
  if (given === null) return { kind: "ok", type: { dtype: "f32", shape: x.shape, batched: x.batched || memory.batched, below: null } };
  if (given.dtype !== "f32") return notFloat(given);
  const wanted = [count, queries, keys];
  if (given.shape.length !== 3 || given.shape.some((size, axis) => size !== wanted[axis])) return mismatch(`a bias f32[${wanted.join(", ")}]: heads, positions that read, positions that are read`, printType(given), queries === keys ? `Write \`relative_bias(${count}, length: ${queries})\`, or give a tensor of that shape.` : "Give a tensor of that shape.");
  return { kind: "ok", type: { dtype: "f32", shape: x.shape, batched: x.batched || memory.batched || given.batched, below: null } };
}

/** Four kernels of their own with the heads as an axis, which may grow by whole heads; the size of a head may not. */
function projections(x: TensorType, memory: TensorType, options: Options): readonly WeightSignature[] {
  const d = lastSize(x);
  const count = numberOption(options, "heads");
  const groups = numberOption(options, "kv_heads");
  const size = Math.floor(d / count);
  const hasBias = options["projection_bias"] === true;
  const into = (name: string, inputs: number, of: number): readonly WeightSignature[] => [
    { name: `${name}.kernel`, role: "kernel", shape: [inputs, of, size], axes: ["feature", "feature", "fixed"], init: initialValue(options["init"], inputs, of * size) },
    ...(hasBias ? [{ name: `${name}.bias`, role: "bias", shape: [of, size], axes: ["feature", "fixed"], init: { kind: "zeros" } } as const] : []),
  ];
  return [
    ...into("query", d, count),
    ...into("key", lastSize(memory), groups),
    ...into("value", lastSize(memory), groups),
    { name: "out.kernel", role: "kernel", shape: [count, size, d], axes: ["feature", "fixed", "feature"], init: initialValue(options["init"], count * size, d) },
    ...(hasBias ? [{ name: "out.bias", role: "bias", shape: [d], axes: ["feature"], init: { kind: "zeros" } } as const] : []),
  ];
}

/** Four projections, two products of activations; of each score its scaling, its bias and its part in a softmax, and what `rotary` does to queries and keys. */
function attentionFlops(x: TensorType, memory: TensorType, options: Options): number {
  const [queries = 1, d = 1] = x.shape;
  const [keys = 1, features = 1] = memory.shape;
  const count = numberOption(options, "heads");
  const inner = (numberOption(options, "kv_heads") * d) / count;
  const bias = options["projection_bias"] === true ? 1 : 0;
  const projected = 2 * queries * d * (2 * d + bias) + 2 * keys * inner * (2 * features + bias);
  const perScore = 1 + operationsPerElement.softmax + (options["bias"] === undefined ? 0 : 1);
  const turned = options["rotary"] === true ? rotaryOperations * (queries * d + keys * inner) : 0;
  return projected + turned + 4 * queries * keys * d + perScore * count * queries * keys;
}

/** The divisor of `of` that is nearest to `near`, the smaller of two; 1 where none is near, for sizes can be large. */
function divisorNear(of: number, near: number): number {
  for (let distance = 0; distance < Math.min(of, 10_000); distance++) {
    for (const candidate of [near - distance, near + distance]) if (candidate >= 1 && candidate <= of && of % candidate === 0) return candidate;
  }
  return 1;
}
