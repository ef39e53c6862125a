// Steps that are taken before the numbers of the first are read: the same numbers, bit by bit, and a step that is not finite is the last.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { setStepsAhead } from "../../runtime/backends/ahead.js";
import { selectBackend } from "../../runtime/index.js";
import { DataOrder } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { divisionOf, type Run } from "../../runtime/program/run.js";
import { Stepper, type StepTaken } from "../../runtime/training/stepper.js";
import { Training } from "../../runtime/training/training.js";
import { named, runsOf } from "../support/compiled.js";
import { digitsModels } from "../support/digits-models.js";

const steps = 11;
const optimizers = { adam: "adamw(lr: 1e-2)", sgd: "sgd(lr: 0.1, momentum: 0.9)", rk: "rk(lr: 0.2, order: 2, momentum: 0.5)", lion: "lion(lr: 1e-3)" };
const runs = await runsOf(`${digitsModels}
recipe all {
  loss   cross_entropy(digit, label)
  batch  36
  steps  ${steps}
  seed   4
}
${Object.entries(optimizers).map(([name, optimizer]) => `train ${name}: Cnn overparam 2 on digits { use all; optimizer ${optimizer}; clip norm 1.0; ema 0.9 }`).join("\n")}
train wild: Mlp on digits { use all; optimizer sgd(lr: warmup_cosine(peak: 1e30, warmup: 6 steps)) }
`);

interface Taken {
  readonly taken: readonly StepTaken[];
  readonly state: Readonly<Record<string, ArrayLike<number>>>;
  readonly step: number;
  readonly tensors: number;
}

/** All steps, `ahead` at a time, or up to one that is not finite. */
async function take(run: Run, ahead: number): Promise<Taken> {
  await selectBackend("cpu");
  setStepsAhead(ahead);
  try {
    const { columns, splits } = await loadDataset(run.dataset, ".");
    const training = new Training({ ...run, totalSteps: steps, stepsPerEpoch: 6 });
    const stepper = new Stepper(run, training, columns, new DataOrder(splits.train, run.batch, run.seed, divisionOf(run)));
    const before = tf.memory().numTensors;
    const taken: StepTaken[] = [];
    while (training.step < steps && taken.every(({ loss, gradientNorm }) => Number.isFinite(loss) && Number.isFinite(gradientNorm))) taken.push(...(await stepper.take(steps - training.step)));
    const tensors = tf.memory().numTensors - before;
    const state = Object.fromEntries(await Promise.all(Object.entries(training.tensors()).map(async ([name, tensor]) => [name, Array.from(await tensor.data())] as const)));
    const { step } = training;
    stepper.forget();
    training.dispose();
    return { taken, state, step, tensors };
  } finally {
    setStepsAhead(1);
  }
}

for (const name of [...Object.keys(optimizers), "wild"]) {
  test(`${name}: steps ahead of their numbers are the same steps`, async () => {
    const run = named(runs, name);
    const [expected, found] = [await take(run, 1), await take(run, 4)];
    const last = expected.taken.at(-1);
    if (name === "wild") assert.ok(expected.step > 1 && expected.step < steps && !Number.isFinite(last?.gradientNorm), `it breaks in the middle, at step ${expected.step}`);
    else assert.is(expected.taken.length, steps);
    assert.equal(found, expected);
  });
}

test.run();
