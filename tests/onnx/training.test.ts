// The backend `onnx` against `cpu`, by whole training runs: loss curves, bits between two runs (between counts of threads:
// `threads.test.ts`), memory over many steps. Relies on onnxruntime-node, which is an optional package: without it these tests fail and say
// so.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installOnnxBackend } from "../../runtime/backends/onnx/install.js";
import { selectBackend, type Run } from "../../runtime/index.js";
import { named, runsOf } from "../support/compiled.js";
import { digitsModels } from "../support/digits-models.js";
import { Stepping } from "../support/stepping.js";

const source = `${digitsModels}
recipe all {
  loss  cross_entropy(digit, label)
  batch 32
  steps 10_000
}

train mlp: Mlp on digits { use all; optimizer adam(lr: 1e-3) }
train mlp_clipped: Mlp on digits { use all; optimizer sgd(lr: 0.05, momentum: 0.9, nesterov: true); clip norm 0.5 }
train mlp_kernel_set: Mlp overparam(3, per: output) on digits { use all; optimizer adamw(lr: cosine(1e-3), weight_decay: 0.1) }
train cnn: Cnn on digits { use all; optimizer adam(lr: 1e-3) }
train cnn_kernel_set: Cnn overparam 4 on digits { use all; optimizer adam(lr: 1e-3) }
`;

const runs = await runsOf(source);

async function curve(run: Run, backend: string, steps: number): Promise<readonly number[]> {
  await selectBackend(backend);
  const stepping = await Stepping.over(run, ".");
  const losses = Array.from({ length: steps }, () => stepping.take());
  stepping.training.dispose();
  return losses;
}

for (const [name, tolerance] of [["mlp", 1e-5], ["mlp_clipped", 1e-5], ["mlp_kernel_set", 1e-5], ["cnn", 1e-5], ["cnn_kernel_set", 1e-5]] as const) {
  test(`${name}: 50 losses are those of cpu`, async () => {
    const run = named(runs, name);
    const [expected, found] = [await curve(run, "cpu", 50), await curve(run, "onnx", 50)];
    assert.ok((expected[49] ?? NaN) < (expected[0] ?? NaN), "it learns");
    const worst = Math.max(...expected.map((loss, step) => Math.abs(loss - (found[step] ?? NaN))));
    assert.ok(worst <= tolerance, `losses differ by up to ${worst}`);
  });
}

test("two runs give the same bits", async () => {
  assert.equal(await curve(named(runs, "cnn_kernel_set"), "onnx", 20), await curve(named(runs, "cnn_kernel_set"), "onnx", 20));
});

test("a training step falls back for nothing", async () => {
  const { backend } = installed();
  const before = [...backend.fallbacks.values()].reduce((sum, count) => sum + count, 0);
  await curve(named(runs, "cnn_kernel_set"), "onnx", 3);
  assert.is([...backend.fallbacks.values()].reduce((sum, count) => sum + count, 0), before, [...backend.fallbacks.keys()].join());
});

test("memory and sessions stay flat over 500 steps, the last batch of an epoch is smaller", async () => {
  await selectBackend("onnx");
  const { backend } = installed();
  const stepping = await Stepping.over(named(runs, "mlp_kernel_set"), ".");
  const start = backend.counts.built;
  const take = (steps: number): void => {
    for (let i = 0; i < steps; i++) stepping.take();
  };
  take(20);
  const [tensors, values, pooled, built] = [tf.memory().numTensors, backend.numDataIds(), backend.counts.pooledBytes, backend.counts.built];
  assert.ok(built - start <= 6, `${built - start} sessions`);
  take(500);
  assert.is(tf.memory().numTensors, tensors);
  assert.is(backend.numDataIds(), values);
  assert.is(backend.counts.built, built, "no session after the first epochs");
  assert.ok(backend.counts.pooledBytes <= pooled * 1.5 + 1e6, `${pooled} bytes pooled, then ${backend.counts.pooledBytes}`);
  stepping.training.dispose();
});

test("without reads, a step runs when the next begins", async () => {
  await selectBackend("onnx");
  const { backend } = installed();
  const stepping = await Stepping.over(named(runs, "mlp"), ".");
  const pending: number[] = [];
  const before = backend.counts.flushes;
  for (let i = 0; i < 6; i++) {
    const batch = stepping.batch();
    const descent = stepping.run.step(stepping.training, batch);
    tf.dispose([descent.loss, descent.gradientNorm, ...Object.values(descent.terms), ...Object.values(batch)]);
    pending.push(backend.counts.pending);
  }
  assert.is(backend.counts.flushes - before, 5);
  assert.ok(Math.max(...pending) < 2 * (pending[0] ?? 0), pending.join());
  stepping.training.dispose();
});

function installed(): Exclude<ReturnType<typeof installOnnxBackend>, { readonly missing: string }> {
  const found = installOnnxBackend({ roots: [import.meta.url] });
  if ("missing" in found) throw new Error(found.missing);
  return found;
}

test.run();
