// Every export of the runtime that generated code may use: the contract between compiler and runtime. A test compares it with the
// runtime's exports; neither side imports the other.

import { invariant } from "../invariant.js";
import { camelCase } from "./names.js";

/** Functions that stand in the place of ops. */
const opNames = [
  "constant", "matmul", "conv1d", "conv2d", "depthwiseConv2d", "conv2dTranspose", "resize", "pad", "embedding", "product", "layerNorm", "rmsNorm", "groupNorm", "l2Normalize", "lstm", "gru",
  "batchNorm", "dropout", "noise", "maxPool", "avgPool", "reshape", "concat", "oneHot", "cast", "mean",
  "transpose", "slice", "last", "onesForPadding", "perExample", "withBatch", "withoutBatch",
  "unembed", "projectHeads", "mergeHeads", "attention", "dropoutAttention", "rotary", "learnedPositions", "relativeBias",
  "relu", "leakyRelu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax", "exp", "log", "sqrt", "neg", "add", "sub", "mul", "div", "pow",
  "evaluating",
  "crossEntropy", "binaryCrossEntropy", "mse", "mae", "huber", "kl", "klNormal", "contrastive", "accuracy", "topK", "f1", "r2", "perplexity", "recall",
] as const;

/** Declarations of weights. */
const weightNames = [
  "kernel", "embeddingTable", "bias", "scaleWeight", "statistic", "frozen", "decayed", "kernelSet",
  "zeros", "ones", "constantInitializer", "normal", "uniform", "heNormal", "lecunNormal", "glorotUniform", "fused",
  "dirichlet", "uniformMixing", "meanMixing", "centred", "scaled", "independent",
] as const;

/** Declarations of data. */
const dataNames = ["dataset", "idx", "csv", "npy", "npz", "jsonl", "parquet", "images", "text", "synthetic", "field", "scale", "standardize", "augment"] as const;

/** Settings of a run. */
const settingNames = [
  "sgd", "adam", "adamw", "adagrad", "rmsprop", "lion", "rk", "cosine", "warmupCosine", "linear", "step", "exponential", "inverseSqrt", "oneCycle", "share", "steps", "epochs",
  "selectSensitivity", "selectUniform", "selectKCenter", "selectMargin", "selectEntropy", "selectLoss", "selectDistance", "selectLeverage",
] as const;

const programNames = ["defineRun", "main"] as const;

/** All values that generated code may read from the runtime, in groups. */
export const runtimeNames = [...opNames, ...weightNames, ...dataNames, ...settingNames, ...programNames] as const;

/** Types that generated code names. */
export const runtimeTypes = ["Tensor", "Tensors", "Mode"] as const;

export type RuntimeName = (typeof runtimeNames)[number];
export type RuntimeType = (typeof runtimeTypes)[number];

/** `sop.matmul`. */
export function runtime(name: RuntimeName): string {
  return `sop.${name}`;
}

/** `sop.Tensor`. */
export function runtimeType(name: RuntimeType): string {
  return `sop.${name}`;
}

/** `sop.matmul(a, b)`. */
export function call(name: RuntimeName, ...args: readonly string[]): string {
  return `${runtime(name)}(${args.join(", ")})`;
}

/** The runtime's name of a function that a program calls by name: an optimizer, a schedule, a duration. */
export function settingName(name: string): RuntimeName {
  const camel = camelCase(name);
  const found = settingNames.find((candidate) => candidate === camel);
  invariant(found !== undefined, `the runtime has a function for ${name}`);
  return found;
}
