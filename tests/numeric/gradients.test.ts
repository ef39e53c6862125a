// Gradients of every layer and loss against finite differences, with our kernels for `cpu` and without.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as sop from "../../runtime/index.js";
import { differences, gradients, near, useCpu } from "../support/numeric.js";

interface Case {
  readonly inputs: readonly tf.Tensor[];
  readonly f: (...x: tf.Tensor[]) => tf.Tensor;
}

/** A random tensor on a grid that float32 steps over exactly, at least 1/16 away from `kinks`. */
function random(name: string, shape: number[], low = -1.5, high = 1.5, kinks: readonly number[] = []): tf.Tensor {
  const numbers = sop.stream(11, "test", name);
  const size = shape.reduce((product, n) => product * n, 1);
  const next = (): number => {
    for (;;) {
      const x = Math.round((low + (high - low) * numbers.uniform()) * 256) / 256;
      if (kinks.every((kink) => Math.abs(x - kink) >= 1 / 16)) return x;
    }
  };
  return tf.tensor(Float32Array.from({ length: size }, next), shape);
}

/** Numbers further apart than the differences step, in random order: for maxima. */
function apart(name: string, shape: number[]): tf.Tensor {
  const order = sop.stream(11, "apart", name).permutation(shape.reduce((product, n) => product * n, 1));
  return tf.tensor(Float32Array.from(order, (rank) => rank / 16 - 2), shape);
}

const labels = (): tf.Tensor => tf.tensor([2, 0, 1, 1], [4], "int32");
const train = sop.trainingMode(3, 5, () => undefined);
const unary = (f: (x: tf.Tensor) => tf.Tensor, kinks: readonly number[] = [], low = -1.5): (() => Case) => () => ({ inputs: [random("unary", [3, 5], low, 1.5, kinks)], f });
const binary = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, a: number[], b: number[]): (() => Case) => () => ({ inputs: [random("a", a), random("b", b, 0.5, 2)], f: (x, y) => f(x, y) });
const convolution = (options: Partial<sop.Conv2dOptions>, x: number[], kernel: number[]): (() => Case) => () => ({
  inputs: [random("x", x), random("kernel", kernel)],
  f: (a, b) => sop.conv2d(a, b, { stride: [1, 1], padding: "same", dilation: [1, 1], groups: 1, ...options }),
});
const pool = (layer: typeof sop.maxPool, options: sop.PoolOptions): (() => Case) => () => ({ inputs: [apart("pool", [1, 5, 6, 2])], f: (x) => layer(x, options) });
const regression = (loss: (p: tf.Tensor, t: tf.Tensor) => tf.Tensor, kinks: readonly number[] = []): (() => Case) => () => ({
  inputs: [random("prediction", [4, 3], -2, 2, kinks)],
  f: (p) => loss(p, tf.zeros([4, 3])),
});

const cases: Record<string, () => Case> = {
  matmul: binary(sop.matmul, [3, 4], [4, 2]),
  "matmul of rank 3": binary(sop.matmul, [2, 3, 4], [4, 5]),
  conv2d: convolution({}, [1, 4, 5, 2], [3, 3, 2, 2]),
  "conv2d, stride, valid": convolution({ stride: [2, 1], padding: "valid" }, [2, 5, 4, 1], [2, 3, 1, 2]),
  "conv2d, dilated": convolution({ dilation: [2, 2] }, [1, 5, 6, 1], [3, 3, 1, 2]),
  "conv2d, dilated and strided": convolution({ dilation: [1, 2], stride: [2, 2] }, [1, 5, 6, 2], [3, 2, 2, 1]),
  "conv2d, groups": convolution({ groups: 2 }, [1, 4, 4, 4], [3, 3, 2, 2]),
  embedding: () => ({ inputs: [random("table", [5, 3])], f: (table) => sop.embedding(tf.tensor([[0, 3, 3], [4, 1, 0]], [2, 3], "int32"), table) }),
  "batch_norm, train": () => ({
    inputs: [random("x", [6, 3]), random("scale", [3]), random("bias", [3])],
    f: (x, scale = tf.zeros([3]), bias = tf.zeros([3])) => sop.batchNorm(x ?? scale, scale, bias, tf.zeros([3]), tf.ones([3]), { epsilon: 0.01, momentum: 0.9 }, train, "norm"),
  }),
  "batch_norm, images": () => ({
    inputs: [random("x", [2, 3, 2, 2]), random("scale", [2]), random("bias", [2])],
    f: (x, scale = tf.zeros([2]), bias = tf.zeros([2])) => sop.batchNorm(x ?? scale, scale, bias, tf.zeros([2]), tf.ones([2]), { epsilon: 0.01, momentum: 0.9 }, train, "norm"),
  }),
  "batch_norm, evaluate": () => ({
    inputs: [random("x", [4, 3]), random("scale", [3]), random("bias", [3])],
    f: (x, scale = tf.zeros([3]), bias = tf.zeros([3])) => sop.batchNorm(x ?? scale, scale, bias, random("mean", [3]), random("variance", [3], 0.5, 2), { epsilon: 0.01, momentum: 0.9 }, sop.evaluating, "norm"),
  }),
  dropout: unary((x) => sop.dropout(x, { rate: 0.3 }, train, "drop")),
  "max_pool, valid": pool(sop.maxPool, { size: [2, 2], stride: [2, 2], padding: "valid" }),
  "max_pool, overlapping, same": pool(sop.maxPool, { size: [3, 3], stride: [2, 1], padding: "same" }),
  "avg_pool, valid": pool(sop.avgPool, { size: [2, 3], stride: [2, 2], padding: "valid" }),
  "avg_pool, same": pool(sop.avgPool, { size: [3, 3], stride: [2, 2], padding: "same" }),
  reshape: unary((x) => sop.reshape(x, [5, 1])),
  concat: binary((a, b) => sop.concat([a, b], { axis: -1 }), [2, 3, 2], [2, 3, 1]),
  mean: () => ({ inputs: [random("x", [2, 3, 2, 2])], f: (x) => sop.mean(x, { axes: [0, 1] }) }),
  relu: unary(sop.relu, [0]),
  leaky_relu: unary((x) => sop.leakyRelu(x, { slope: 0.1 }), [0]),
  elu: unary(sop.elu, [0]),
  gelu: unary(sop.gelu),
  silu: unary(sop.silu),
  sigmoid: unary(sop.sigmoid),
  tanh: unary(sop.tanh),
  softplus: unary(sop.softplus),
  softmax: unary(sop.softmax),
  exp: unary(sop.exp),
  log: unary(sop.log, [], 0.5),
  sqrt: unary(sop.sqrt, [], 0.5),
  neg: unary(sop.neg),
  add: binary(sop.add, [2, 3], [3]),
  sub: binary(sop.sub, [2, 3], [2, 1]),
  mul: binary(sop.mul, [2, 1, 3], [2, 4, 1]),
  div: binary(sop.div, [2, 3], [2, 3]),
  pow: () => ({ inputs: [random("base", [2, 3], 0.5, 2), random("power", [2, 3])], f: (a = tf.zeros([1]), b = a) => sop.pow(a, b) }),
  "pow 3": unary((x) => sop.pow(x, 3)),
  "where and comparisons": unary((x) => tf.where(tf.logicalNot(tf.less(x, tf.mul(x, 2))), tf.square(x), x), [0]),
  cross_entropy: () => ({ inputs: [random("logits", [4, 3])], f: (x = tf.zeros([4, 3])) => sop.crossEntropy(x, labels(), { smoothing: 0.1 }) }),
  binary_cross_entropy: () => ({ inputs: [random("logits", [4, 3])], f: (x = tf.zeros([4, 3])) => sop.binaryCrossEntropy(x, random("targets", [4, 3], 0, 1)) }),
  mse: regression(sop.mse),
  mae: regression(sop.mae, [0]),
  huber: regression((p, t) => sop.huber(p, t, { delta: 1 }), [-1, 0, 1]),
  kl: () => ({ inputs: [random("logits", [4, 3])], f: (x = tf.zeros([4, 3])) => sop.kl(x, tf.softmax(random("q", [4, 3]))) }),
  // The gradient of a copy is p_i G: what the optimizers rely on.
  mix: () => ({ inputs: [random("copies", [3, 2, 4])], f: (copies = tf.zeros([1])) => sop.mix(copies, random("p", [3, 4], 0, 1)) }),
};

test.before(useCpu);

for (const [name, make] of Object.entries(cases)) {
  for (const kernels of ["ours", "TensorFlow.js's"] as const) {
    // Our kernel of the mix has no gradient: gradients are taken at the mixture.
    if (name === "mix" && kernels === "ours") continue;
    test(`${name}, ${kernels} kernels`, () => {
      const run = (): void =>
        void tf.tidy(() => {
          const { inputs, f } = make();
          // Weights of the outputs make a scalar that depends on each of them differently.
          const scalar = (...x: tf.Tensor[]): tf.Tensor => {
            const y = f(...x);
            return tf.sum(tf.mul(y, tf.add(random("cotangent", y.shape), 0.25)));
          };
          for (const [i, expected] of differences(scalar, inputs).entries()) near(gradients(scalar, inputs)[i] ?? [], expected, 4e-4, `input ${i}`);
        });
      if (kernels === "ours") run();
      else sop.withOriginalKernels(run);
    });
  }
}

test.run();
