// Runs with random changes to their rows: the same bytes in one go or killed and resumed; evaluation and batch-norm statistics see plain rows.

import { readFileSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withProgram } from "../support/compiled.js";
import { bytes, killedAgainAndAgain, record, same } from "../support/killed-runs.js";

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

const program = (augment: string, run: string): string => `data rows = synthetic("digits", rows: 165, seed: 2) {
  fields  image: f32[28, 28, 1], label: class[10]
  scale   image by 1/255
  ${augment}
  split   train 70%, valid 15%, test 15%
}

model Net {
  input  image: f32[28, 28, 1]
  x = image |> conv2d(4, kernel: 3, stride: 2) overparam 2 |> batch_norm |> relu |> max_pool(2)
  output digit: f32[10] = x |> flatten |> dense(10)
}

train net: Net on rows {
  loss       cross_entropy(digit, label)
  metrics    accuracy(digit, label)
  batch      16
  seed       3
  checkpoint every 3 steps
${run}}
`;

const training = program("augment image flip horizontal, crop 28 pad 3, cutout 5, noise 0.1", "  optimizer  adamw(lr: 1e-2)\n  evaluate   every 9 steps\n  epochs     6\n");

for (const backend of ["cpu", "onnx"]) {
  test(`on ${backend} a run that is killed and resumed gives the same bytes`, () =>
    withProgram(training, {}, async (placed) => {
      symlinkSync(packages, placed.path("..", "node_modules"));
      for (const runs of ["whole", "again"]) {
        const ended = await placed.run("train", "--quiet", "--backend", backend, "--runs-dir", runs);
        assert.is(ended.code, 0, ended.err);
      }
      same(placed, "again", "net", "again");
      const resumed = await killedAgainAndAgain(placed, backend, "killed", "net", 2);
      assert.ok(resumed.length > 0, "it was killed under way");
      same(placed, "killed", "net", `killed and resumed from ${resumed.join(", ")}`);
    }));
}

test("evaluation and batch-norm statistics see rows as they are", async () => {
  // The rate moves no weight but those that are 0, and these to the same for any number: all that could differ is what the rows are.
  const still = "  optimizer  sgd(lr: 1e-30)\n  steps      4\n";
  const found: { readonly model: Float32Array; readonly results: unknown; readonly losses: unknown }[] = [];
  for (const augment of ["// as they are", "augment image noise 50"]) {
    await withProgram(program(augment, still), {}, async (placed) => {
      symlinkSync(packages, placed.path("..", "node_modules"));
      const ended = await placed.run("train", "--quiet", "--runs-dir", "whole");
      assert.is(ended.code, 0, ended.err);
      const file = bytes(placed, "whole", "net");
      const numbers = new Float32Array(Uint8Array.from(file.subarray(8 + Number(file.readBigUInt64LE(0)))).buffer);
      found.push({ model: numbers, results: record(placed, "whole", "net")["results"], losses: log(placed.path("..", "whole", "net", "metrics.jsonl")) });
    });
  }
  const [plain, noisy] = found;
  if (plain === undefined || noisy === undefined) throw new Error("two runs");
  assert.is(noisy.model.length, plain.model.length);
  assert.ok(plain.model.every((value, index) => Math.abs(value - (noisy.model[index] ?? NaN)) < 1e-20), "the folded model, its statistics included");
  assert.equal(noisy.results, plain.results);
  assert.not.equal(noisy.losses, plain.losses);
});

/** The losses of the steps. */
function log(path: string): readonly unknown[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line).loss);
}

test.run();
