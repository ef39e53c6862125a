// When numbers go wrong a run says where; while they do not, it holds as many tensors as at its start. Through compiled programs.

import * as tf from "@tensorflow/tfjs-core";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { evaluate } from "../../runtime/training/evaluate.js";
import { recalibrate } from "../../runtime/training/recalibrate.js";
import { named, runsOf, withProgram } from "../support/compiled.js";
import { useCpu } from "../support/numeric.js";
import { smallData, smallFiles } from "../support/small-data.js";
import { Stepping } from "../support/stepping.js";

test.before(useCpu);

const faulty = `${smallData}
block squared(x: f32[n]) -> f32[n] {
  return x * x                                                          // here it overflows
}

model Overflows overparam 4 {
  input  image: f32[64]
  x = image |> dense(8) |> relu
  y = x * 1e30
  z = y |> squared
  output k: f32[3] = z |> dense(3)
}

model Diverges overparam 4 {
  input  image: f32[64]
  x = image |> dense(8, bias: false) |> batch_norm |> relu
  output k: f32[3] = x
    |> dropout(0.1)
    |> dense(3)                                                         // here it diverges
}

recipe all {
  loss      cross_entropy(k, kind)
  optimizer sgd(lr: 1e36)
  batch     16
  steps     20
}

train overflows: Overflows on rows { use all }
train diverges: Diverges on rows { use all }
`;
const lineOf = (words: string): number => faulty.split("\n").findIndex((line) => line.includes(words)) + 1;

test("a loss that is not a number stops the run and names step, layer and line", () =>
  withProgram(faulty, smallFiles(60), async (program) => {
    const expected = [
      // The line of the block's body, or that of the call: either leads there.
      ["overflows", "mul", [lineOf("here it overflows"), lineOf("y |> squared")], /^1$/],
      ["diverges", "dense_2", [lineOf("here it diverges")], /^[2-9]$/],
    ] as const;
    for (const [run, layer, lines, steps] of expected) {
      const ended = await program.run("train", run, "--quiet");
      assert.is(ended.code, 1, ended.err);
      const [, step = "", name = "", line = ""] = /^error: The loss is (?:not a number|infinite) at step (\d+) of `\w+`: the first result that is not finite is that of `([\w.]+)` \(model\.sop:(\d+)\)\.$/m.exec(ended.err) ?? [];
      assert.match(step, steps, ended.err);
      assert.ok(name === layer || name.endsWith(`.${layer}`), ended.err);
      assert.ok(lines.includes(Number(line)), `${ended.err} expected one of the lines ${lines.join(", ")}`);
      assert.match(ended.err, /^help: Lower the learning rate/m);
      assert.not.match(ended.err, /^ +at /m);
      assert.not(existsSync(program.path(run, "model.safetensors")));
      const record: Record<string, unknown> = JSON.parse(readFileSync(program.path(run, "run.json"), "utf8"));
      assert.is(record["status"], "failed");
    }
  }));

test("the count of tensors is the same after each step, evaluation and fold", async () => {
  const source = `import { conv_block } from "std/vision"

${smallData}
model Net overparam(4, per: output, anneal: 20%, embeddings: true) {
  input  image: f32[64], words: i32[3] below 7
  a = image |> reshape([8, 8, 1]) |> conv_block(3) |> max_pool(2) |> flatten |> dropout(0.1)
  b = words |> embedding(7, 3) |> flatten
  output k: f32[3] = concat(a, b) |> dense(3)
}

train flat: Net on rows {
  loss      cross_entropy(k, kind)
  metrics   accuracy(k, kind)
  optimizer adamw(lr: 1e-2)
  batch     16
  clip      norm 1.0
  epochs    10
}
`;
  const folder = mkdtempSync(join(tmpdir(), "sop-flat-"));
  try {
    for (const [name, content] of Object.entries(smallFiles(90))) writeFileSync(join(folder, name), content);
    const run = named(await runsOf(source), "flat");
    const before = tf.memory().numTensors;
    const stepping = await Stepping.over(run, folder);
    assert.ok(stepping.data.splits.train.length % 16 > 0, "the last batch of an epoch is not full");
    const counts = new Set<string>();
    for (let step = 0; step < 40; step++) {
      stepping.take();
      if (step % 4 === 3) {
        const model = stepping.training.folded();
        await recalibrate(run, model, stepping.data);
        await evaluate(run, model, stepping.data, "valid");
        tf.dispose(model);
      }
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      counts.add(`${numTensors} tensors, ${numDataBuffers} buffers, ${numBytes} bytes`);
    }
    assert.is(counts.size, 1, [...counts].join("; "));
    stepping.training.dispose();
    assert.is(tf.memory().numTensors, before);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
