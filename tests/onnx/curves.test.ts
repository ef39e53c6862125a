// Whole training runs of models written by hand in TensorFlow.js, on the backend `onnx` against `cpu`: 50 losses within 1e-5, the same bits
// when run again, when the step is captured, and on one thread and two. Small sizes, because `cpu` is slow. Relies on onnxruntime-node, an optional package: without
// it these tests fail.

import { dispose } from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CapturedTraining, numbersOf } from "../../bench/models/captured.js";
import { cnn } from "../../bench/models/cnn.js";
import { lstm } from "../../bench/models/lstm.js";
import { mlp } from "../../bench/models/mlp.js";
import type { HandModel, Named } from "../../bench/models/model.js";
import { adam, sgd, type HandOptimizer } from "../../bench/models/optimizers.js";
import { resnet8 } from "../../bench/models/resnet.js";
import { HandTraining } from "../../bench/models/training.js";
import { transformer } from "../../bench/models/transformer.js";
import { selectBackend } from "../../runtime/index.js";

const steps = 50;
const tolerance = 1e-5;

/** The losses of `step` on a batch of its own each time. */
async function losses(model: HandModel, step: (batch: Named) => Promise<number>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const batch = model.inputs(i);
    found.push(await step(batch));
    dispose(Object.values(batch));
  }
  return found;
}

async function traced(model: HandModel, optimizer: HandOptimizer, backend: string): Promise<readonly number[]> {
  await selectBackend(backend);
  const training = new HandTraining(model, optimizer);
  const found = await losses(model, (batch) => training.step(batch));
  training.dispose();
  return found;
}

async function captured(model: HandModel, optimizer: HandOptimizer): Promise<readonly number[]> {
  const training = new CapturedTraining(model, optimizer);
  const found = await losses(model, async (batch) => training.step(await numbersOf(batch)));
  training.dispose();
  return found;
}

const models: readonly (readonly [string, HandModel, HandOptimizer])[] = [
  ["MLP, Adam", mlp({ batch: 32, sizes: [784, 64, 64, 10] }), adam(1e-3)],
  ["MLP, SGD with momentum", mlp({ batch: 32, sizes: [784, 64, 64, 10] }), sgd(0.01, 0.9)],
  ["CNN with batch norm and dropout", cnn({ batch: 16, side: 12, channels: 1, widths: [4, 8], classes: 10, dropout: 0.2 }), adam(1e-3)],
  ["resnet8", resnet8({ batch: 16, side: 12, width: 4, classes: 10 }), adam(5e-3)],
  ["Transformer with embedding", transformer({ batch: 4, blocks: 2, width: 32, heads: 4, length: 16, vocabulary: 32 }), adam(1e-3)],
  ["LSTM", lstm({ batch: 16, length: 16, features: 8, width: 32, classes: 10 }), adam(1e-3)],
];

for (const [name, model, optimizer] of models) {
  test(`${name}: ${steps} losses are those of cpu, traced and captured, on one thread and two, with the same bits`, async () => {
    const [expected, found] = [await traced(model, optimizer, "cpu"), await traced(model, optimizer, "onnx")];
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(mean(expected.slice(-10)) < 0.9 * mean(expected.slice(0, 10)), `it learns: ${expected.join()}`);
    const worst = Math.max(...expected.map((loss, step) => Math.abs(loss - (found[step] ?? NaN))));
    assert.ok(worst <= tolerance, `losses differ by up to ${worst}`);
    assert.equal(await traced(model, optimizer, "onnx"), found, "the same again");
    assert.equal(await captured(model, optimizer), found, "captured");
    for (const threads of [1, 2]) {
      await selectBackend("onnx", { device: null, threads });
      assert.equal(await captured(model, optimizer), found, `${threads} threads`);
    }
  });
}

test.run();
