// All layers and tensor functions of the language, by name.

import type { LayerSignature } from "./layer.js";

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
