// Every option of `overparam`, each with each: 324 runs of one program compile, take two finite steps and fold.

import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset, type LoadedDataset } from "../../runtime/data/load.js";
import { named, runsOf } from "../support/compiled.js";
import { useCpu } from "../support/numeric.js";
import { smallData, smallFiles } from "../support/small-data.js";
import { Stepping } from "../support/stepping.js";

const folder = mkdtempSync(join(tmpdir(), "sop-options-"));
for (const [name, content] of Object.entries(smallFiles(30))) writeFileSync(join(folder, name), content);
test.after(() => rmSync(folder, { recursive: true, force: true }));
test.before(useCpu);

const options = {
  mix: ["dirichlet(0.5)", "uniform", "mean"],
  per: ["kernel", "output", "model"],
  init: ["centred(0.1)", "scaled", "independent"],
  rate: ["mixture", "mean", "unscaled"],
  moments: ["shared", "copies"],
  anneal: ["0", "50%"],
};
// Their number has no factor in common with those of the values, so that each meets each combination of some options.
const optimizers = ["sgd(lr: 0.1)", "sgd(lr: 0.1, momentum: 0.9)", "sgd(lr: 0.1, momentum: 0.9, nesterov: true)", "adam(lr: 1e-2)", "adamw(lr: 1e-2, weight_decay: 0.1)", "adagrad(lr: 0.1)", "rmsprop(lr: 1e-2)", "rmsprop(lr: 1e-2, momentum: 0.9)", "lion(lr: 1e-2)", "lion(lr: 1e-2, weight_decay: 0.1)", "adamw(lr: 1e-2, decay: all)", "rk(lr: 0.1, order: 3)", "rk(lr: 0.1, order: 4, momentum: 0.9, precondition: true, adaptive: true)"];

/** All ways to choose one value per option, as the words of an annotation. */
const all = Object.entries(options).reduce<readonly string[]>((sofar, [name, values]) => sofar.flatMap((one) => values.map((value) => `${one}, ${name}: ${value}`)), ["overparam(3"]).map((one) => `${one}, embeddings: true)`);

const source = `${smallData}
model Net {
  input  words: i32[3] below 7
  output k: f32[3] = words |> embedding(7, 4) |> flatten |> batch_norm |> dense(3)
}

recipe all {
  loss  cross_entropy(k, kind)
  batch 16
  steps 2
}

${all.map((annotation, i) => `train run_${i}: Net ${annotation} on rows { use all; optimizer ${optimizers[i % optimizers.length] ?? ""} }`).join("\n")}
`;

test("every combination of options compiles and takes two finite steps", async () => {
  assert.is(all.length, 3 * 3 * 3 * 3 * 2 * 2);
  const runs = await runsOf(source);
  const started = new Set<string>();
  let data: LoadedDataset | null = null;
  for (const [i, annotation] of all.entries()) {
    const run = named(runs, `run_${i}`);
    const sets = Object.entries(run.weights).flatMap(([path, { set }]) => (set === null ? [] : [path]));
    assert.equal(sets, ["embedding.table", "dense.kernel"], annotation);
    const before = tf.memory().numTensors;
    const stepping = new Stepping(run, (data ??= await loadDataset(run.dataset, folder)));
    const finite = (tensors: Readonly<Record<string, tf.Tensor>>, what: string): void => {
      for (const [path, tensor] of Object.entries(tensors)) assert.ok(tensor.dataSync().every(Number.isFinite), `${annotation}: ${what} ${path}`);
    };
    const numbers = (): string => JSON.stringify(Object.values(stepping.training.tensors()).map((tensor) => [...tensor.dataSync()]));
    const first = numbers();
    for (let step = 0; step < 2; step++) assert.ok(Number.isFinite(stepping.take()), annotation);
    finite(stepping.training.tensors(), "state");
    const folded = stepping.training.folded();
    finite(folded, "folded");
    const second = numbers();
    assert.is.not(first, second, `${annotation}: the weights move`);
    started.add(second);
    tf.dispose(folded);
    stepping.training.dispose();
    assert.is(tf.memory().numTensors, before, annotation);
  }
  // `per: model` and `per: kernel` draw apart, each rate moves by its own length, and so on: no option is without effect where it has one.
  assert.ok(started.size > all.length / 2, `${started.size} different results`);
});

test.run();
