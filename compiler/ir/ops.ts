// The ops of the IR, one sentence each. `ops` is the specification that the verifier checks against; the emitter and the
// runtime have one entry per op of the same name (snake_case here, camelCase there).

export type OpKind = keyof typeof ops;

export interface OpSpec {
  readonly doc: string;
  /** Number of operands; null: one or more, as the type rule says. */
  readonly operands: number | null;
  /** Names of attributes that must be present; no others but `optional`. */
  readonly attributes: readonly string[];
  /** Names of attributes that may be absent. */
  readonly optional: readonly string[];
}

const spec = (doc: string, operands: number | null, attributes: readonly string[] = [], optional: readonly string[] = []): OpSpec => ({ doc, operands, attributes, optional });

export const ops = {
  // weights
  weight: spec("The weight at `path`; of a kernel set, all copies in front: [k, ...shape].", 0, ["path"]),
  mix: spec("The kernel of a set: sum_i p_i W_i with the mixing weights that belong to `path` and the step.", 1, ["path"]),
  // values
  constant: spec("A number.", 0, ["value"]),
  // contractions
  matmul: spec("x [batch, ..., in] times a kernel [in, out].", 2),
  conv2d: spec("x [batch, h, w, in] with filters [kh, kw, in / groups, out].", 2, ["stride", "padding", "dilation", "groups"]),
  conv1d: spec("x [batch, t, in] with filters [k, in / groups, out].", 2, ["stride", "padding", "dilation", "groups"]),
  depthwise_conv2d: spec("x [batch, h, w, c] with filters [kh, kw, c * multiplier]: each channel by itself, its results side by side.", 2, ["stride", "padding", "dilation"]),
  conv2d_transpose: spec("x [batch, h, w, in] with filters [kh, kw, in, out]: the gradient of a convolution by its input, from [h', w', out] to x.", 2, ["stride", "padding"]),
  embedding: spec("By indices [batch, ...], rows of a table [vocabulary, d].", 2),
  // recurrent
  lstm: spec("x [batch, t, in], kernel [in, 4 units], recurrent [units, 4 units], bias [4 units], perhaps an initial h [units], and lengths i32 [batch] where it goes back from the last real step: all h of an LSTM.", null, ["reverse"]),
  gru: spec("x [batch, t, in], kernel [in, 3 units], recurrent [units, 3 units], bias [3 units], recurrent_bias [units], perhaps an initial h [units], and lengths as of lstm: all h of a GRU.", null, ["reverse"]),
  unembed: spec("x [..., d] times the rows of a table [vocabulary, d]: [..., vocabulary].", 2),
  project_heads: spec("x [..., d] times a kernel [d, heads, size]: [..., heads, size].", 2),
  merge_heads: spec("x [..., heads, size] times a kernel [heads, size, d]: [..., d].", 2),
  // attention and positions
  attention: spec("Queries [batch, u, heads, size], keys and values [batch, t, groups, size], and a bias [heads, u, t] where there is one, with a batch or without, and lengths i32 [batch] of what is read where they differ: softmax(q k^T / sqrt(size) + bias) v of each head.", null, ["causal"]),
  dropout_attention: spec("attention; in training each share is zero with probability `rate`, else divided by 1 - rate.", null, ["causal", "rate"]),
  rotary: spec("x [batch, t, heads, size]: pairs of features i and i + size / 2 turned by the position times base^(-2 i / size).", 1, ["base"]),
  learned_positions: spec("x [batch, t, d] plus the first t rows of a table [positions, d].", 2),
  relative_bias: spec("From a table [buckets, heads], the row of the bucket of each distance of two positions: [heads, length, length].", 1, ["length", "causal", "max_distance"]),
  product: spec("a [batch, ..., n, k] times b [batch, ..., k, m], both computed.", 2),
  // norms and noise
  layer_norm: spec("x, scale, bias: normalizes by mean and variance along the last axis, or of each of its `segments`.", 3, ["epsilon"], ["segments"]),
  rms_norm: spec("x, scale: normalizes by the root of the mean square along the last axis, or of each of its `segments`.", 2, ["epsilon"], ["segments"]),
  group_norm: spec("x, scale, bias: normalizes each of `groups` runs of channels by its mean and variance over all positions of the example.", 3, ["groups", "epsilon"]),
  l2_normalize: spec("x / sqrt(max(sum x^2, epsilon)) along the last axis.", 1, ["epsilon"]),
  batch_norm: spec("x, scale, bias, mean, variance: normalizes the last axis over batch and space; evaluation uses the statistics, training the batch's, which it records.", 5, ["epsilon", "momentum"]),
  frozen_batch_norm: spec("batch_norm as in evaluation, in training too.", 5, ["epsilon", "momentum"]),
  dropout: spec("Zero with probability `rate`, else divided by 1 - rate; identity outside training.", 1, ["rate"]),
  noise: spec("Standard normal numbers in the shape of x; 0 outside training.", 1),
  // pools
  max_pool: spec("Maximum over windows of space.", 1, ["size", "stride", "padding"]),
  avg_pool: spec("Mean over windows of space; padding does not count.", 1, ["size", "stride", "padding"]),
  // shape
  resize: spec("Height and width as `size` says; pixels are squares, and both images cover the same area.", 1, ["size", "method"]),
  pad: spec("`value` added before and after, for each axis of the example.", 1, ["before", "after", "value"]),
  reshape: spec("The same elements of each example in another shape.", 1, ["shape"]),
  concat: spec("Joined along `axis` of the example.", null, ["axis"]),
  one_hot: spec("A new last axis of `depth`: 1 at the index, 0 elsewhere.", 1, ["depth"]),
  cast: spec("The same numbers as another dtype.", 1, ["dtype"]),
  mean: spec("Mean over `axes` of the example; with lengths i32 [batch] over the real positions of the first axis.", null, ["axes"]),
  ones_for_padding: spec("x [batch, t, ...] with 1 behind the real positions of each example, by lengths i32 [batch]: what goes into functions that are infinite somewhere.", 2),
  last: spec("x [batch, t, ...] at the last real position of each example, by lengths i32 [batch].", 2),
  transpose: spec("The axes of the example in the order of `axes`.", 1, ["axes"]),
  slice: spec("`length` neighbors along `axis` of the example, from `start` on.", 1, ["axis", "start", "length"]),
  per_example: spec("x, which has no batch, once for each example of the second operand.", 2),
  // element-wise
  relu: spec("max(x, 0).", 1),
  leaky_relu: spec("x where x > 0, else slope * x.", 1, ["slope"]),
  elu: spec("x where x > 0, else exp(x) - 1.", 1),
  gelu: spec("x * Phi(x), by erf.", 1),
  silu: spec("x * sigmoid(x).", 1),
  sigmoid: spec("1 / (1 + exp(-x)).", 1),
  tanh: spec("Hyperbolic tangent.", 1),
  softplus: spec("log(1 + exp(x)).", 1),
  softmax: spec("exp(x) / sum exp(x) along the last axis.", 1),
  exp: spec("Exponential.", 1),
  log: spec("Natural logarithm.", 1),
  sqrt: spec("Square root.", 1),
  neg: spec("-x.", 1),
  add: spec("Sum with broadcasting of size 1.", 2),
  sub: spec("Difference with broadcasting of size 1.", 2),
  mul: spec("Product with broadcasting of size 1.", 2),
  div: spec("Quotient with broadcasting of size 1.", 2),
  pow: spec("Power with broadcasting of size 1.", 2),
  // losses: means over the batch and all other axes, scalars; with lengths i32 [batch] behind the two tensors over real positions only, with weights f32 [batch] or [batch, ...] behind these of terms times weights
  cross_entropy: spec("Of logits [batch, ..., classes] against labels [batch, ...].", null, ["smoothing"]),
  binary_cross_entropy: spec("Of logits against targets in [0, 1] of the same shape.", null),
  mse: spec("Mean of (prediction - target)^2.", null),
  mae: spec("Mean of |prediction - target|.", null),
  huber: spec("Quadratic up to `delta`, linear beyond.", null, ["delta"]),
  kl: spec("Kullback-Leibler divergence of target probabilities from softmax(logits), summed over the last axis.", null),
  kl_normal: spec("Kullback-Leibler divergence of normal distributions, of mean and logarithm of the variance, from the standard one, summed over the last axis.", null),
  contrastive: spec("Cross-entropy of each row's own partner among all of the batch by a b' / temperature, both ways.", null, ["temperature"]),
  // metrics: counts that add up over batches
  accuracy: spec("Share of rows whose largest logit is the label; one logit: its sign against a label 0 or 1.", null),
  top_k: spec("Share of rows whose label is among the k largest logits.", null, ["k"]),
  f1: spec("Harmonic mean of precision and recall, averaged over classes.", null, ["average", "ignore"]),
  r2: spec("1 - residual sum of squares / total sum of squares.", 2),
  perplexity: spec("exp of the mean cross-entropy.", null),
  recall: spec("Share of rows whose own partner is among the k of the batch with the largest products.", 2, ["k"]),
} as const satisfies Record<string, OpSpec>;
