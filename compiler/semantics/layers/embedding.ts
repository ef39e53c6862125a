// embedding: rows of a table by whole numbers, and the same table used the other way round.

import { initialValue, initializer } from "../initializers.js";
import { l2Option } from "./decay.js";
import type { LayerSignature } from "./layer.js";
import { elements, indicesFix, lastSize, mismatch, notFloat, numberOption, ok, tensor } from "./shape-rules.js";

/** A row of the table for each index: i32[...] to f32[..., d]. */
export const embedding: LayerSignature = {
  doc: "A row of a trained table for each index.",
  tensors: ["indices"],
  rule: { takes: ["i32[...] below vocab"], gives: "f32[..., d]" },
  options: [
    { name: "vocab", doc: "Number of rows.", type: { kind: "int", min: 1 } },
    { name: "d", doc: "Size of a row.", type: { kind: "int", min: 1 } },
    { name: "init", doc: "Initial value of the table.", type: initializer, default: { call: "normal", options: { std: 0.02 } } },
    l2Option,
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "i32") return mismatch("indices (i32, or a class)", x, indicesFix);
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

/** The same table the other way round, as `tok.unembed(x)`: f32[..., d] to f32[..., vocab]. Its options are those of the embedding. */
export const unembed: LayerSignature = {
  doc: "x times the rows of the table of an embedding: a logit for each of them (Press and Wolf 2017).",
  tensors: ["x"],
  rule: { takes: ["f32[..., d]"], gives: "f32[..., vocab]" },
  options: embedding.options,
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const d = numberOption(options, "d");
    if (x.dtype !== "f32") return notFloat(x);
    if (x.shape.length === 0 || lastSize(x) !== d) return mismatch(`a last axis of ${d}, the size of a row of the table`, x, `Bring the last axis to ${d} first, with \`dense(${d})\`.`);
    return ok(x, [...x.shape.slice(0, -1), numberOption(options, "vocab")]);
  },
  weights: (tensors, options) => embedding.weights(tensors, options),
  flops: (_tensors, options, result) => 2 * elements(result.shape) * numberOption(options, "d"),
};
