// Recurrent models, frozen parts, decay by layer and the optimizers that go with them, from text to trained weights: the same losses on `cpu` and
// on `onnx`, where steps are captured and replayed.

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compiled, withProgram } from "../support/compiled.js";
import { readPlainTensors } from "../support/plain-tensors.js";
import { smallData, smallFiles } from "../support/small-data.js";
import { lossesIn } from "../support/metrics.js";

// Where programs find the engine of the backend `onnx`.
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

const source = `${smallData}
model Both(units: int = 5, k: int = 1) overparam k {
  input  image: f32[64], words: i32[3] below 7
  start = words |> embedding(7, 3) |> flatten |> dense(units) |> tanh
  x = image |> reshape([8, 8])
  forward = x |> lstm(units, initial: start)
  backward = forward |> gru(units, reverse: true, initial: start)
  output k: f32[3] = concat(forward, backward) |> flatten |> dense(3, l2: 1e-3)
}

/// Whatever stands in it stays as it begins, running statistics and all.
model Features {
  input  image: f32[64]
  output features = image |> dense(12) |> batch_norm |> relu |> dropout(0.5)
}

model Head {
  input  image: f32[64]
  scaled = image |> dense(64)
  features = scaled |> Features frozen
  output k: f32[3] = features |> dense(3)
}

recipe all(rate: float = 3e-3) {
  loss      cross_entropy(k, kind)
  metrics   accuracy(k, kind)
  optimizer adam(lr: rate)
  batch     16
  steps     30
  seed      3
}

train plain: Both on rows { use all; clip norm 5 }
train sets: Both(k: 3) on rows { use all; optimizer rmsprop(lr: 2e-3, momentum: 0.5); regularize l1 1e-4, l2 1e-4 }
train lion_run: Both(k: 2) on rows { use all; optimizer lion(lr: cosine(1e-3), weight_decay: 0.1) }
train adagrad_run: Both(k: 2) on rows { use all; optimizer adagrad(lr: 0.03) }
train head: Head on rows { use all }
train head_short: Head on rows { use all; steps 1 }
`;

const runs = ["plain", "sets", "lion_run", "adagrad_run", "head"];

test("recurrent runs learn, with the same losses on cpu and onnx; what is frozen stays as it is", async () => {
  const found: Record<string, Record<string, readonly number[]>> = {};
  for (const backend of ["cpu", "onnx"]) {
    await withProgram(source, smallFiles(90), async (program) => {
      symlinkSync(packages, join(program.folder, "node_modules"));
      const trained = await program.run("train", "--quiet", "--backend", backend);
      assert.is(trained.code, 0, trained.err);
      found[backend] = Object.fromEntries(runs.map((name) => [name, lossesIn(program.path(name, "metrics.jsonl"))]));
      const [after, before] = ["head", "head_short"].map((name) => readPlainTensors(program.path(name, "model.safetensors")));
      if (after === undefined || before === undefined) throw new Error("two models are read");
      for (const name of Object.keys(after)) {
        const isFrozen = name.startsWith("Features.");
        assert.is(JSON.stringify(after[name]?.values) === JSON.stringify(before[name]?.values), isFrozen, `${name}, ${backend}`);
      }
      assert.ok(Object.keys(after).includes("Features.batch_norm.mean"), Object.keys(after).join(" "));
      assert.ok(after["Features.batch_norm.mean"]?.values.every((value) => value === 0), "running statistics are those of the start");
    });
  }
  for (const name of runs) {
    const [cpu = [], onnx = []] = [found["cpu"]?.[name], found["onnx"]?.[name]];
    assert.is(cpu.length, 30, name);
    const [first = NaN] = cpu;
    assert.ok(Math.min(...cpu.slice(-6)) < 0.95 * first, `${name} learns: ${cpu.join(" ")}`);
    for (const [step, loss] of cpu.entries()) assert.ok(Math.abs(loss - (onnx[step] ?? NaN)) < 2e-4, `${name}, step ${step + 1}: ${loss} on cpu and ${onnx[step]} on onnx`);
  }
});

test("generated programs say what is frozen, decays on its own, and is regularized", async () => {
  const { typescript, ir } = await compiled(source);
  for (const part of ["sop.frozen(sop.kernel([64, 12]", "sop.evaluating", "sop.decayed(0.001, sop.kernel([80, 3]", "l1: 0.0001", "{ reverse: true }"]) assert.ok(typescript.includes(part), part);
  assert.not.ok(typescript.includes("sop.dropout("));
  assert.match(ir, /weight "Features\.dense\.kernel" kernel f32\[64, 12\] .* untrained/);
  assert.match(ir, /weight "dense_2\.kernel" kernel .* trained l2\(0\.001\)/);
});

test.run();
