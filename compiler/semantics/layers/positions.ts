// Where a position is: learned_positions adds a row of a table, rotary turns pairs of features, relative_bias is for the scores of attention.

import { initialValue, initializer } from "../initializers.js";
import { l2Option } from "./decay.js";
import type { LayerSignature } from "./layer.js";
import { elements, mismatch, notFloat, numberOption, ok, sequenceFix, tensor } from "./shape-rules.js";

/** x plus a trained row for each position: [t, d] to [t, d], t at most `length`. */
export const learnedPositions: LayerSignature = {
  doc: "Adds a trained row to each position: y_i = x_i + table_i. A sequence may be shorter than the table: it has the first rows.",
  tensors: ["x"],
  rule: { takes: ["f32[length, d]"], gives: "f32[length, d]" },
  options: [
    { name: "length", doc: "Number of rows: the most positions that a sequence has.", type: { kind: "int", min: 1 } },
    { name: "init", doc: "Initial value of the table.", type: initializer, default: { call: "normal", options: { std: 0.02 } } },
    l2Option,
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    const [positions = 1] = x.shape;
    const length = numberOption(options, "length");
    if (x.shape.length !== 2) return mismatch("a sequence, f32[positions, features]", x, sequenceFix(x.shape));
    if (positions > length) return mismatch(`at most ${length} positions`, x, `Give the table ${positions} rows: \`learned_positions(${positions})\`.`);
    return ok(x, x.shape);
  },
  weights: (tensors, options) => {
    const [, d = 1] = tensor(tensors, 0).shape;
    const length = numberOption(options, "length");
    return [{ name: "table", role: "embedding", shape: [length, d], axes: ["fixed", "feature"], init: initialValue(options["init"], length, d) }];
  },
  flops: (_tensors, _options, result) => elements(result.shape),
};

/** Operations per feature: it and its partner, each times a number, and their sum. */
export const rotaryOperations = 3;

/** Pairs of features turned by an angle that grows with the position (Su et al. 2021): [t, d] to [t, d]. */
export const rotary: LayerSignature = {
  doc: "Turns pairs of features by angles that grow with the position (Su et al. 2021): features i and i + size / 2 of a head at position p by p * base^(-2 i / size). A product of two turned vectors depends on the distance of their positions.",
  tensors: ["x"],
  rule: { takes: ["f32[t, 2 * pairs]"], gives: "f32[t, 2 * pairs]", where: "each of the `heads` has an even size, 2 * pairs / heads" },
  options: [
    { name: "heads", doc: "Number of heads that the features belong to; each is turned by itself.", type: { kind: "int", min: 1 }, default: 1 },
    { name: "base", doc: "The base of the angles; a larger one turns slower.", type: { kind: "float", min: 1, open: true }, default: 10_000 },
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    const [, d = 1] = x.shape;
    const heads = numberOption(options, "heads");
    if (x.shape.length !== 2) return mismatch("a sequence, f32[positions, features]", x, sequenceFix(x.shape));
    if (d % (2 * heads) !== 0) return mismatch(`a size that ${2 * heads} divides: ${heads === 1 ? "pairs" : `${heads} heads of pairs`}`, x, `Bring the features to a multiple of ${2 * heads}, such as with \`dense(${Math.ceil(d / (2 * heads)) * 2 * heads})\`.`);
    return ok(x, x.shape);
  },
  weights: () => [],
  flops: (_tensors, _options, result) => rotaryOperations * elements(result.shape),
};

/** A number for each head and distance of two positions, equal within buckets of distances (Raffel et al. 2020): [heads, length, length]. */
export const relativeBias: LayerSignature = {
  doc: "A trained number for each head and bucket of distances between two positions (Raffel et al. 2020), to be the `bias` of attention: one for each distance up to half of the buckets of a direction, from there on wider ones up to `max_distance`, and one for all beyond. Bidirectional, half of the buckets are for positions that come later.",
  tensors: [],
  rule: { takes: [], gives: "f32[heads, length, length]" },
  options: [
    { name: "heads", doc: "Number of heads.", type: { kind: "int", min: 1 } },
    { name: "length", doc: "Number of positions.", type: { kind: "int", min: 1 } },
    { name: "buckets", doc: "Number of buckets; at least 2, and 4 where they are for two directions.", type: { kind: "int", min: 2 }, default: 32 },
    { name: "causal", doc: "All buckets are for positions that come earlier.", type: { kind: "boolean" }, default: false },
    { name: "max_distance", doc: "Distances from here on share the last bucket.", type: { kind: "int", min: 2 }, default: 128 },
    { name: "init", doc: "Initial value of the table.", type: initializer, default: { call: "normal", options: { std: 0.02 } } },
    l2Option,
  ],
  shape: (_tensors, options) => {
    const [heads, length, buckets, farthest] = ["heads", "length", "buckets", "max_distance"].map((name) => numberOption(options, name)) as [number, number, number, number];
    const directions = options["causal"] === true ? 1 : 2;
    const exact = buckets / directions / 2;
    if (buckets % (2 * directions) !== 0) return mismatch(`a number of \`buckets\` that ${2 * directions} divides`, `${buckets}`, `Write \`buckets: ${Math.ceil(buckets / (2 * directions)) * 2 * directions}\`.`);
    if (farthest <= exact) return mismatch(`a \`max_distance\` above ${exact}, up to which each distance has a bucket of its own`, `${farthest}`, `Write a \`max_distance\` above ${exact}, or fewer \`buckets\`.`);
    return { kind: "ok", type: { dtype: "f32", shape: [heads, length, length], batched: false, below: null } };
  },
  weights: (_tensors, options) => {
    const heads = numberOption(options, "heads");
    const buckets = numberOption(options, "buckets");
    return [{ name: "table", role: "embedding", shape: [buckets, heads], axes: ["fixed", "feature"], init: initialValue(options["init"], buckets, heads) }];
  },
  flops: () => 0,
};
