// How each kind of application becomes ops: a total table, so that a layer without a row does not compile.
// No row knows of overparam: a weight is a weight here.

import type { LayerKind } from "../semantics/layers/layers.js";
import { lowerCrossAttention, lowerSelfAttention } from "./attention.js";
import { lowerFirst, lowerLast, lowerSlice, lowerTranspose } from "./axes.js";
import { lowerBatchNorm } from "./batch-norm.js";
import { lowerPad, lowerResize } from "./borders.js";
import { lowerConv1d, lowerConv2d, lowerConv2dTranspose, lowerDepthwiseConv2d } from "./conv2d.js";
import { lowerDense } from "./dense.js";
import { lowerDropout } from "./dropout.js";
import { lowerConstant, lowerFunction, lowerLeakyRelu, lowerOperator, lowerSteepFunction } from "./element-wise.js";
import { lowerEmbedding, lowerUnembed } from "./embedding.js";
import { lowerLearned } from "./learned.js";
import { lowerComparison } from "./losses.js";
import type { LoweringRule } from "./lowering.js";
import { lowerMatmul } from "./matmul.js";
import { lowerNoise } from "./noise.js";
import { lowerGroupNorm, lowerL2Normalize, lowerLayerNorm, lowerRmsNorm } from "./norms.js";
import { lowerGlobalAvgPool, lowerPool } from "./pools.js";
import { lowerLearnedPositions, lowerRelativeBias, lowerRotary } from "./positions.js";
import { lowerGru, lowerLstm } from "./recurrent.js";
import { lowerCast, lowerConcat, lowerFlatten, lowerMean, lowerOneHot, lowerReshape } from "./shape-layers.js";

export const lowerings: { readonly [K in LayerKind]: LoweringRule } = {
  dense: lowerDense,
  conv1d: lowerConv1d,
  conv2d: lowerConv2d,
  depthwise_conv2d: lowerDepthwiseConv2d,
  conv2d_transpose: lowerConv2dTranspose,
  embedding: lowerEmbedding,
  unembed: lowerUnembed,
  self_attention: lowerSelfAttention,
  cross_attention: lowerCrossAttention,
  rotary: lowerRotary,
  learned_positions: lowerLearnedPositions,
  relative_bias: lowerRelativeBias,
  batch_norm: lowerBatchNorm,
  dropout: lowerDropout,
  layer_norm: lowerLayerNorm,
  rms_norm: lowerRmsNorm,
  group_norm: lowerGroupNorm,
  l2_normalize: lowerL2Normalize,
  lstm: lowerLstm,
  gru: lowerGru,
  max_pool: lowerPool("max_pool"),
  avg_pool: lowerPool("avg_pool"),
  global_avg_pool: lowerGlobalAvgPool,
  flatten: lowerFlatten,
  resize: lowerResize,
  pad: lowerPad,
  reshape: lowerReshape,
  concat: lowerConcat,
  one_hot: lowerOneHot,
  cast: lowerCast,
  mean: lowerMean,
  transpose: lowerTranspose,
  slice: lowerSlice,
  first: lowerFirst,
  last: lowerLast,
  matmul: lowerMatmul,
  learned: lowerLearned,
  noise: lowerNoise,
  relu: lowerFunction("relu"),
  leaky_relu: lowerLeakyRelu,
  elu: lowerFunction("elu"),
  gelu: lowerFunction("gelu"),
  silu: lowerFunction("silu"),
  sigmoid: lowerFunction("sigmoid"),
  tanh: lowerFunction("tanh"),
  softplus: lowerFunction("softplus"),
  softmax: lowerFunction("softmax"),
  exp: lowerSteepFunction("exp"),
  log: lowerSteepFunction("log"),
  sqrt: lowerSteepFunction("sqrt"),
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
  kl_normal: lowerComparison("kl_normal"),
  contrastive: lowerComparison("contrastive", (application) => ({ temperature: application.number("temperature") })),
  accuracy: lowerComparison("accuracy"),
  top_k: lowerComparison("top_k", (application) => ({ k: application.number("k") })),
  f1: lowerComparison("f1", (application) => ({ average: application.word("average"), ignore: application.number("ignore") })),
  r2: lowerComparison("r2"),
  perplexity: lowerComparison("perplexity"),
  recall: lowerComparison("recall", (application) => ({ k: application.number("k") })),
};
