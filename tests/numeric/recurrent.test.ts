// Recurrent rows and steps that do not see what they must not, optimizers of kernel sets, and decay. Values, gradients and steps are in the conformance
// battery.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { opOf } from "../support/conformance/ops.js";
import { near } from "../support/numeric.js";

function random(name: string, shape: number[]): tf.Tensor {
  const numbers = sop.stream(5, "test", name);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => Math.round((2 * numbers.uniform() - 1) * 256) / 256), shape);
}

for (const op of ["lstm", "gru"] as const) {
  test(`${op}: a row does not see the rows beside it, nor a step what comes after it`, async () => {
    await sop.selectBackend("cpu");
    const gates = op === "lstm" ? 4 : 3;
    const weights = { kernel: random("k", [2, gates * 3]), recurrent: random("r", [3, gates * 3]), bias: random("b", [gates * 3]), recurrentBias: random("rb", [3]) };
    const x = random("batch", [4, 5, 2]);
    const run = (rows: tf.Tensor): tf.Tensor => opOf(op).run({ ...weights, x: rows }, { reverse: false } as never);
    const [together, alone] = [run(x), run(tf.slice(x, [1, 0, 0], [1, 3, 2]))];
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
