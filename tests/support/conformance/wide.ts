// Larger shapes, for which backends choose other kernels - in tiles, in vectors of four, in several passes - against TensorFlow.js's own kernels for
// `cpu`, the reference of a reference: small ones are held to PyTorch's numbers.

import * as tf from "@tensorflow/tfjs-core";
import * as sop from "../../../runtime/index.js";
import { unpack, type Packed } from "../numeric.js";
import type { FunctionCase } from "./function-case.js";
import type { Options } from "./ops.js";
import { caseOf, type Stored } from "./references.js";

type Make = (name: string) => Packed;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Numbers that float32 holds exactly. */
const numbers = (shape: readonly number[], low = -1.5, high = 1.5): Make => (name) => {
  const stream = sop.stream(13, "wide", name);
  return { shape: [...shape], dtype: "float32", data: Array.from({ length: sizeOf(shape) }, () => Math.round((low + (high - low) * stream.uniform()) * 1024) / 1024) };
};

/** Different numbers, 1/32 apart: for maxima. */
const apart = (shape: readonly number[]): Make => (name) => ({ shape: [...shape], dtype: "float32", data: [...sop.stream(13, "wide", name).permutation(sizeOf(shape))].map((rank) => (rank - sizeOf(shape) / 2) / 32) });

const indices = (shape: readonly number[], below: number): Make => (name) => {
  const stream = sop.stream(13, "wide", name);
  return { shape: [...shape], dtype: "int32", data: Array.from({ length: sizeOf(shape) }, () => stream.below(below)) };
};

interface Wide {
  readonly op: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, Make>>;
  readonly options?: object;
  /** Inputs without a gradient, beside those that are whole numbers. */
  readonly fixed?: readonly string[];
}

const convolution = (more: object = {}): object => ({ stride: [1, 1], padding: "same", dilation: [1, 1], groups: 1, ...more });
const window = (x: readonly number[], kernel: readonly number[]): Wide["inputs"] => ({ x: numbers(x), kernel: numbers(kernel, -0.5, 0.5) });
const gates = (count: number, inputs: number, units: number): Wide["inputs"] => ({
  x: numbers([3, 8, inputs]),
  kernel: numbers([inputs, count * units], -0.5, 0.5),
  recurrent: numbers([units, count * units], -0.5, 0.5),
  bias: numbers([count * units]),
});
const heads: Wide["inputs"] = {
  x: numbers([2, 12, 16]),
  "query.kernel": numbers([16, 4, 4], -0.5, 0.5), "query.bias": numbers([4, 4]),
  "key.kernel": numbers([16, 2, 4], -0.5, 0.5), "key.bias": numbers([2, 4]),
  "value.kernel": numbers([16, 2, 4], -0.5, 0.5), "value.bias": numbers([2, 4]),
  "out.kernel": numbers([4, 4, 16], -0.5, 0.5), "out.bias": numbers([16]),
};
const norm = (shape: readonly number[]): Wide["inputs"] => ({ "0": numbers(shape), "1": numbers([shape.at(-1) ?? 1]), "2": numbers([shape.at(-1) ?? 1]) });
const pool = { size: [3, 3], stride: [2, 2], padding: "same" };

const list: readonly Wide[] = [
  { op: "dense", name: "dense, 33 x 65 x 34", inputs: { x: numbers([33, 65]), kernel: numbers([65, 34], -0.5, 0.5), bias: numbers([34]) } },
  { op: "dense", name: "dense, 32 x 64 x 64", inputs: { x: numbers([2, 16, 64]), kernel: numbers([64, 64], -0.5, 0.5), bias: numbers([64]) } },
  { op: "dense", name: "dense, 1 x 500 x 10", inputs: { x: numbers([1, 500]), kernel: numbers([500, 10], -0.5, 0.5), bias: numbers([10]) } },
  { op: "product", name: "matmul, 3 of 17 x 33 x 20", inputs: { a: numbers([3, 17, 33]), b: numbers([3, 33, 20], -0.5, 0.5) } },
  { op: "conv2d", name: "conv2d, 8 to 16 channels", inputs: window([2, 9, 9, 8], [3, 3, 8, 16]), options: convolution() },
  { op: "conv2d", name: "conv2d, 3 to 8 channels, 5x5, stride 2", inputs: window([1, 12, 12, 3], [5, 5, 3, 8]), options: convolution({ stride: [2, 2] }) },
  { op: "conv2d", name: "conv2d, 1x1, 16 to 24 channels", inputs: window([2, 7, 7, 16], [1, 1, 16, 24]), options: convolution() },
  { op: "conv2d", name: "conv2d, as large as the image", inputs: window([2, 5, 5, 8], [5, 5, 8, 12]), options: convolution({ padding: "valid" }) },
  { op: "conv2d", name: "conv2d, 2 groups of 8 channels, dilated", inputs: window([2, 8, 8, 16], [3, 3, 8, 8]), options: convolution({ groups: 2, dilation: [2, 2] }) },
  { op: "depthwiseConv2d", name: "depthwise_conv2d, 8 channels", inputs: window([2, 9, 9, 8], [3, 3, 8]), options: convolution() },
  { op: "depthwiseConv2d", name: "depthwise_conv2d, 8 channels, two filters each, stride 2", inputs: window([2, 9, 9, 8], [3, 3, 16]), options: convolution({ stride: [2, 2] }) },
  { op: "conv2dTranspose", name: "conv2d_transpose, 8 to 4 channels, stride 2", inputs: window([2, 5, 5, 8], [3, 3, 8, 4]), options: { stride: [2, 2], padding: "same" } },
  { op: "conv1d", name: "conv1d, 8 to 12 channels", inputs: window([2, 20, 8], [5, 8, 12]), options: convolution({ stride: [1], dilation: [1] }) },
  { op: "maxPool", name: "max_pool, 8 channels", inputs: { x: apart([2, 12, 12, 8]) }, options: pool },
  { op: "avgPool", name: "avg_pool, 8 channels", inputs: { x: numbers([2, 12, 12, 8]) }, options: pool },
  { op: "globalAvgPool", name: "global_avg_pool, 8 channels", inputs: { x: numbers([2, 12, 12, 8]) } },
  { op: "batchNormTrain", name: "batch_norm, 288 positions, 8 channels", inputs: { ...norm([8, 6, 6, 8]), "3": numbers([8]), "4": numbers([8], 0.5, 2) }, options: { epsilon: 1e-3, momentum: 0.9 }, fixed: ["3", "4"] },
  { op: "layerNorm", name: "layer_norm, 130 features", inputs: norm([4, 10, 130]), options: { epsilon: 1e-5 } },
  { op: "rmsNorm", name: "rms_norm, 130 features", inputs: norm([4, 10, 130]), options: { epsilon: 1e-5 }, fixed: ["2"] },
  { op: "groupNorm", name: "group_norm, 16 channels", inputs: norm([2, 6, 6, 16]), options: { groups: 4, epsilon: 1e-5 } },
  { op: "l2Normalize", name: "l2_normalize, 70 features", inputs: { x: numbers([40, 70]) }, options: { epsilon: 1e-12 } },
  { op: "softmax", name: "softmax, 300 classes", inputs: { x: numbers([20, 300], -4, 4) } },
  { op: "gelu", name: "gelu, 37 x 41", inputs: { x: numbers([37, 41], -4, 4) } },
  { op: "add", name: "add, a bias to 5 x 7 x 36", inputs: { a: numbers([5, 7, 36]), b: numbers([36]) } },
  { op: "mul", name: "mul, five axes", inputs: { a: numbers([2, 3, 1, 5, 2]), b: numbers([2, 1, 4, 5, 1]) } },
  { op: "div", name: "div, 6 x 100 by a number each", inputs: { a: numbers([6, 100]), b: numbers([6, 1], 0.5, 2) } },
  { op: "mean", name: "mean of 3000", inputs: { x: numbers([2, 60, 50]) }, options: { axes: [0, 1] } },
  { op: "embedding", name: "embedding, 120 rows of 50", inputs: { indices: indices([6, 20], 50), table: numbers([50, 16]) } },
  { op: "unembed", name: "unembed, 50 rows", inputs: { x: numbers([2, 9, 16]), table: numbers([50, 16], -0.5, 0.5) } },
  { op: "oneHot", name: "one_hot, 100 classes", inputs: { x: indices([4, 9], 100) }, options: { depth: 100 } },
  { op: "transpose", name: "transpose, four axes", inputs: { x: numbers([3, 5, 6, 7]) }, options: { axes: [2, 0, 1] } },
  { op: "concat", name: "concat of three", inputs: { a: numbers([3, 4, 12]), b: numbers([3, 4, 5]), c: numbers([3, 4, 8]) }, options: { axis: -1 } },
  { op: "slice", name: "slice, in the middle", inputs: { x: numbers([3, 12, 20]) }, options: { axis: 1, start: 5, length: 9 } },
  { op: "pad", name: "pad, 8 channels", inputs: { x: numbers([2, 6, 6, 8]) }, options: { before: [1, 2, 0], after: [2, 1, 0], value: 0 } },
  { op: "resize", name: "resize, 16 x 16 to 24 x 20, bilinear", inputs: { x: numbers([2, 16, 16, 4]) }, options: { size: [24, 20], method: "bilinear" } },
  { op: "rotary", name: "rotary, 4 heads", inputs: { x: numbers([2, 20, 4, 8]) }, options: { base: 10_000 } },
  { op: "selfAttention", name: "self_attention, 12 positions, grouped heads", inputs: heads, options: { causal: true, base: 10_000 } },
  { op: "lstm", name: "lstm, 16 units", inputs: gates(4, 8, 16), options: { reverse: false } },
  { op: "gru", name: "gru, 16 units", inputs: { ...gates(3, 8, 16), recurrentBias: numbers([16]) }, options: { reverse: false } },
  { op: "crossEntropy", name: "cross_entropy, 64 rows, 50 classes", inputs: { a: numbers([64, 50], -4, 4), b: indices([64], 50) }, options: { smoothing: 0.1 } },
  { op: "mse", name: "mse, 2100 numbers", inputs: { a: numbers([300, 7]), b: numbers([300, 7]) }, fixed: ["b"] },
  { op: "contrastive", name: "contrastive, 33 rows", inputs: { a: numbers([33, 16]), b: numbers([33, 16]) }, options: { temperature: 1 } },
];

/** The cases, with what `cpu` computes; makes `cpu` the backend. */
export async function wideCases(): Promise<readonly FunctionCase[]> {
  await sop.selectBackend("cpu");
  sop.installGradients();
  return list.map((wide) => ({ ...caseOf(sop.withOriginalKernels(() => computed(wide))), tolerance: [1e-5, 3e-5] }));
}

function computed({ op, name, inputs, options = {}, fixed = [] }: Wide): Stored {
  const made = Object.fromEntries(Object.entries(inputs).map(([key, make]) => [key, make(`${name} ${key}`)]));
  const bare = { name, op, options: options as Options, inputs: made, output: packed(tf.scalar(0)) };
  const { run } = caseOf(bare);
  const differentiated = Object.keys(made).filter((key) => made[key]?.dtype === "float32" && !fixed.includes(key));
  const given = Object.fromEntries(Object.entries(made).map(([key, each]) => [key, unpack(each)]));
  const result = tf.tidy(() => run(given));
  const output = packed(result);
  if (differentiated.length === 0) return { ...bare, output };
  const cotangent = output.shape.length === 0 ? { shape: [], dtype: "float32" as const, data: [1] } : numbers(output.shape)(`${name} cotangent`);
  const grads = tf.tidy(() => tf.engine().gradients(() => tf.sum(tf.mul(run(given), unpack(cotangent))) as tf.Scalar, differentiated.map((key) => given[key] ?? result)).grads);
  const gradients = Object.fromEntries(differentiated.map((key, i) => [key, packed(grads[i] ?? result)]));
  tf.dispose([result, grads, Object.values(given)]);
  return { ...bare, output, cotangent, gradients };
}

function packed(tensor: tf.Tensor): Packed {
  return { shape: [...tensor.shape], dtype: tensor.dtype === "int32" ? "int32" : "float32", data: [...tensor.dataSync()] };
}
