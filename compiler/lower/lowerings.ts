// How each kind of application becomes ops: a total table, so that a layer without a row does not compile.
// No row knows of overparam: a weight is a weight here.

import type { LayerKind } from "../semantics/layers/layers.js";
import { lowerBatchNorm } from "./batch-norm.js";
import { lowerConv2d } from "./conv2d.js";
import { lowerDense } from "./dense.js";
import { lowerDropout } from "./dropout.js";
import { lowerConstant, lowerFunction, lowerLeakyRelu, lowerOperator } from "./element-wise.js";
import { lowerEmbedding } from "./embedding.js";
import { lowerComparison } from "./losses.js";
import type { LoweringRule } from "./lowering.js";
import { lowerGlobalAvgPool, lowerPool } from "./pools.js";
import { lowerCast, lowerConcat, lowerFlatten, lowerMean, lowerOneHot, lowerReshape } from "./shape-layers.js";

export const lowerings: { readonly [K in LayerKind]: LoweringRule } = {
  dense: lowerDense,
  conv2d: lowerConv2d,
  embedding: lowerEmbedding,
  batch_norm: lowerBatchNorm,
  dropout: lowerDropout,
  max_pool: lowerPool("max_pool"),
  avg_pool: lowerPool("avg_pool"),
  global_avg_pool: lowerGlobalAvgPool,
  flatten: lowerFlatten,
  reshape: lowerReshape,
  concat: lowerConcat,
  one_hot: lowerOneHot,
  cast: lowerCast,
  mean: lowerMean,
  relu: lowerFunction("relu"),
  leaky_relu: lowerLeakyRelu,
  elu: lowerFunction("elu"),
  gelu: lowerFunction("gelu"),
  silu: lowerFunction("silu"),
  sigmoid: lowerFunction("sigmoid"),
  tanh: lowerFunction("tanh"),
  softplus: lowerFunction("softplus"),
  softmax: lowerFunction("softmax"),
  exp: lowerFunction("exp"),
  log: lowerFunction("log"),
  sqrt: lowerFunction("sqrt"),
  constant: lowerConstant,
  add: lowerOperator("add"),
  sub: lowerOperator("sub"),
  mul: lowerOperator("mul"),
  div: lowerOperator("div"),
  pow: lowerOperator("pow"),
  neg: lowerFunction("neg"),
  cross_entropy: lowerComparison("cross_entropy", (application) => ({ smoothing: application.number("smoothing") })),
  binary_cross_entropy: lowerComparison("binary_cross_entropy"),
  mse: lowerComparison("mse"),
  mae: lowerComparison("mae"),
  huber: lowerComparison("huber", (application) => ({ delta: application.number("delta") })),
  kl: lowerComparison("kl"),
  accuracy: lowerComparison("accuracy"),
  top_k: lowerComparison("top_k", (application) => ({ k: application.number("k") })),
  f1: lowerComparison("f1", (application) => ({ average: application.word("average"), ignore: application.number("ignore") })),
  r2: lowerComparison("r2"),
  perplexity: lowerComparison("perplexity"),
};
