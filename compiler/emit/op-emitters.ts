// How each op reads in generated TypeScript: a total table, so that an op without an emitter does not compile.
// Most ops are a call of the runtime function of the same name, with their attributes as one object after the operands.

import { numbersAttribute, textAttribute, numberAttribute } from "../ir/attributes.js";
import type { Attribute, Op, ValueType } from "../ir/module.js";
import type { OpKind } from "../ir/ops.js";
import { member, number, numbers, object, text } from "./literals.js";
import { camelCase } from "./names.js";
import { call, runtime, type RuntimeName } from "./runtime-names.js";

/** An expression for the op, given those of its operands. */
type OpEmitter = (operands: readonly string[], op: Op, types: readonly ValueType[]) => string;

/** Names of what a forward function is given, as the emitters write them. */
export const weightsName = "w";
export const modeName = "mode";

const opEmitters: { readonly [K in OpKind]: OpEmitter } = {
  weight: (_, op) => member(weightsName, textAttribute(op.attributes, "path")),
  // Training hands mixed kernels to the forward function, evaluation folded ones: the mix is the runtime's.
  mix: ([kernel = ""]) => kernel,
  constant: (_, op) => call("constant", number(numberAttribute(op.attributes, "value"))),
  matmul: called("matmul"),
  conv1d: called("conv1d"),
  conv2d: called("conv2d"),
  depthwise_conv2d: called("depthwiseConv2d"),
  conv2d_transpose: called("conv2dTranspose"),
  resize: called("resize"),
  pad: called("pad"),
  embedding: called("embedding"),
  unembed: called("unembed"),
  project_heads: called("projectHeads"),
  merge_heads: called("mergeHeads"),
  attention: (operands, op, types) => lengthened("attention", types.filter((type) => type.dtype === "f32").length)(operands, op, types),
  dropout_attention: (operands, op, types) => {
    const count = types.filter((type) => type.dtype === "f32").length;
    return call("dropoutAttention", ...operands.slice(0, count), attributesOf(op), modeName, text(op.path), ...operands.slice(count));
  },
  rotary: called("rotary"),
  learned_positions: called("learnedPositions"),
  relative_bias: called("relativeBias"),
  lstm: recurrent("lstm", 4),
  gru: recurrent("gru", 5),
  batch_norm: noisy("batchNorm"),
  frozen_batch_norm: (operands, op) => call("batchNorm", ...operands, attributesOf(op), runtime("evaluating"), text(op.path)),
  product: called("product"),
  layer_norm: called("layerNorm"),
  rms_norm: called("rmsNorm"),
  group_norm: called("groupNorm"),
  l2_normalize: called("l2Normalize"),
  dropout: noisy("dropout"),
  noise: (operands, op) => call("noise", ...operands, modeName, text(op.path)),
  max_pool: called("maxPool"),
  avg_pool: called("avgPool"),
  reshape: (operands, op) => call("reshape", ...operands, numbers(numbersAttribute(op.attributes, "shape"))),
  concat: (operands, op) => call("concat", `[${operands.join(", ")}]`, attributesOf(op)),
  one_hot: called("oneHot"),
  cast: called("cast"),
  mean: lengthened("mean", 1),
  ones_for_padding: called("onesForPadding"),
  last: called("last"),
  transpose: called("transpose"),
  slice: called("slice"),
  per_example: called("perExample"),
  relu: called("relu"),
  leaky_relu: called("leakyRelu"),
  elu: called("elu"),
  gelu: called("gelu"),
  silu: called("silu"),
  sigmoid: called("sigmoid"),
  tanh: called("tanh"),
  softplus: called("softplus"),
  softmax: called("softmax"),
  exp: called("exp"),
  log: called("log"),
  sqrt: called("sqrt"),
  neg: called("neg"),
  add: called("add"),
  sub: called("sub"),
  mul: called("mul"),
  div: called("div"),
  pow: called("pow"),
  cross_entropy: weighable("crossEntropy"),
  binary_cross_entropy: weighable("binaryCrossEntropy"),
  mse: weighable("mse"),
  mae: weighable("mae"),
  huber: weighable("huber"),
  kl: weighable("kl"),
  kl_normal: weighable("klNormal"),
  contrastive: weighable("contrastive"),
  accuracy: lengthened("accuracy", 2),
  top_k: lengthened("topK", 2),
  f1: lengthened("f1", 2),
  r2: called("r2"),
  perplexity: lengthened("perplexity", 2),
  recall: called("recall"),
};

/** Ops whose operands may be numbers of JavaScript: there a constant is written as one. */
export const takesNumbers: ReadonlySet<OpKind> = new Set<OpKind>(["add", "sub", "mul", "div", "pow"]);

/** Ops whose runtime function takes the first axis for the batch: what is the same for each example, they see as a batch of one. */
const seesBatch: ReadonlySet<OpKind> = new Set<OpKind>(["reshape", "concat", "mean", "transpose", "slice", "group_norm", "product", "attention", "dropout_attention"]);

/** The call of an op, given those of its operands and their types. */
export function emitOp(operands: readonly string[], op: Op, types: readonly ValueType[]): string {
  const emit = opEmitters[op.kind];
  if (op.type.batched || !seesBatch.has(op.kind)) return emit(operands, op, types);
  const count = op.kind === "group_norm" ? 1 : operands.length;
  return call("withoutBatch", emit(operands.map((operand, index) => (index < count ? call("withBatch", operand) : operand)), op, types));
}

/** Ops that are no call of the runtime: reading a weight costs nothing and cannot go wrong. */
export const isFree: ReadonlySet<OpKind> = new Set<OpKind>(["weight", "mix"]);

function called(name: RuntimeName): OpEmitter {
  return (operands, op) => call(name, ...operands, ...(Object.keys(op.attributes).length === 0 ? [] : [attributesOf(op)]));
}

/** Ops that ask for the mode, and whose statistics or random numbers go by their path. */
function noisy(name: RuntimeName): OpEmitter {
  return (operands, op) => call(name, ...operands, attributesOf(op), modeName, text(op.path));
}

/** Layers with a state: what it starts from stands behind the operands that they always have, or null. */
function recurrent(name: RuntimeName, count: number): OpEmitter {
  return (operands, op, types) => {
    const hasInitial = types[count]?.dtype === "f32";
    return call(name, ...operands.slice(0, count), (hasInitial ? operands[count] : null) ?? "null", attributesOf(op), ...operands.slice(count + (hasInitial ? 1 : 0)));
  };
}

/** Ops of `count` tensors that may have lengths of sequences behind them: these stand last, behind the attributes. */
function lengthened(name: RuntimeName, count: number): OpEmitter {
  return (operands, op) => call(name, ...operands.slice(0, count), ...(Object.keys(op.attributes).length === 0 ? [] : [attributesOf(op)]), ...operands.slice(count));
}

/** Losses: lengths and weights, each if there are any, stand behind the attributes. */
function weighable(name: RuntimeName): OpEmitter {
  return (operands, op, types) => {
    const weights = operands.filter((_, index) => index >= 2 && types[index]?.dtype === "f32");
    const lengths = operands.filter((_, index) => index >= 2 && types[index]?.dtype === "i32");
    const behind = weights.length > 0 && lengths.length === 0 ? ["undefined", ...weights] : [...lengths, ...weights];
    return call(name, ...operands.slice(0, 2), ...(Object.keys(op.attributes).length === 0 ? [] : [attributesOf(op)]), ...behind);
  };
}

function attributesOf(op: Op): string {
  return object(Object.entries(op.attributes).map(([name, value]) => [camelCase(name), literal(value)]));
}

function literal(value: Attribute): string {
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return String(value);
  return numbers(value);
}
