// The functions of the runtime under the names that the reference files give them, with the word of the language that each stands for.

import * as tf from "@tensorflow/tfjs-core";
import type { LayerKind } from "../../../compiler/semantics/layers/layers.js";
import { mixKernelName } from "../../../runtime/backends/cpu/mix.js";
import * as sop from "../../../runtime/index.js";

/** Inputs by name; those of a list have their places as names. */
export type Given = Readonly<Record<string, tf.Tensor>>;

/** The options of a reference, as its op takes them. */
export type Options = never;

export interface Op {
  /** A layer, operator or loss; or what part of the runtime it is, of a function that is no word of the language. */
  readonly of: LayerKind | "where" | "overparam, mix" | "padding";
  readonly run: (given: Given, options: Options, lengths?: tf.Tensor) => tf.Tensor;
  /** Whether there is a gradient on the backend in use; absent: there is. */
  readonly hasGradient?: () => boolean;
}

/** The input of that name. */
export function the(given: Given, name: string): tf.Tensor {
  const found = given[name];
  if (found === undefined) throw new Error(`no input ${name}`);
  return found;
}

const first = (given: Given): tf.Tensor => Object.values(given)[0] ?? tf.scalar(NaN);
const second = (given: Given): tf.Tensor => Object.values(given)[1] ?? tf.scalar(NaN);
const third = (given: Given): tf.Tensor => Object.values(given)[2] ?? tf.scalar(NaN);

const one = (of: Op["of"], f: (x: tf.Tensor, options: never, lengths?: tf.Tensor) => tf.Tensor): Op => ({ of, run: (given, options, lengths) => f(first(given), options, lengths) });
const two = (of: Op["of"], f: (a: tf.Tensor, b: tf.Tensor, options: never) => tf.Tensor): Op => ({ of, run: (given, options) => f(first(given), second(given), options) });

type PairLoss = (a: tf.Tensor, b: tf.Tensor, lengths?: tf.Tensor, weights?: tf.Tensor) => tf.Tensor;
const loss = (of: LayerKind, f: PairLoss): Op => ({ of, run: (given, _options, lengths) => f(first(given), second(given), lengths, given["weights"]) });
const lossWith = (of: LayerKind, f: (a: tf.Tensor, b: tf.Tensor, options: never, lengths?: tf.Tensor, weights?: tf.Tensor) => tf.Tensor): Op => ({
  of,
  run: (given, options, lengths) => f(first(given), second(given), options, lengths, given["weights"]),
});

const batchNorm = (mode: sop.Mode): Op => ({
  of: "batch_norm",
  run: (given, options) => {
    const [x, scale, bias, mean, variance] = ["0", "1", "2", "3", "4"].map((name) => the(given, name)) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    return sop.batchNorm(x, scale, bias, mean, variance, options, mode, "norm");
  },
});

/** The mean and the variance that a batch norm hands to the mode, one behind the other. */
function batchStatistics(given: Given): tf.Tensor {
  const x = first(given);
  const features = x.shape.at(-1) ?? 1;
  const recorded: tf.Tensor[] = [];
  const mode = sop.trainingMode(0, 0, (_path, { mean, variance }) => recorded.push(mean, variance));
  sop.batchNorm(x, tf.ones([features]), tf.zeros([features]), tf.zeros([features]), tf.ones([features]), { epsilon: 1e-3, momentum: 0.9 }, mode, "norm");
  return tf.concat(recorded);
}

interface AttentionLayer {
  readonly causal: boolean;
  readonly base: number | null;
}

/** A whole attention layer, put together as the compiler does. */
export function attentionLayer(given: Given, { causal, base }: AttentionLayer): tf.Tensor {
  const project = (x: tf.Tensor, name: string): tf.Tensor => sop.add(sop.projectHeads(x, the(given, `${name}.kernel`)), the(given, `${name}.bias`));
  const turned = (x: tf.Tensor): tf.Tensor => (base === null ? x : sop.rotary(x, { base }));
  const memory = given["memory"] ?? the(given, "x");
  const [query, key, value] = [turned(project(the(given, "x"), "query")), turned(project(memory, "key")), project(memory, "value")];
  const bias = given["bias"];
  const read = bias === undefined ? sop.attention(query, key, value, { causal }) : sop.attention(query, key, value, bias, { causal });
  return sop.add(sop.mergeHeads(read, the(given, "out.kernel")), the(given, "out.bias"));
}

function attention(given: Given, options: sop.AttentionOptions, lengths?: tf.Tensor): tf.Tensor {
  const read = [the(given, "query"), the(given, "key"), the(given, "value")] as const;
  const ends = lengths === undefined ? [] : [lengths];
  const rest = given["bias"] === undefined ? [options, ...ends] : [given["bias"], options, ...ends];
  return sop.attention(...read, ...(rest as unknown as sop.AttentionRest));
}

/** One position of a sequence, as `first` and `last` are lowered. */
function position(x: tf.Tensor, start: number): tf.Tensor {
  return sop.reshape(sop.slice(x, { axis: 0, start, length: 1 }), x.shape.slice(2));
}

const real = (lengths: tf.Tensor | undefined): tf.Tensor => lengths ?? tf.tensor1d([], "int32");
const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = { log: sop.log, sqrt: sop.sqrt, reciprocal: (x) => sop.div(1, x) };

/** Every op that a reference names. */
export const ops: Readonly<Record<string, Op>> = {
  dense: { of: "dense", run: (given) => sop.add(sop.matmul(the(given, "x"), the(given, "kernel")), the(given, "bias")) },
  matmul: two("dense", sop.matmul),
  product: two("matmul", sop.product),
  conv1d: two("conv1d", sop.conv1d),
  conv2d: two("conv2d", sop.conv2d),
  depthwiseConv2d: two("depthwise_conv2d", sop.depthwiseConv2d),
  conv2dTranspose: two("conv2d_transpose", sop.conv2dTranspose),
  embedding: two("embedding", sop.embedding),
  unembed: two("unembed", sop.unembed),
  maxPool: one("max_pool", sop.maxPool),
  avgPool: one("avg_pool", sop.avgPool),
  globalAvgPool: one("global_avg_pool", (x) => sop.mean(x, { axes: [0, 1] })),
  batchNormTrain: batchNorm(sop.trainingMode(0, 0, () => undefined)),
  batchNormEvaluate: batchNorm(sop.evaluating),
  batchStatistics: { of: "batch_norm", run: batchStatistics },
  layerNorm: { of: "layer_norm", run: (given, options) => sop.layerNorm(first(given), second(given), third(given), options) },
  rmsNorm: two("rms_norm", sop.rmsNorm),
  groupNorm: { of: "group_norm", run: (given, options) => sop.groupNorm(first(given), second(given), third(given), options) },
  l2Normalize: one("l2_normalize", sop.l2Normalize),
  lstm: { of: "lstm", run: (given, options, lengths) => sop.lstm(the(given, "x"), the(given, "kernel"), the(given, "recurrent"), the(given, "bias"), given["initial"] ?? null, options, lengths) },
  gru: { of: "gru", run: (given, options, lengths) => sop.gru(the(given, "x"), the(given, "kernel"), the(given, "recurrent"), the(given, "bias"), the(given, "recurrentBias"), given["initial"] ?? null, options, lengths) },
  selfAttention: { of: "self_attention", run: attentionLayer },
  crossAttention: { of: "cross_attention", run: attentionLayer },
  attention: { of: "cross_attention", run: attention },
  projectHeads: two("self_attention", sop.projectHeads),
  mergeHeads: two("self_attention", sop.mergeHeads),
  rotary: one("rotary", sop.rotary),
  learnedPositions: two("learned_positions", sop.learnedPositions),
  relativeBias: one("relative_bias", sop.relativeBias),
  learned: one("learned", (x, { batch }: { readonly batch: number }) => sop.perExample(x, tf.zeros([batch, 7]))),

  relu: one("relu", sop.relu),
  leakyRelu: one("leaky_relu", sop.leakyRelu),
  elu: one("elu", sop.elu),
  gelu: one("gelu", sop.gelu),
  silu: one("silu", sop.silu),
  sigmoid: one("sigmoid", sop.sigmoid),
  tanh: one("tanh", sop.tanh),
  softplus: one("softplus", sop.softplus),
  softmax: one("softmax", sop.softmax),
  exp: one("exp", sop.exp),
  log: one("log", sop.log),
  sqrt: one("sqrt", sop.sqrt),

  constant: one("constant", (x, { value }: { readonly value: number }) => sop.add(x, sop.constant(value))),
  neg: one("neg", sop.neg),
  add: two("add", sop.add),
  sub: two("sub", sop.sub),
  mul: two("mul", sop.mul),
  div: two("div", sop.div),
  scalarLeft: one("div", (x) => sop.add(sop.mul(sop.sub(2, x), 3), sop.div(4, x))),
  pow: two("pow", sop.pow),
  powNumber: one("pow", (x, { power }: { readonly power: number }) => sop.pow(x, power)),

  reshape: one("reshape", (x, { shape }: { readonly shape: readonly number[] }) => sop.reshape(x, shape)),
  flatten: one("flatten", (x) => sop.reshape(x, [x.size / (x.shape[0] ?? 1)])),
  concat: { of: "concat", run: (given, options) => sop.concat(Object.values(given), options) },
  oneHot: one("one_hot", sop.oneHot),
  cast: one("cast", sop.cast),
  mean: one("mean", sop.mean),
  transpose: one("transpose", sop.transpose),
  withoutBatch: one("transpose", (x, options) => sop.withoutBatch(sop.transpose(sop.withBatch(x), options))),
  slice: one("slice", sop.slice),
  first: one("first", (x) => position(x, 0)),
  lastOf: one("last", (x) => position(x, (x.shape[1] ?? 1) - 1)),
  last: one("last", (x, _options, lengths) => sop.last(x, real(lengths))),
  resize: one("resize", sop.resize),
  pad: one("pad", sop.pad),

  onesForPadding: one("padding", (x, { then }: { readonly then: string }, lengths) => (functions[then] ?? sop.exp)(sop.onesForPadding(x, real(lengths)))),
  withoutPadding: one("padding", (x, _options, lengths) => sop.withoutPadding(x, real(lengths))),
  reversedWithin: one("padding", (x, _options, lengths) => sop.reversedWithin(x, real(lengths))),
  where: one("where", (x) => tf.where(tf.logicalNot(tf.less(tf.mul(x, 2), tf.mul(x, 3))), tf.square(x), x)),
  // Our kernel of the mix for `cpu` has no gradient: training takes gradients at the mixture.
  mix: { ...two("overparam, mix", (copies, p) => sop.mix(copies, p)), hasGradient: () => tf.getKernel(mixKernelName, tf.getBackend()) === undefined },

  crossEntropy: lossWith("cross_entropy", sop.crossEntropy),
  binaryCrossEntropy: loss("binary_cross_entropy", sop.binaryCrossEntropy),
  mse: loss("mse", sop.mse),
  mae: loss("mae", sop.mae),
  huber: lossWith("huber", sop.huber),
  kl: loss("kl", sop.kl),
  klNormal: loss("kl_normal", sop.klNormal),
  contrastive: { of: "contrastive", run: (given, options) => sop.contrastive(first(given), second(given), options, undefined, given["weights"]) },
};

/** The op of that name. */
export function opOf(name: string): Op {
  const op = ops[name];
  if (op === undefined) throw new Error(`no op ${name}`);
  return op;
}
