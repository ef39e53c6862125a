// Which layers also take a value that is the same for each example, made of weights alone.

import { activations } from "./activations.js";
import type { ShapeResult } from "./layer.js";
import type { LayerKind } from "./layers.js";
import { operators } from "./operators.js";
import { mismatch } from "./shape-rules.js";
import { printType, type TensorType } from "../types.js";

const plain: ReadonlySet<string> = new Set<LayerKind>([
  "dense", "embedding", "unembed", "self_attention", "cross_attention", "rotary", "learned_positions", "dropout", "noise", "layer_norm", "rms_norm", "group_norm", "l2_normalize", "matmul",
  "flatten", "reshape", "concat", "one_hot", "cast", "mean", "transpose", "slice", "first", "last",
]);

/** What does not fit about what a loss or metric compares: a loss is one number for the whole batch. Null: nothing. */
export function comparedProblem(tensors: readonly TensorType[]): ShapeResult | null {
  const odd = tensors.find(({ batched }) => !batched);
  return odd === undefined ? null : mismatch("tensors with a value for each example", `${printType(odd)}, one for the whole batch`, "Compare outputs and fields; losses are added and multiplied.");
}

/** What does not fit about tensors without a batch, or null. Only the first tensor decides: a second one may be a bias that all share. */
export function batchProblem(kind: LayerKind, tensors: readonly TensorType[]): ShapeResult | null {
  const [first] = tensors;
  if (first === undefined || first.batched || kind in operators || kind in activations || plain.has(kind)) return null;
  return mismatch("a tensor that depends on the inputs", `${printType(first)}, the same for each example`, "Give it a tensor that comes from an input.");
}
