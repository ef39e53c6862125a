// embedding: rows of a table by whole numbers.

import { initialValue, initializer } from "../initializers.js";
import type { LayerSignature } from "./layer.js";
import { mismatch, numberOption, ok, tensor } from "./shape-rules.js";

/** A row of the table for each index: i32[...] to f32[..., d]. */
export const embedding: LayerSignature = {
  doc: "A row of a trained table for each index.",
  tensors: ["indices"],
  rule: { takes: ["i32[...] below vocab"], gives: "f32[..., d]" },
  options: [
    { name: "vocab", doc: "Number of rows.", type: { kind: "int", min: 1 } },
    { name: "d", doc: "Size of a row.", type: { kind: "int", min: 1 } },
    { name: "init", doc: "Initial value of the table.", type: initializer, default: { call: "normal", options: { std: 0.02 } } },
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "i32") return mismatch("indices (i32, or a class)", x);
    const vocab = numberOption(options, "vocab");
    if (x.below !== null && x.below > vocab)
      return mismatch(`indices below ${vocab}`, `indices below ${x.below}`, `Give the table ${x.below} rows: \`embedding(${x.below}, ${numberOption(options, "d")})\`.`);
    return ok(x, [...x.shape, numberOption(options, "d")]);
  },
  weights: (_tensors, options) => {
    const vocab = numberOption(options, "vocab");
    const d = numberOption(options, "d");
    return [{ name: "table", role: "embedding", shape: [vocab, d], axes: ["fixed", "feature"], init: initialValue(options["init"], vocab, d) }];
  },
  flops: () => 0,
};
