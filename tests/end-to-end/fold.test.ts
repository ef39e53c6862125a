// What ships is what was trained: through compiled programs, the folded model against steps with `mix: mean`, against the plain model
// of the same seed, and against the checkpoint that it was folded from.

import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluating, selectBackend, trainingMode } from "../../runtime/index.js";
import { named, runsOf, withProgram } from "../support/compiled.js";
import { sameBits, useCpu } from "../support/numeric.js";
import { readPlainTensors, tensorOf } from "../support/plain-tensors.js";
import { smallData, smallFiles } from "../support/small-data.js";
import { Stepping } from "../support/stepping.js";

const folder = mkdtempSync(join(tmpdir(), "sop-fold-"));
for (const [name, content] of Object.entries(smallFiles(90))) writeFileSync(join(folder, name), content);
test.after(() => rmSync(folder, { recursive: true, force: true }));
test.before(useCpu);

const model = `import { conv_block } from "std/vision"

${smallData}
model Net {
  input  image: f32[64], words: i32[3] below 7
  a = image |> reshape([8, 8, 1]) |> conv_block(4) |> max_pool(2) |> flatten |> dropout(0.2)
  b = words |> embedding(7, 3) |> flatten
  x = concat(a, b) |> dense(9, bias: false) |> batch_norm |> relu
  output k: f32[3] = x |> dense(3)
}

recipe all(rate: float = 1e-2) {
  loss       cross_entropy(k, kind)
  optimizer  adam(lr: rate)
  batch      16
  steps      12
  seed       3
}
`;

for (const backend of ["onnx", "cpu"]) test(`a step with \`mix: mean\` and the folded model are equal bit by bit, on ${backend}`, async () => {
  await selectBackend(backend);
  const sets = [[2, "kernel"], [3, "kernel"], [3, "output"], [4, "model"], [7, "output"]] as const;
  const source = model + sets.map(([k, per]) => `train k${k}_${per}: Net overparam(${k}, mix: mean, per: ${per}, embeddings: true) on rows { use all }\n`).join("");
  const runs = await runsOf(source);
  for (const [k, per] of sets) {
    const run = named(runs, `k${k}_${per}`);
    const stepping = await Stepping.over(run, folder);
    for (let step = 0; step < 6; step++) {
      const shipped = stepping.training.folded();
      let looked = 0;
      stepping.take((weights, input, mode) => {
        const what = `k = ${k} per ${per}, step ${step}`;
        for (const [path, tensor] of Object.entries(shipped)) sameBits(weights[path] ?? tf.scalar(NaN), tensor, `${what}: ${path}`);
        // With the batch's statistics and the step's dropout; then with stored statistics, as it ships.
        const silent = trainingMode(mode.seed, mode.numbers, () => undefined);
        for (const pass of [silent, evaluating]) {
          const [a, b] = [run.forward(weights, input, pass), run.forward(shipped, input, pass)];
          sameBits(a["k"] ?? tf.scalar(NaN), b["k"] ?? tf.scalar(NaN), `${what}: ${pass.kind}`);
        }
        looked++;
      });
      assert.is(looked, 1);
      tf.dispose(shipped);
    }
    assert.is(Object.values(run.weights).filter(({ set }) => set !== null).length, 4, "convolution, two dense layers, embedding");
  }
});

/**
 * Copies are W_i = fl(M + D_i), |fl(x) - x| <= u |x| with u = 2^-24; the D_i sum to 0 up to double precision; the fold multiplies by
 * fl(1/k) and rounds once. Together: |fold - M| <= u (mean |W_i| + 2 |M|), up to terms of u^2.
 */
function roundingBound(plain: ArrayLike<number>, copies: ArrayLike<number>, k: number, at: number): number {
  let sum = 0;
  for (let i = 0; i < k; i++) sum += Math.abs(copies[i * plain.length + at] ?? NaN);
  return 2 ** -24 * (sum / k + 2 * Math.abs(plain[at] ?? NaN)) * 1.001;
}

test("with `init: centred` the fold at step 0 is the plain model of the same seed", async () => {
  const variants = [[2, "0.1"], [3, "1"], [4, "0.1"], [8, "0.5"], [4, "0"]] as const;
  const source = `${model}train plain: Net on rows { use all }\n${variants.map(([k, spread], i) => `train v${i}: Net overparam(${k}, init: centred(${spread}), embeddings: true) on rows { use all }\n`).join("")}`;
  const runs = await runsOf(source);
  const plain = (await Stepping.over(named(runs, "plain"), folder)).training.folded();
  for (const [i, [k, spread]] of variants.entries()) {
    const { training } = await Stepping.over(named(runs, `v${i}`), folder);
    const fold = training.folded();
    const state = training.tensors();
    assert.equal(Object.keys(fold), Object.keys(plain));
    let sets = 0;
    for (const [path, tensor] of Object.entries(plain)) {
      const [expected, found, trained] = [tensor.dataSync(), (fold[path] ?? tf.scalar(NaN)).dataSync(), (state[`weights/${path}`] ?? tf.scalar(NaN)).dataSync()];
      assert.is(found.length, expected.length);
      if (trained.length === expected.length) {
        assert.equal(found, expected, path);
        continue;
      }
      sets++;
      assert.is(trained.length, k * expected.length);
      for (let at = 0; at < expected.length; at++) {
        const error = Math.abs((found[at] ?? NaN) - (expected[at] ?? NaN));
        assert.ok(error <= roundingBound(expected, trained, k, at), `k = ${k}, spread ${spread}, ${path}[${at}]: ${error}`);
      }
      const differ = trained.subarray(0, expected.length).some((value, at) => value !== trained[expected.length + at]);
      assert.is(differ, spread !== "0", "the copies themselves differ");
    }
    assert.is(sets, 4);
  }
});

test("so it is in the file that ships, and the file has the plain model's size, names and shapes", () => {
  // A rate too small to move any weight: what ships after a step is the fold of step 0.
  const runs = `train plain: Net on rows { use all(rate: 1e-30); steps 1 }
train four: Net overparam 4 on rows { use all(rate: 1e-30); steps 1 }
train eight: Net overparam(8, per: output, moments: copies, embeddings: true) on rows { use all(rate: 1e-30); steps 1 }
`;
  return withProgram(model + runs, smallFiles(90), async (program) => {
    const trained = await program.run("train");
    assert.is(trained.code, 0, trained.err);
    const plain = readPlainTensors(program.path("plain", "model.safetensors"));
    for (const run of ["four", "eight"]) {
      const fold = readPlainTensors(program.path(run, "model.safetensors"));
      assert.equal(Object.entries(fold).map(([name, { shape }]) => [name, shape]), Object.entries(plain).map(([name, { shape }]) => [name, shape]));
      assert.is(statSync(program.path(run, "model.safetensors")).size, statSync(program.path("plain", "model.safetensors")).size);
      for (const [name, { values }] of Object.entries(plain)) {
        if (/\.(mean|variance)$/.test(name)) continue;
        for (const [at, value] of values.entries()) {
          const error = Math.abs((tensorOf(fold, name).values[at] ?? NaN) - value);
          assert.ok(error <= 4 * 2 ** -24 * (Math.abs(value) + 0.5), `${run}: ${name}[${at}]: ${error}`);
        }
      }
    }
  });
});

test("the file that ships is the fold of the last checkpoint, bit by bit", () => {
  const runs = "train three: Net overparam(3, mix: uniform, per: output) on rows { use all; checkpoint every 5 steps }\n";
  return withProgram(model + runs, smallFiles(90), async (program) => {
    const trained = await program.run("train", "--backend", "cpu");
    assert.is(trained.code, 0, trained.err);
    const shipped = readPlainTensors(program.path("three", "model.safetensors"));
    const state = readPlainTensors(program.path("three", "checkpoints", "step-00000012.safetensors"));
    let sets = 0;
    for (const [name, { shape, values }] of Object.entries(shipped)) {
      if (/\.(mean|variance)$/.test(name)) continue;
      const copies = tensorOf(state, `weights/${name}`);
      if (copies.shape.length === shape.length) assert.equal(copies.values, values, name);
      else {
        // sum_i fl(1/3) W_i in the order of i, in double precision, rounded once.
        const share = Math.fround(1 / 3);
        const folded = values.map((_, at) => Math.fround([0, 1, 2].reduce((sum, i) => sum + share * (copies.values[i * values.length + at] ?? NaN), 0)));
        assert.equal(folded, values, name);
        sets++;
      }
    }
    assert.is(sets, 3);
  });
});

test.run();
