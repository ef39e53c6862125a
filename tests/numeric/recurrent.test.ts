// LSTM and GRU, Adagrad, RMSprop and Lion against values made by PyTorch (references/make-recurrent.py), on `cpu` and `onnx`; gradients against finite
// differences; rows of a batch that do not see each other.

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { differences, gradients, near, unpack, type Packed } from "../support/numeric.js";

interface Layer {
  readonly name: string;
  readonly op: "lstm" | "gru";
  readonly reverse: boolean;
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly output: Packed;
  readonly cotangent: Packed;
  readonly gradients: Readonly<Record<string, Packed>>;
}

interface Trajectory {
  readonly name: "adagrad" | "rmsprop" | "lion";
  readonly options: never;
  readonly start: Packed;
  readonly a: Packed;
  readonly b: Packed;
  readonly steps: number[][];
}

const { layers, trajectories } = JSON.parse(readFileSync(new URL("references/recurrent.json", import.meta.url), "utf8")) as { layers: Layer[]; trajectories: Trajectory[] };

type Given = Readonly<Record<string, tf.Tensor>>;

const names = { lstm: ["x", "kernel", "recurrent", "bias"], gru: ["x", "kernel", "recurrent", "bias", "recurrentBias"] } as const;

function run(op: "lstm" | "gru", given: Given, reverse: boolean): tf.Tensor {
  const at = (name: string): tf.Tensor => {
    const found = given[name];
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };
  const initial = given["initial"] ?? null;
  if (op === "lstm") return sop.lstm(at("x"), at("kernel"), at("recurrent"), at("bias"), initial, { reverse });
  return sop.gru(at("x"), at("kernel"), at("recurrent"), at("bias"), at("recurrentBias"), initial, { reverse });
}

for (const backend of ["cpu", "onnx"] as const) {
  for (const layer of layers) {
    test(`${layer.name} is PyTorch's, ${backend}`, async () => {
      await sop.selectBackend(backend);
      const keys = Object.keys(layer.inputs);
      const given = Object.fromEntries(keys.map((key) => [key, unpack(layer.inputs[key] ?? layer.output)]));
      const output = run(layer.op, given, layer.reverse);
      assert.equal(output.shape, layer.output.shape);
      near(await output.data(), layer.output.data, 2e-6, "values");
      const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(run(layer.op, given, layer.reverse), unpack(layer.cotangent))), Object.values(given));
      for (const [i, key] of keys.entries()) near((await grads[i]?.data()) ?? [], layer.gradients[key]?.data ?? [], 5e-6, `gradient of ${key}`);
    });
  }

  test(`adagrad, rmsprop and lion take PyTorch's steps, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const optimizers = { adagrad: sop.adagrad, rmsprop: sop.rmsprop, lion: sop.lion };
    for (const { name, options, start, a, b, steps } of trajectories) {
      const init: sop.Initializer = { variance: 0, fill: (out) => (out.set(start.data), out) };
      const training = new sop.Training({ weights: { w: sop.kernel(start.shape, init) }, optimizer: optimizers[name](options), clip: null, l2: 0, seed: 0, totalSteps: 100, stepsPerEpoch: 10 });
      for (const [i, expected] of steps.entries()) {
        const descent = training.descend(({ w }) => ({ loss: tf.sum(tf.add(tf.mul(tf.mul(unpack(a), tf.square(w)), 0.5), tf.mul(unpack(b), w))) }));
        tf.dispose([descent.loss, descent.gradientNorm, descent.terms]);
        near((await training.tensors()["weights/w"]?.data()) ?? [], expected, 3e-6, `${name} ${JSON.stringify(options)} step ${i}`);
      }
      training.dispose();
    }
  });
}

function random(name: string, shape: number[]): tf.Tensor {
  const numbers = sop.stream(5, "test", name);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => Math.round((2 * numbers.uniform() - 1) * 256) / 256), shape);
}

for (const op of ["lstm", "gru"] as const) {
  const shapes = (gates: number): number[][] => [[2, 3, 2], [2, gates * 3], [3, gates * 3], [gates * 3], ...(op === "gru" ? [[3]] : []), [2, 3]];
  for (const reverse of [false, true]) {
    test(`${op}${reverse ? ", reverse" : ""}: gradients are finite differences`, async () => {
      await sop.selectBackend("cpu");
      const keys = [...names[op], "initial"];
      const inputs = shapes(op === "lstm" ? 4 : 3).map((shape, i) => random(keys[i] ?? "", shape));
      const f = (...x: tf.Tensor[]): tf.Tensor => {
        const y = run(op, Object.fromEntries(keys.map((key, i) => [key, x[i] ?? tf.scalar(0)])), reverse);
        return tf.sum(tf.mul(y, random("cotangent", y.shape)));
      };
      const found = gradients(f, inputs);
      for (const [i, expected] of differences(f, inputs).entries()) near(found[i] ?? [], expected, 4e-4, keys[i] ?? "");
    });
  }

  test(`${op}: a row does not see the rows beside it, nor a step what comes after it`, async () => {
    await sop.selectBackend("cpu");
    const gates = op === "lstm" ? 4 : 3;
    const weights = { kernel: random("k", [2, gates * 3]), recurrent: random("r", [3, gates * 3]), bias: random("b", [gates * 3]), recurrentBias: random("rb", [3]) };
    const x = random("batch", [4, 5, 2]);
    const together = run(op, { ...weights, x }, false);
    const alone = run(op, { ...weights, x: tf.slice(x, [1, 0, 0], [1, 3, 2]) }, false);
    near(await alone.data(), await tf.slice(together, [1, 0, 0], [1, 3, 3]).data(), 1e-7, op);
  });
}

test("shared second moments: the mean of a set moves as a plain weight with `rate: mean`, and lion's copies all move by the rate", async () => {
  await sop.selectBackend("cpu");
  const start = 0.5;
  const init: sop.Initializer = { variance: 0, fill: (out) => out.fill(start) };
  const set = { copies: 4, mix: sop.dirichlet(1), per: "kernel", init: sop.centred(0), rate: "mean", moments: "shared", anneal: 0 } as const;
  const optimizers: readonly sop.Optimizer[] = [sop.adagrad({ lr: 0.1, epsilon: 1e-10 }), sop.rmsprop({ lr: 0.1, alpha: 0.9, epsilon: 1e-8, momentum: 0 })];
  const after = async (weight: sop.WeightSpec, optimizer: sop.Optimizer): Promise<Float32Array> => {
    const training = new sop.Training({ weights: { w: weight }, optimizer, clip: null, l2: 0, seed: 3, totalSteps: 10, stepsPerEpoch: 10 });
    // A gradient that does not depend on the weight, so that the mixture's place does not matter.
    for (let i = 0; i < 3; i++) training.descend(({ w }) => ({ loss: tf.sum(tf.mul(w, tf.tensor([1, -2, 0.5]))) }));
    const folded = training.folded()["w"] ?? tf.scalar(NaN);
    const values = (await folded.data()) as Float32Array;
    training.dispose();
    return values;
  };
  for (const optimizer of optimizers) near(await after(sop.kernelSet(4, sop.kernel([3], init), set), optimizer), await after(sop.kernel([3], init), optimizer), 1e-5, optimizer.name);
  const lion = sop.lion({ lr: 0.1, betas: [0.9, 0.99], weightDecay: 0 });
  near(await after(sop.kernelSet(4, sop.kernel([3], init), { ...set, rate: "mixture" }), lion), [0.2, 0.8, 0.2], 1e-5, "lion");
});

test("l1, l2 and a weight's own l2 add to the gradient of kernels alone", async () => {
  await sop.selectBackend("cpu");
  const init: sop.Initializer = { variance: 0, fill: (out) => (out.set([2, -4]), out) };
  const weights = { plain: sop.kernel([2], init), own: sop.decayed(0.5, sop.kernel([2], init)), off: sop.decayed(0, sop.kernel([2], init)), bias: sop.bias([2], init) };
  const training = new sop.Training({ weights, optimizer: sop.sgd({ lr: 1, momentum: 0, nesterov: false }), clip: null, l1: 0.25, l2: 0.125, seed: 0, totalSteps: 1, stepsPerEpoch: 1 });
  training.descend((w) => ({ loss: tf.sum(tf.mul(0, tf.add(tf.add(w.plain, w.own), tf.add(w.off, w.bias)))) }));
  const now = async (path: string): Promise<number[]> => [...((await training.tensors()[`weights/${path}`]?.data()) ?? [])];
  assert.equal(await now("plain"), [2 - 0.25 - 0.25, -4 + 0.25 + 0.5]);
  assert.equal(await now("own"), [2 - 0.25 - 1, -4 + 0.25 + 2]);
  assert.equal(await now("off"), [1.75, -3.75]);
  assert.equal(await now("bias"), [2, -4]);
  training.dispose();
});

test.run();
