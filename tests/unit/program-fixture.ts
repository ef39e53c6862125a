// A program as the compiler would write it: an MLP of kernel sets with batch norm and dropout on synthetic digits. Tests start it
// as a process of its own. The variable FIXTURE changes it: `plain` has no kernel sets, `diverging` a rate that is far too large,
// `stopping` early stopping and the best checkpoint, `other` other training clauses.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as sop from "../../runtime/index.js";

const variant = process.env["FIXTURE"] ?? "";

const digits = sop.dataset({
  name: "digits",
  source: sop.synthetic({ generator: "digits", rows: 500, seed: 0 }),
  fields: {
    image: sop.field({ dtype: "f32", shape: [28, 28, 1] }),
    label: sop.field({ dtype: "class", shape: [], below: 10 }),
  },
  transforms: [sop.scale(["image"], 1 / 255)],
  split: { train: 0.8, valid: 0.1, test: 0.1, order: "shuffled" },
});

const set = (kernel: ReturnType<typeof sop.kernel>): ReturnType<typeof sop.kernel> =>
  variant === "plain" ? kernel : sop.kernelSet(4, kernel, { mix: sop.dirichlet(1), per: "kernel", init: sop.centred(0.1), rate: "mixture", moments: "shared", anneal: 0 });

const weights = {
  "dense.kernel": set(sop.kernel([784, 16], sop.heNormal(784, 16))),
  "dense.bias": sop.bias([16], sop.zeros()),
  "batch_norm.scale": sop.scaleWeight([16], sop.ones()),
  "batch_norm.bias": sop.bias([16], sop.zeros()),
  "batch_norm.mean": sop.statistic([16], sop.zeros()),
  "batch_norm.variance": sop.statistic([16], sop.ones()),
  "dense_2.kernel": set(sop.kernel([16, 10], sop.heNormal(16, 10))),
  "dense_2.bias": sop.bias([10], sop.zeros()),
};

function forward(w: sop.Tensors<typeof weights>, input: { readonly image: sop.Tensor }, mode: sop.Mode) {
  const flatten = sop.reshape(input.image, [784]); // [batch, 784]
  const dense = sop.add(sop.matmul(flatten, w["dense.kernel"]), w["dense.bias"]); // [batch, 16]
  const norm = sop.batchNorm(dense, w["batch_norm.scale"], w["batch_norm.bias"], w["batch_norm.mean"], w["batch_norm.variance"], { epsilon: 1e-5, momentum: 0.9 }, mode, "batch_norm"); // [batch, 16]
  const dropout = sop.dropout(sop.relu(norm), { rate: 0.1 }, mode, "dropout"); // [batch, 16]
  const digit = sop.add(sop.matmul(dropout, w["dense_2.kernel"]), w["dense_2.bias"]); // [batch, 10]
  return { digit };
}

function loss(output: { readonly digit: sop.Tensor }, row: { readonly image: sop.Tensor; readonly label: sop.Tensor }) {
  return { cross_entropy: sop.crossEntropy(output.digit, row.label, { smoothing: 0 }) };
}

function metrics(output: { readonly digit: sop.Tensor }, row: { readonly image: sop.Tensor; readonly label: sop.Tensor }) {
  return { accuracy: sop.accuracy(output.digit, row.label) };
}

const digitsSmall = sop.defineRun({
  name: "digits_small",
  model: "Digits",
  identity: variant === "other" ? "other" : "fixture",
  modelIdentity: variant === "other" ? "other" : "fixture",
  dataset: digits,
  weights,
  forward,
  feeds: { image: "image" },
  loss,
  metrics,
  links: { digit: { link: "softmax", classes: null, field: "label" } },
  step: (training, rows) => training.descend((w, mode) => loss(forward(w, { image: rows.image }, mode), rows)),
  optimizer: sop.adamw({ lr: variant === "diverging" ? 1e38 : sop.warmupCosine({ peak: 0.01, warmup: sop.share(0.1) }), betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 }),
  batch: 32,
  length: variant === "stopping" ? sop.epochs(200) : sop.steps(Number(process.env["FIXTURE_STEPS"] ?? 60)),
  clip: { norm: 1 },
  checkpoint: { every: sop.steps(7), keep: 2, best: variant === "stopping" ? "valid.accuracy" : null },
  stop: variant === "stopping" ? { metric: "valid.loss", patience: sop.epochs(2) } : null,
  evaluate: null,
  l2: 0,
  seed: 7,
  places: [
    ["flatten", 17],
    ["dense", 18],
    ["dense", 18],
    ["batch_norm", 19],
    ["relu", 20],
    ["dropout", 21],
    ["dense_2", 22],
    ["dense_2", 22],
  ],
});

await sop.main(import.meta, { source: "digits.sop", directory: dirname(fileURLToPath(import.meta.url)), runs: [digitsSmall] });
