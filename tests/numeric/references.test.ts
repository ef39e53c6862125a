// Layers, losses and optimizers against values made by PyTorch (references/make.py), with and without our kernels for `cpu`.

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near, unpack, useCpu, type Packed } from "../support/numeric.js";

interface Case {
  readonly name: string;
  readonly op: string;
  readonly inputs: Packed[];
  readonly options: never;
  readonly output: Packed;
  readonly cotangent?: Packed;
  readonly gradients?: Record<string, Packed>;
}

interface Trajectory {
  readonly name: "sgd" | "adam" | "adamw";
  readonly options: never;
  readonly start: Packed;
  readonly a: Packed;
  readonly b: Packed;
  readonly steps: number[][];
}

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`references/${name}`, import.meta.url), "utf8"));

type Op = (inputs: readonly tf.Tensor[], options: never) => tf.Tensor;

const get = (inputs: readonly tf.Tensor[], i: number): tf.Tensor => {
  const found = inputs[i];
  if (found === undefined) throw new Error("too few inputs");
  return found;
};
const one = (f: (x: tf.Tensor, options: never) => tf.Tensor): Op => (inputs, options) => f(get(inputs, 0), options);
const two = (f: (x: tf.Tensor, y: tf.Tensor, options: never) => tf.Tensor): Op => (inputs, options) => f(get(inputs, 0), get(inputs, 1), options);
const batchNorm =
  (mode: sop.Mode): Op =>
  (inputs, options) =>
    sop.batchNorm(get(inputs, 0), get(inputs, 1), get(inputs, 2), get(inputs, 3), get(inputs, 4), options, mode, "norm");

const ops: Record<string, Op> = {
  conv2d: two(sop.conv2d),
  matmul: two(sop.matmul),
  embedding: two(sop.embedding),
  maxPool: one(sop.maxPool),
  avgPool: one(sop.avgPool),
  batchNormTrain: batchNorm(sop.trainingMode(0, 0, () => undefined)),
  batchNormEvaluate: batchNorm(sop.evaluating),
  relu: one(sop.relu),
  leakyRelu: one(sop.leakyRelu),
  elu: one(sop.elu),
  gelu: one(sop.gelu),
  silu: one(sop.silu),
  sigmoid: one(sop.sigmoid),
  tanh: one(sop.tanh),
  softplus: one(sop.softplus),
  softmax: one(sop.softmax),
  exp: one(sop.exp),
  log: one(sop.log),
  sqrt: one(sop.sqrt),
  neg: one(sop.neg),
  pow: two(sop.pow),
  powNumber: one((x, { power }: { power: number }) => sop.pow(x, power)),
  add: two(sop.add),
  sub: two(sop.sub),
  mul: two(sop.mul),
  div: two(sop.div),
  reshape: one((x, { shape }: { shape: number[] }) => sop.reshape(x, shape)),
  concat: (inputs, options) => sop.concat(inputs, options),
  oneHot: one(sop.oneHot),
  mean: one(sop.mean),
  crossEntropy: two(sop.crossEntropy),
  binaryCrossEntropy: two((a, b) => sop.binaryCrossEntropy(a, b)),
  mse: two((a, b) => sop.mse(a, b)),
  mae: two((a, b) => sop.mae(a, b)),
  huber: two(sop.huber),
  kl: two((a, b) => sop.kl(a, b)),
};

function check({ name, op, inputs, options, output, cotangent, gradients = {} }: Case): void {
  tf.tidy(() => {
    const run = ops[op];
    if (run === undefined) throw new Error(`no op ${op}`);
    const given = inputs.map(unpack);
    const result = run(given, options);
    assert.equal(result.shape, output.shape, name);
    // Erf is a polynomial of error 1.5e-7 in TensorFlow.js.
    near(result.dataSync(), output.data, 2e-6, name);
    if (cotangent === undefined) return;
    const which = Object.keys(gradients).map(Number);
    const { grads } = tf.engine().gradients(
      () => tf.sum(tf.mul(run(given, options), unpack(cotangent))),
      which.map((i) => get(given, i)),
    );
    for (const [at, i] of which.entries()) near(grads[at]?.dataSync() ?? [], gradients[i]?.data ?? [], 5e-6, `${name}: gradient of input ${i}`);
  });
}

test.before(useCpu);

for (const reference of read<Case[]>("ops.json")) {
  test(reference.name, () => check(reference));
  test(`${reference.name}, kernels of TensorFlow.js`, () => sop.withOriginalKernels(() => check(reference)));
}

test("optimizers follow PyTorch's", () => {
  const optimizers = { sgd: sop.sgd, adam: sop.adam, adamw: sop.adamw };
  for (const { name, options, start, a, b, steps } of read<Trajectory[]>("optimizers.json")) {
    for (const kernels of [(run: () => void) => run(), sop.withOriginalKernels]) {
      kernels(() => {
        const init: sop.Initializer = { variance: 0, fill: (out) => (out.set(start.data), out) };
        const weights = { w: sop.kernel(start.shape, init) };
        const training = new sop.Training({ weights, optimizer: optimizers[name](options), clip: null, l2: 0, seed: 0, totalSteps: 100, stepsPerEpoch: 10 });
        for (const [i, expected] of steps.entries()) {
          tf.tidy(() => {
            training.descend(({ w }) => ({ loss: tf.sum(tf.add(tf.mul(tf.mul(unpack(a), tf.square(w)), 0.5), tf.mul(unpack(b), w))) }));
          });
          near(training.tensors()["weights/w"]?.dataSync() ?? [], expected, 3e-6, `${name} ${JSON.stringify(options)} step ${i}`);
        }
        training.dispose();
      });
    }
  }
});

test.run();
