// All layers and tensor functions of the language, by name: a total table over their kinds.

import { activations } from "./activations.js";
import { crossAttention, selfAttention } from "./attention.js";
import { first, last, slice, transpose } from "./axes.js";
import { batchNorm } from "./batch-norm.js";
import { conv1d } from "./conv1d.js";
import { conv2dTranspose } from "./conv2d-transpose.js";
import { conv2d } from "./conv2d.js";
import { dense } from "./dense.js";
import { depthwiseConv2d } from "./depthwise-conv2d.js";
import { dropout } from "./dropout.js";
import { embedding, unembed } from "./embedding.js";
import type { LayerSignature } from "./layer.js";
import { learned } from "./learned.js";
import { losses } from "./losses.js";
import { matmul } from "./matmul.js";
import { metrics } from "./metrics.js";
import { noise } from "./noise.js";
import { groupNorm, l2Normalize, layerNorm, rmsNorm } from "./norms.js";
import { operators } from "./operators.js";
import { pad } from "./pad.js";
import { avgPool, globalAvgPool, maxPool } from "./pools.js";
import { learnedPositions, relativeBias, rotary } from "./positions.js";
import { gru, lstm } from "./recurrent.js";
import { resize } from "./resize.js";
import { cast, concat, flatten, mean, oneHot, reshape } from "./shape-layers.js";

/** Layers with weights, tensor functions, operators, losses and metrics: whatever can be an application. */
export type LayerKind =
  // layers
  | "dense" | "conv2d" | "embedding" | "batch_norm" | "dropout" | "max_pool" | "avg_pool" | "global_avg_pool"
  | "conv1d" | "depthwise_conv2d" | "conv2d_transpose"
  | "lstm" | "gru"
  | "layer_norm" | "rms_norm" | "group_norm" | "l2_normalize" | "matmul" | "learned" | "noise"
  // attention and positions; "unembed" is called as `tok.unembed(x)`
  | "self_attention" | "cross_attention" | "rotary" | "learned_positions" | "relative_bias" | "unembed"
  // shape
  | "pad" | "resize" | "flatten" | "reshape" | "concat" | "one_hot" | "cast" | "mean"
  | "transpose" | "slice" | "first" | "last"
  // activations and functions of one tensor
  | "relu" | "leaky_relu" | "elu" | "gelu" | "silu" | "sigmoid" | "tanh" | "softplus" | "softmax" | "exp" | "log" | "sqrt"
  // operators; "constant" is a number that became a tensor
  | "constant" | "add" | "sub" | "mul" | "div" | "pow" | "neg"
  // losses
  | "cross_entropy" | "binary_cross_entropy" | "mse" | "mae" | "huber" | "kl" | "kl_normal" | "contrastive"
  // metrics only
  | "accuracy" | "top_k" | "f1" | "r2" | "perplexity" | "recall";

export type Layers = { readonly [K in LayerKind]: LayerSignature };

/** The signature of each kind. */
export const layers: Layers = {
  dense,
  conv1d,
  conv2d,
  depthwise_conv2d: depthwiseConv2d,
  conv2d_transpose: conv2dTranspose,
  embedding,
  unembed,
  self_attention: selfAttention,
  cross_attention: crossAttention,
  rotary,
  learned_positions: learnedPositions,
  relative_bias: relativeBias,
  batch_norm: batchNorm,
  dropout,
  layer_norm: layerNorm,
  rms_norm: rmsNorm,
  group_norm: groupNorm,
  l2_normalize: l2Normalize,
  lstm,
  gru,
  max_pool: maxPool,
  avg_pool: avgPool,
  global_avg_pool: globalAvgPool,
  pad,
  resize,
  flatten,
  reshape,
  concat,
  one_hot: oneHot,
  cast,
  mean,
  transpose,
  slice,
  first,
  last,
  matmul,
  learned,
  noise,
  ...activations,
  ...operators,
  ...losses,
  ...metrics,
};

/** Where a kind may be called: operators never by name, losses in `loss` and `metrics`, metrics in `metrics` only. */
export type LayerCategory = "layer" | "operator" | "loss" | "metric";

export function categoryOf(kind: LayerKind): LayerCategory {
  return categories.get(kind) ?? "layer";
}

const categories: ReadonlyMap<string, LayerCategory> = new Map(([["metric", metrics], ["loss", losses], ["operator", operators]] as const).flatMap(([category, kinds]) => Object.keys(kinds).map((kind) => [kind, category] as const)));

/** Is it the name of a layer or function that a program can call? */
export function isLayerName(name: string): name is LayerKind {
  return Object.hasOwn(layers, name) && !Object.hasOwn(operators, name) && name !== "unembed";
}
