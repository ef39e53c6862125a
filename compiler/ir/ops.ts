// The ops of the IR, one sentence each. `ops` is the specification that the verifier checks against; the emitter and the
// runtime have one entry per op of the same name (snake_case here, camelCase there).

export type OpKind = keyof typeof ops;

export interface OpSpec {
  readonly doc: string;
  /** Number of operands; null: one or more. */
  readonly operands: number | null;
  /** Names of attributes that must be present, and no others. */
  readonly attributes: readonly string[];
}

const spec = (doc: string, operands: number | null, attributes: readonly string[] = []): OpSpec => ({ doc, operands, attributes });

export const ops = {
  // weights
  weight: spec("The weight at `path`; of a kernel set, all copies in front: [k, ...shape].", 0, ["path"]),
  mix: spec("The kernel of a set: sum_i p_i W_i with the mixing weights that belong to `path` and the step.", 1, ["path"]),
  // values
  constant: spec("A number.", 0, ["value"]),
  // contractions
  matmul: spec("x [batch, ..., in] times a kernel [in, out].", 2),
  conv2d: spec("x [batch, h, w, in] with filters [kh, kw, in / groups, out].", 2, ["stride", "padding", "dilation", "groups"]),
  embedding: spec("By indices [batch, ...], rows of a table [vocabulary, d].", 2),
  // norms and noise
  batch_norm: spec("x, scale, bias, mean, variance: normalizes the last axis over batch and space; evaluation uses the statistics, training the batch's, which it records.", 5, ["epsilon", "momentum"]),
  dropout: spec("Zero with probability `rate`, else divided by 1 - rate; identity outside training.", 1, ["rate"]),
  // pools
  max_pool: spec("Maximum over windows of space.", 1, ["size", "stride", "padding"]),
  avg_pool: spec("Mean over windows of space; padding does not count.", 1, ["size", "stride", "padding"]),
  // shape
  reshape: spec("The same elements of each example in another shape.", 1, ["shape"]),
  concat: spec("Joined along `axis` of the example.", null, ["axis"]),
  one_hot: spec("A new last axis of `depth`: 1 at the index, 0 elsewhere.", 1, ["depth"]),
  cast: spec("The same numbers as another dtype.", 1, ["dtype"]),
  mean: spec("Mean over `axes` of the example.", 1, ["axes"]),
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
  // losses: means over the batch and all other axes, scalars
  cross_entropy: spec("Of logits [batch, ..., classes] against labels [batch, ...].", 2, ["smoothing"]),
  binary_cross_entropy: spec("Of logits against targets in [0, 1] of the same shape.", 2),
  mse: spec("Mean of (prediction - target)^2.", 2),
  mae: spec("Mean of |prediction - target|.", 2),
  huber: spec("Quadratic up to `delta`, linear beyond.", 2, ["delta"]),
  kl: spec("Kullback-Leibler divergence of target probabilities from softmax(logits), summed over the last axis.", 2),
  // metrics: counts that add up over batches
  accuracy: spec("Share of rows whose largest logit is the label; one logit: its sign against a label 0 or 1.", 2),
  top_k: spec("Share of rows whose label is among the k largest logits.", 2, ["k"]),
  f1: spec("Harmonic mean of precision and recall, averaged over classes.", 2, ["average", "ignore"]),
  r2: spec("1 - residual sum of squares / total sum of squares.", 2),
  perplexity: spec("exp of the mean cross-entropy.", 2),
} as const satisfies Record<string, OpSpec>;
