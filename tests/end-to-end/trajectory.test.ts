// With `mix: mean` the mean of a kernel set follows plain training: through a compiled and bundled program, optimizer by optimizer, over
// whole runs with convolution, batch norm, dropout, clipping, decay and a last batch that is not full.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { withProgram } from "../support/compiled.js";
import { readPlainTensors, tensorOf } from "../support/plain-tensors.js";
import { smallData, smallFiles } from "../support/small-data.js";
import { lossesIn } from "../support/metrics.js";

const optimizers = {
  descent: "sgd(lr: 0.05)",
  momentum: "sgd(lr: 0.02, momentum: 0.9)",
  nesterov: "sgd(lr: 0.02, momentum: 0.9, nesterov: true)",
  adam: "adam(lr: 3e-3)",
  adamw: "adamw(lr: warmup_cosine(peak: 5e-3, warmup: 10%), weight_decay: 0.1)",
  adagrad: "adagrad(lr: 0.03)",
  rmsprop: "rmsprop(lr: 2e-3, momentum: 0.5)",
  lion: "lion(lr: 1e-3, weight_decay: 0.1)",
  heun: "rk(lr: 0.05, order: 2)",
  kutta: "rk(lr: 0.1, order: 4, momentum: 0.5, precondition: true, adaptive: true)",
} as const;

const steps = 24;
const source = `import { conv_block } from "std/vision"

${smallData}
model Net {
  input  image: f32[64], words: i32[3] below 7
  a = image |> reshape([8, 8, 1]) |> conv_block(3) |> avg_pool(2) |> flatten |> dropout(0.1)
  b = words |> embedding(7, 3) |> flatten
  output k: f32[3] = concat(a, b) |> dense(8) |> tanh |> dense(3)
}

recipe all {
  loss   cross_entropy(k, kind)
  batch  16
  clip   norm 1.0
  steps  ${steps}
  seed   5
}

${Object.entries(optimizers)
  .map(([name, optimizer]) => `train ${name}_1: Net on rows { use all; optimizer ${optimizer} }
train ${name}_3: Net overparam(3, mix: mean, per: output, embeddings: true) on rows { use all; optimizer ${optimizer} }
train ${name}_4: Net overparam(4, mix: mean, init: centred(0.5), rate: mean) on rows { use all; optimizer ${optimizer} }
`)
  .join("")}`;

/** Largest difference of trained weights, relative to the largest of each tensor. Statistics are estimated otherwise for a fold. */
function distance(a: string, b: string): number {
  const [left, right] = [readPlainTensors(a), readPlainTensors(b)];
  let worst = 0;
  for (const [name, { values }] of Object.entries(left)) {
    if (/\.(mean|variance)$/.test(name)) continue;
    const scale = Math.max(...values.map(Math.abs));
    for (const [at, value] of values.entries()) worst = Math.max(worst, Math.abs(value - (tensorOf(right, name).values[at] ?? NaN)) / scale);
  }
  return worst;
}

test("the trajectory of the fold is that of plain training", () =>
  withProgram(source, smallFiles(90), async (program) => {
    const trained = await program.run("train", "--quiet");
    assert.is(trained.code, 0, trained.err);
    for (const name of Object.keys(optimizers)) {
      const file = (run: string): string => program.path(run, "model.safetensors");
      const plain = lossesIn(program.path(`${name}_1`, "metrics.jsonl"));
      assert.is(plain.length, steps);
      const [first = NaN] = plain;
      assert.ok(Math.min(...plain) < 0.9 * first, `${name} learns: ${plain.join(" ")}`);
      for (const k of [3, 4]) {
        for (const [step, loss] of lossesIn(program.path(`${name}_${k}`, "metrics.jsonl")).entries()) {
          assert.ok(Math.abs(loss - (plain[step] ?? NaN)) < 5e-6, `${name}, k = ${k}, step ${step + 1}: ${loss} and ${plain[step]}`);
        }
        const apart = distance(file(`${name}_1`), file(`${name}_${k}`));
        assert.ok(apart < 5e-6, `${name}, k = ${k}: weights differ by ${apart}`);
      }
    }
  }));

test.run();
