// learned: a weight as a value, without an input.

import { initialValue, initializer } from "../initializers.js";
import type { LayerSignature, WeightSignature } from "./layer.js";
import { mismatch, numbersOption } from "./shape-rules.js";

/** A trained tensor that is the same for each example: a class token, a scale, queries. */
export const learned: LayerSignature = {
  doc: "A trained tensor that depends on no input and is the same for each example: a class token, a scale, queries. `overparam` does not reach it.",
  tensors: [],
  rule: { takes: [], gives: "f32[shape]" },
  options: [
    { name: "shape", doc: "Its sizes. Only the last may grow in Deep Fusion.", type: { kind: "ints", min: 1 } },
    { name: "init", doc: "Its initial value.", type: initializer, default: { call: "normal", options: { std: 0.02 } } },
  ],
  shape: (_tensors, options) => {
    const shape = numbersOption(options, "shape");
    return shape.length > 0 ? { kind: "ok", type: { dtype: "f32", shape, batched: false, below: null } } : mismatch("at least one size", "[]", "Write `learned([1])` for one number.");
  },
  weights: (_tensors, options) => {
    const shape = numbersOption(options, "shape");
    const fanOut = shape[shape.length - 1] ?? 1;
    const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const axes = shape.map((_, axis): WeightSignature["axes"][number] => (axis === shape.length - 1 ? "feature" : "fixed"));
    return [{ name: "value", role: "bias", shape, axes, init: initialValue(options["init"], fanIn, fanOut) }];
  },
  flops: () => 0,
};
