// Steps of models of all convolutions, resize and pad, captured on the backend `onnx` and traced: the same bits. Relies on onnxruntime-node.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { withoutCapture } from "../../runtime/backends/capture.js";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { selectBackend, Training, type Run } from "../../runtime/index.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { named, runsOf } from "../support/compiled.js";

const source = `import { mobile_block, separable_conv } from "std/vision"

data digits = synthetic("digits", rows: 200, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

model Mobile {
  input  image: f32[28, 28, 1]
  x = image |> separable_conv(8, stride: 2) |> mobile_block(8, expand: 2) |> mobile_block(12, expand: 2, stride: 2)
  output digit: f32[10] = x |> global_avg_pool |> dense(10)
}

model Each {
  input  image: f32[28, 28, 1]
  rows = image |> reshape([28, 28]) |> conv1d(4, kernel: 3, groups: 4, dilation: 2) |> relu |> flatten
  x = image |> avg_pool(4) |> pad([1, 0]) |> depthwise_conv2d(3, multiplier: 4, dilation: 2) |> relu |> conv2d(4, kernel: 3, groups: 2)
  x = x |> conv2d_transpose(3, kernel: 3, stride: 2) |> resize(size: [9, 11], method: bilinear) |> resize(scale: 2) |> max_pool(3) |> flatten
  output digit: f32[10] = concat(rows, x) |> dense(10)
}

recipe all {
  loss   cross_entropy(digit, label)
  batch  16
  steps  30
  optimizer adam(lr: 1e-3)
}

train mobile: Mobile on digits { use all }
train each: Each overparam(3, per: output) on digits { use all }
`;

async function outcome(run: Run): Promise<{ readonly losses: readonly number[]; readonly state: Readonly<Record<string, Float32Array>>; readonly obstacle: string | null }> {
  const data = await loadDataset(run.dataset, ".");
  const { weights, optimizer, clip, l2, seed, batch } = run;
  const rows = data.splits.train;
  const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 30, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
  const stepper = new Stepper(run, training, data.columns, new DataOrder(rows, batch, seed));
  const losses: number[] = [];
  while (training.step < 30) losses.push(...(await stepper.take(30 - training.step)).map(({ loss }) => loss));
  const state = Object.fromEntries(Object.entries(training.tensors()).map(([name, each]) => [name, Float32Array.from(each.dataSync())]));
  stepper.forget();
  training.dispose();
  return { losses, state, obstacle: stepper.obstacle };
}

test.before(async () => {
  await selectBackend("onnx");
});

const runs = await runsOf(source);

for (const name of ["mobile", "each"]) {
  test(`${name}: captured and traced steps give the same bits`, async () => {
    const found = await outcome(named(runs, name));
    const expected = await withoutCapture(() => outcome(named(runs, name)));
    assert.is(found.obstacle, null);
    assert.equal(found.losses, expected.losses);
    assert.equal(found.state, expected.state);
    assert.ok((found.losses.at(-1) ?? NaN) < (found.losses[0] ?? NaN), found.losses.join(" "));
  });
}

test.run();
