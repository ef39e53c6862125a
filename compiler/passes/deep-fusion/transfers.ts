// From the states of an op's operands to that of its result: a total table, so that an op without a row does not compile.

import { numberAttribute, numbersAttribute, textAttribute } from "../../ir/attributes.js";
import type { OpKind } from "../../ir/ops.js";
import { hasNew, isMixed, isShared, type Layout } from "./layout.js";
import { causesOf, scaled, unknown, zero, type State } from "./state.js";
import { added, causeOf, hasMixed, multiplied, operandOf, settled, throughFunction, unscaled, type TransferRule } from "./step.js";
import { attention, constant, convolved, depthwise, embedding, matmul, mergeHeads, product, projectHeads, recurrent, unembed } from "./transfer-contractions.js";
import { alongLast, batchNorm, groupNorm, norm } from "./transfer-norms.js";

const same: TransferRule = (step) => operandOf(step, 0).state;

/** A function that is not linear; at 0 it is 0. */
const bent: TransferRule = (step) => throughFunction(step, operandOf(step, 0), zero);

/** A function that is not linear; at 0 it is not 0. */
const bentAway: TransferRule = (step) => throughFunction(step, operandOf(step, 0), scaled(step.flow.factors.one));

/** f(s x) = s f(x) for s > 0, but not of sums. */
const positive: TransferRule = (step) => {
  const state = settled(step, operandOf(step, 0).state);
  return state.kind === "scaled" ? state : bent(step);
};

const sum: TransferRule = (step) => added(step, operandOf(step, 0), operandOf(step, 1));

const power: TransferRule = (step) => {
  const { factors } = step.flow;
  const states = step.operands.map((operand) => throughFunction(step, operand, scaled(factors.one)));
  return causesOf(states) ?? scaled(factors.one);
};

const notFollowed: TransferRule = (step) => causesOf(step.operands.map(({ state }) => state)) ?? unknown(causeOf(step, "not-followed"));

/** Turns pairs of the last axis by angles of the first. */
const rotary: TransferRule = (step) => {
  const { state, layouts } = operandOf(step, 0);
  const isApart = [layouts[0], layouts[2]].every((layout) => layout === undefined || isShared(layout));
  return isApart || state.kind === "unknown" || state.kind === "zero" ? state : unknown(causeOf(step, "fused-positions"));
};

const mean: TransferRule = (step) => {
  const { state, layouts } = operandOf(step, 0);
  const axes = numbersAttribute(step.aligned.op.attributes, "axes");
  const fused = layouts.find((layout, axis) => axes.includes(axis) && !isShared(layout));
  if (fused === undefined || state.kind === "unknown" || state.kind === "zero") return state;
  if (isMixed(fused) || state.kind === "mean") return unknown(causeOf(step, "function-of-all-features"));
  if (hasNew(fused)) return unknown(causeOf(step, "new-units-read"));
  const { factors } = step.flow;
  const whole = lengthOf(fused, null);
  const parts = factors.given(step.aligned.sources.map((_, source) => lengthOf(fused, source) / whole));
  return { kind: "mean", factor: factors.times(state.factor, parts), from: step.aligned.place.path };
};

/** Number of positions of a source, or of all. */
function lengthOf({ runs }: Layout, source: number | null): number {
  return runs.reduce((total, run) => total + (source === null || run.owner === source ? run.length : 0), 0);
}

const pad: TransferRule = (step) => {
  const { state } = operandOf(step, 0);
  const { factors, shares } = step.flow;
  const isZero = numberAttribute(step.aligned.op.attributes, "value") === 0;
  if (state.kind === "zero") return isZero ? zero : scaled(factors.one);
  if (state.kind === "scaled") return isZero && !hasMixed(step) ? state : unscaled(step, state.factor);
  if (state.kind === "unknown" || isZero) return state;
  return factors.require(state.factor, shares) ? state : unknown(causeOf(step, "no-place-for-factor"));
};

const concat: TransferRule = (step) => {
  const { factors, shares } = step.flow;
  const isFusedResult = step.result.some((layout) => !isShared(layout));
  const states = step.operands.map(({ state }) => (isFusedResult ? settled(step, state) : state));
  const causes = causesOf(states);
  if (causes !== null) return causes;
  const present = states.filter((state): state is Extract<State, { kind: "scaled" | "mean" }> => state.kind === "scaled" || state.kind === "mean");
  const [first] = present;
  if (first === undefined) return zero;
  const mean = present.find((state) => state.kind === "mean");
  if (mean !== undefined && isFusedResult) return unknown(causeOf(step, "unlike-terms", { mean: mean.kind === "mean" ? mean.from : "" }));
  const isAlike = mean === undefined || present.every((state) => state.kind === "mean");
  const wanted = isAlike ? first.factor : shares;
  const fits = present.every((state) => factors.require(state.factor, isAlike || state.kind === "mean" ? wanted : factors.one));
  if (!fits) return unknown(causeOf(step, "no-place-for-factor"));
  return mean ?? (hasMixed(step) ? unscaled(step, first.factor) : first);
};

const cast: TransferRule = (step) => (textAttribute(step.aligned.op.attributes, "dtype") === "f32" ? same(step) : bent(step));

const maxPool: TransferRule = positive;

/** A weight by itself, not summed over: features of each source side by side, or the mean of the sources' weights. */
const weight: TransferRule = (step) => {
  const { flow, result } = step;
  const path = textAttribute(step.aligned.op.attributes, "path");
  const grows = result.filter((layout) => !isShared(layout));
  if (grows.length === 0) return { kind: "mean", factor: flow.shares, from: path };
  if (grows.length > 1) return unknown(causeOf(step, "not-followed"));
  if (!hasMixed(step)) return scaled(flow.factors.of(path));
  return flow.isSelf ? unscaled(step, flow.factors.of(path)) : unknown(causeOf(step, "mixed-result"));
};

export const transfers: { readonly [K in OpKind]: TransferRule } = {
  weight,
  mix: same,
  constant,
  matmul,
  conv2d: convolved(2),
  conv1d: convolved(1),
  depthwise_conv2d: depthwise,
  conv2d_transpose: convolved(2),
  embedding,
  lstm: recurrent,
  gru: recurrent,
  unembed,
  project_heads: projectHeads,
  merge_heads: mergeHeads,
  attention,
  rotary,
  learned_positions: sum,
  relative_bias: same,
  product,
  layer_norm: norm,
  rms_norm: norm,
  group_norm: groupNorm,
  l2_normalize: alongLast,
  batch_norm: batchNorm,
  frozen_batch_norm: batchNorm,
  dropout: same,
  noise: () => zero,
  max_pool: maxPool,
  avg_pool: same,
  resize: same,
  pad,
  reshape: same,
  concat,
  one_hot: bentAway,
  cast,
  mean,
  last: same,
  transpose: same,
  slice: same,
  per_example: same,
  relu: positive,
  leaky_relu: positive,
  elu: bent,
  gelu: bent,
  silu: bent,
  sigmoid: bentAway,
  tanh: bent,
  softplus: bentAway,
  softmax: alongLast,
  exp: bentAway,
  log: bentAway,
  sqrt: bent,
  neg: same,
  add: sum,
  sub: sum,
  mul: (step) => multiplied(step, operandOf(step, 0), operandOf(step, 1)),
  div: (step) => multiplied(step, operandOf(step, 0), operandOf(step, 1), -1),
  pow: power,
  cross_entropy: notFollowed,
  binary_cross_entropy: notFollowed,
  mse: notFollowed,
  mae: notFollowed,
  huber: notFollowed,
  kl: notFollowed,
  kl_normal: notFollowed,
  contrastive: notFollowed,
  accuracy: notFollowed,
  top_k: notFollowed,
  f1: notFollowed,
  r2: notFollowed,
  perplexity: notFollowed,
  recall: notFollowed,
};
