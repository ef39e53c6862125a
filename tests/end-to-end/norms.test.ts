// Norms, class tokens, products of activations, a variational autoencoder and a model of pairs, from text to trained weights: the same losses on
// `cpu` and on `onnx`, where steps and evaluations are captured and replayed; predictions that do not see their neighbors.

import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { captureOfBackend } from "../../runtime/backends/capture.js";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { evaluating, selectBackend, Training, type Run } from "../../runtime/index.js";
import { evaluate, inputsOf } from "../../runtime/training/evaluate.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { compiled, named, runsOf } from "../support/compiled.js";
import { smallData, smallFiles } from "../support/small-data.js";
import { Stepping } from "../support/stepping.js";

const folder = mkdtempSync(join(tmpdir(), "sop-norms-"));
for (const [name, content] of Object.entries(smallFiles(90))) writeFileSync(join(folder, name), content);
test.after(() => rmSync(folder, { recursive: true, force: true }));

const source = `${smallData}
/// A class token before the rows of the image, mixed by products of activations, under each of the norms.
model Token(d: int = 8) {
  input  image: f32[64], words: i32[3] below 7
  x = image |> reshape([8, 8]) |> dense(d)
  x = concat(learned([1, d], init: normal(0.02)), x, axis: 0)
  x = x + (x |> layer_norm |> dense(d) |> gelu)
  mixed = matmul(x, x |> transpose) / sqrt(d) |> softmax
  x = x + matmul(mixed, x |> rms_norm) + matmul(learned([9, 9]), x)
  y = image |> reshape([8, 8, 1]) |> conv2d(d, kernel: 3, stride: 2, bias: false) |> group_norm(group_size: 4) |> relu |> global_avg_pool
  z = learned([d, 6]) |> dense(4) |> transpose |> slice(-2, 2) |> mean(axis: -1)
  w = words |> embedding(7, d) |> last |> l2_normalize
  output k: f32[3] = concat(x |> first, y, w * learned([1], init: ones), z) |> group_norm(groups: 2) |> dense(3)
}

model Vae(latent: int = 4) {
  input  image: f32[64]
  h = image |> dense(24) |> relu
  output mean: f32[latent] = h |> dense(latent)
  output log_variance: f32[latent] = h |> dense(latent)
  z = mean + exp(0.5 * log_variance) * noise(mean)
  output drawn: f32[64] = z |> dense(24) |> relu |> dense(64)
}

model Pairs(d: int = 6) {
  input  image: f32[64], words: i32[3] below 7
  output seen: f32[d] = image |> dense(d) |> l2_normalize
  output told: f32[d] = words |> embedding(7, d) |> flatten |> dense(d) |> l2_normalize
}

recipe all {
  optimizer adam(lr: 5e-3)
  batch     16
  steps     40
  seed      3
}

train token: Token overparam 2 on rows {
  use     all
  loss    cross_entropy(k, kind)
  metrics accuracy(k, kind)
}
train vae: Vae on rows {
  use  all
  loss mse(drawn, image) * 64 + 0.5 * kl_normal(mean, log_variance)
}
train pairs: Pairs on rows {
  use     all
  loss    contrastive(seen, told, temperature: 0.1)
  metrics recall(seen, told, k: 3)
}
`;

const runs = await runsOf(source);
const names = ["token", "vae", "pairs"] as const;

async function curve(run: Run, steps: number): Promise<readonly number[]> {
  const stepping = await Stepping.over(run, folder);
  const losses = Array.from({ length: steps }, () => stepping.take());
  stepping.training.dispose();
  return losses;
}

for (const name of names) {
  test(`${name} learns, with the same losses on cpu and onnx`, async () => {
    const run = named(runs, name);
    await selectBackend("cpu");
    const cpu = await curve(run, 40);
    await selectBackend("onnx");
    const onnx = await curve(run, 40);
    const mean = (losses: readonly number[]): number => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    assert.ok(mean(cpu.slice(-5)) < 0.95 * mean(cpu.slice(0, 5)), cpu.join(" "));
    for (const [step, loss] of cpu.entries()) assert.ok(Math.abs(loss - (onnx[step] ?? NaN)) < 2e-4 * Math.max(1, loss), `step ${step + 1}: ${loss} on cpu, ${onnx[step]} on onnx`);
  });

  test(`${name} is captured, and replays give the losses and metrics of cpu`, async () => {
    const run = named(runs, name);
    const outcome = async (): Promise<readonly number[]> => {
      const data = await loadDataset(run.dataset, folder);
      const { weights, optimizer, clip, l2, seed, batch } = run;
      const rows = data.splits.train;
      const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 40, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
      const stepper = new Stepper(run, training, data.columns, new DataOrder(rows, batch, seed));
      while (training.step < 12) await stepper.take(12 - training.step);
      assert.is(stepper.obstacle, null);
      const model = training.folded();
      const { values } = await evaluate(run, model, data, "valid");
      tf.dispose(model);
      training.dispose();
      return Object.values(values);
    };
    await selectBackend("onnx");
    assert.ok(captureOfBackend() !== null);
    const replayed = await outcome();
    await selectBackend("cpu");
    for (const [i, value] of (await outcome()).entries()) assert.ok(Math.abs(value - (replayed[i] ?? NaN)) < 2e-4 * Math.max(1, value), `${value} on cpu, ${replayed[i]} on onnx`);
  });

  test(`a prediction of ${name} does not depend on its neighbors`, async () => {
    const run = named(runs, name);
    for (const backend of ["cpu", "onnx"]) {
      await selectBackend(backend);
      const stepping = await Stepping.over(run, folder);
      stepping.take();
      const model = stepping.training.folded();
      const input = inputsOf(run, stepping.batch());
      const together = run.forward(model, input, evaluating);
      const alone = run.forward(model, Object.fromEntries(Object.entries(input).map(([key, rows]) => [key, tf.slice(rows, [5], [1])])), evaluating);
      for (const [output, rows] of Object.entries(together)) {
        const [expected, found] = [await tf.slice(rows, [5], [1]).data(), (await alone[output]?.data()) ?? []];
        assert.is(found.length, expected.length, output);
        for (const [i, x] of expected.entries()) assert.ok(Math.abs(x - (found[i] ?? NaN)) < 1e-5, `${output}, ${backend}`);
      }
      stepping.training.dispose();
    }
  });
}

test("what is the same for each example gets a batch of one where the runtime wants a batch", async () => {
  const { typescript } = await compiled(source);
  assert.match(typescript, /sop\.withoutBatch\(\s*sop\.transpose\(\s*sop\.withBatch\(/);
  assert.match(typescript, /sop\.perExample\(/);
});

test.run();
