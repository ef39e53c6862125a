// `ema`: what ships is the moving average of the weights, by hand in double precision; training is the same as without it; the state goes on
// with the same bits; evaluation, the best checkpoint and the result of a run are the average's, with statistics of its own.

import { readFileSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withoutCapture } from "../../runtime/backends/capture.js";
import { selectBackend } from "../../runtime/index.js";
import { averageDecay } from "../../runtime/training/average.js";
import { needsRecalibration } from "../../runtime/training/recalibrate.js";
import { named, runsOf, withProgram } from "../support/compiled.js";
import { digitsModels } from "../support/digits-models.js";
import { readPlainTensors, tensorOf } from "../support/plain-tensors.js";
import { take } from "../support/taking.js";

const steps = 12;
const source = `${digitsModels}
recipe all {
  loss      cross_entropy(digit, label)
  optimizer adam(lr: 1e-2)
  batch     32
  steps     ${steps}
}

train plain: Mlp on digits { use all; ema 0.6 }
train without: Mlp on digits { use all }
train set: Mlp overparam(3, per: output) on digits { use all; ema 0.6 }
train set_without: Mlp overparam(3, per: output) on digits { use all }
train cnn: Cnn overparam 2 on digits { use all; batch 12; accumulate 3; ema 99%; optimizer sgd(lr: 0.1, momentum: 0.9) }
train cnn_plain: Cnn on digits { use all; ema 0.9 }
train best: Cnn on digits { use all; ema 0.8; evaluate every 3 steps; checkpoint best valid.loss }
`;
const runs = await runsOf(source);

test("the share that stays grows to what is asked, as TensorFlow's does", () => {
  assert.equal([0, 1, 8, 90, 10_000].map((n) => averageDecay(0.9, n)), [1 / 10, 2 / 11, 9 / 18, 0.9, 0.9]);
});

for (const backend of ["cpu", "onnx"]) {
  for (const name of ["plain", "set"]) {
    test(`${name} on ${backend}: what ships is the average of what would have shipped after each step`, async () => {
      await selectBackend(backend);
      const without = named(runs, name === "plain" ? "without" : "set_without");
      let last = await take(without, 0);
      const averages = Object.fromEntries(Object.entries(last.folded).map(([path, values]) => [path, Float64Array.from(values)]));
      for (let n = 1; n <= steps; n++) {
        last = await take(without, n, { step: n - 1, state: last.state });
        const { folded } = last;
        const decay = Math.min(0.6, (1 + n) / (10 + n));
        for (const [path, average] of Object.entries(averages)) for (const [i, value] of average.entries()) average[i] = decay * value + (1 - decay) * (folded[path]?.[i] ?? NaN);
      }
      const found = await take(named(runs, name), steps);
      assert.is(found.obstacle, null);
      for (const [path, average] of Object.entries(averages)) for (const [i, value] of average.entries()) assert.ok(Math.abs(value - (found.folded[path]?.[i] ?? NaN)) < 2e-6, `${path}: ${found.folded[path]?.[i]}, expected ${value}`);
      const expected = await take(without, steps);
      assert.equal(found.taken, expected.taken);
      for (const [key, values] of Object.entries(expected.state)) assert.equal(found.state[key], values, `training is the same: ${key}`);
    });
  }
}

for (const name of ["plain", "set", "cnn", "cnn_plain"]) {
  test(`${name}: captured and traced give the same bits, and so does a resumed run`, async () => {
    await selectBackend("onnx");
    const run = named(runs, name);
    const found = await take(run, steps);
    assert.is(found.obstacle, null);
    assert.equal(await withoutCapture(() => take(run, steps)), found);
    const half = await take(run, 5);
    const { state, folded } = await take(run, steps, { step: 5, state: half.state });
    assert.equal([state, folded], [found.state, found.folded]);
  });
}

test("before the first step the average is the initial weights, and in a short run they leave no trace", async () => {
  await selectBackend("cpu");
  assert.equal((await take(named(runs, "set"), 0)).folded, (await take(named(runs, "set_without"), 0)).folded);
  // Of initial weights the share that is left is the product of all decays.
  const left = Array.from({ length: 40 }, (_, i) => averageDecay(0.999, i + 1)).reduce((product, decay) => product * decay, 1);
  assert.ok(left < 1e-6, String(left));
});

test("statistics are estimated for the average", () => {
  assert.ok(needsRecalibration(named(runs, "cnn_plain")));
  const { ema, ...rest } = named(runs, "cnn_plain");
  assert.is(ema, 0.9);
  assert.not.ok(needsRecalibration(rest));
  assert.not.ok(needsRecalibration(named(runs, "plain")), "where there are none");
});

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

test("the run's result and the best checkpoint are the average", () =>
  withProgram(source, {}, async (program) => {
    symlinkSync(packages, program.path("..", "node_modules"));
    await selectBackend("onnx");
    const trained = await program.run("train", "plain", "best", "--quiet", "--backend", "onnx");
    assert.is(trained.code, 0, trained.err);
    const result = readPlainTensors(program.path("plain", "model.safetensors"));
    const { folded } = await take(named(runs, "plain"), steps);
    for (const [path, values] of Object.entries(folded)) assert.equal(Float32Array.from(tensorOf(result, path).values), values, path);

    const record: { readonly modelStep: number; readonly results: Readonly<Record<string, number>> } = JSON.parse(readFileSync(program.path("best", "run.json"), "utf8"));
    const losses = readFileSync(program.path("best", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line): Readonly<Record<string, number>> => JSON.parse(line))
      .flatMap(({ step = NaN, "valid.loss": loss }) => (loss === undefined ? [] : [{ step, loss }]));
    assert.equal(losses.map(({ step }) => step), [3, 6, 9, 12]);
    const best = Math.min(...losses.map(({ loss }) => loss));
    assert.is(record.modelStep, losses.find(({ loss }) => loss === best)?.step);
    assert.is(record.results["valid.loss"], best, "what was evaluated then is what ships, statistics and all");
    const best12 = await take(named(runs, "best"), record.modelStep);
    const shipped = readPlainTensors(program.path("best", "model.safetensors"));
    for (const [path, values] of Object.entries(best12.folded)) {
      if (!/\.(mean|variance)$/.test(path)) assert.equal(Float32Array.from(tensorOf(shipped, path).values), values, path);
      else assert.not.equal(Float32Array.from(tensorOf(shipped, path).values), values, path);
    }
    const evaluated = await program.run("eval", "best", "--split", "valid", "--backend", "onnx");
    assert.is(evaluated.code, 0, evaluated.err);
  }));

test.run();
