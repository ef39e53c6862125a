// All layers and tensor functions of the language, by name: a total table over their kinds.

import { activations } from "./activations.js";
import { batchNorm } from "./batch-norm.js";
import { conv2d } from "./conv2d.js";
import { dense } from "./dense.js";
import { dropout } from "./dropout.js";
import { embedding } from "./embedding.js";
import type { LayerSignature } from "./layer.js";
import { losses } from "./losses.js";
import { metrics } from "./metrics.js";
import { operators } from "./operators.js";
import { avgPool, globalAvgPool, maxPool } from "./pools.js";
import { cast, concat, flatten, mean, oneHot, reshape } from "./shape-layers.js";

/** Layers with weights, tensor functions, operators, losses and metrics: whatever can be an application. */
export type LayerKind =
  // layers
  | "dense" | "conv2d" | "embedding" | "batch_norm" | "dropout" | "max_pool" | "avg_pool" | "global_avg_pool"
  // shape
  | "flatten" | "reshape" | "concat" | "one_hot" | "cast" | "mean"
  // activations and functions of one tensor
  | "relu" | "leaky_relu" | "elu" | "gelu" | "silu" | "sigmoid" | "tanh" | "softplus" | "softmax" | "exp" | "log" | "sqrt"
  // operators; "constant" is a number that became a tensor
  | "constant" | "add" | "sub" | "mul" | "div" | "pow" | "neg"
  // losses
  | "cross_entropy" | "binary_cross_entropy" | "mse" | "mae" | "huber" | "kl"
  // metrics only
  | "accuracy" | "top_k" | "f1" | "r2" | "perplexity";

export type Layers = { readonly [K in LayerKind]: LayerSignature };

/** The signature of each kind. */
export const layers: Layers = {
  dense,
  conv2d,
  embedding,
  batch_norm: batchNorm,
  dropout,
  max_pool: maxPool,
  avg_pool: avgPool,
  global_avg_pool: globalAvgPool,
  flatten,
  reshape,
  concat,
  one_hot: oneHot,
  cast,
  mean,
  ...activations,
  ...operators,
  ...losses,
  ...metrics,
};

/** Where a kind may be called: operators never by name, losses in `loss` and `metrics`, metrics in `metrics` only. */
export type LayerCategory = "layer" | "operator" | "loss" | "metric";

export function categoryOf(kind: LayerKind): LayerCategory {
  if (kind in operators) return "operator";
  if (kind in losses) return "loss";
  if (kind in metrics) return "metric";
  return "layer";
}

/** Is it the name of a layer or function that a program can call? */
export function isLayerName(name: string): name is LayerKind {
  return Object.hasOwn(layers, name) && !Object.hasOwn(operators, name);
}
