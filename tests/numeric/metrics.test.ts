// Metrics: by hand on small cases, and the same over batches as over all rows.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near, useCpu } from "../support/numeric.js";

const finish = (...parts: readonly sop.Metric[]): number => {
  const [first, ...rest] = parts;
  if (first === undefined) throw new Error("no metric");
  const sums = Float64Array.from(first.counts.dataSync());
  for (const { counts } of rest) first.merge(sums, Float64Array.from(counts.dataSync()));
  return first.finish(sums);
};

const logits = tf.tensor2d([[3, 1, 2], [0, 2, 1], [1, 0, 5], [2, 1, 0], [0, 1, 2], [5, 4, 3]]);
const labels = tf.tensor1d([0, 1, 1, 0, 0, 2], "int32");

test.before(useCpu);

test("accuracy", () => {
  near([finish(sop.accuracy(logits, labels))], [3 / 6], 1e-12, "classes");
  near([finish(sop.accuracy(tf.tensor2d([[1], [-1], [2], [0]]), tf.tensor1d([1, 0, 0, 0], "int32")))], [3 / 4], 1e-12, "one logit");
  near([finish(sop.accuracy(tf.reshape(logits, [2, 3, 3]), tf.reshape(labels, [2, 3])))], [3 / 6], 1e-12, "sequences");
});

test("top_k", () => {
  near([1, 2, 3].map((k) => finish(sop.topK(logits, labels, { k }))), [3 / 6, 3 / 6, 1], 1e-12, "k = 1, 2, 3");
});

test("f1", () => {
  // Predicted 0 1 2 0 2 0: per class (TP, predicted, true) = (2, 3, 3), (1, 1, 2), (0, 2, 1).
  const scores = [4 / 6, 2 / 3, 0] as const;
  const f1 = (average: "macro" | "micro" | "weighted" | "binary", ignore = -1): number => finish(sop.f1(logits, labels, { average, ignore }));
  near([f1("macro")], [(scores[0] + scores[1] + scores[2]) / 3], 1e-6, "macro");
  near([f1("weighted")], [(3 * scores[0] + 2 * scores[1]) / 6], 1e-6, "weighted");
  near([f1("micro")], [3 / 6], 1e-6, "micro is accuracy");
  near([f1("macro", 0)], [1 / 3], 1e-6, "macro without class 0");
  near([f1("micro", 0)], [2 / 6], 1e-6, "micro without class 0");
  near([f1("binary")], [2 / 3], 1e-6, "of class 1");
  near([finish(sop.f1(tf.tensor2d([[1], [-1], [2], [3]]), tf.tensor1d([1, 0, 0, 1], "int32"), { average: "binary", ignore: -1 }))], [4 / 5], 1e-6, "one logit");
});

test("r2", () => {
  const target = tf.tensor2d([[1, 2], [2, 4], [3, 9]]);
  const prediction = tf.tensor2d([[1, 2], [2, 5], [4, 9]]);
  near([finish(sop.r2(prediction, target))], [(1 - 1 / 2 + (1 - 1 / 26)) / 2], 1e-6, "two columns");
  near([finish(sop.r2(tf.tensor2d([[1], [2], [4]]), tf.tensor1d([1, 2, 3])))], [0.5], 1e-6, "a column against a vector");
});

test("r2 of a target far from 0 loses no digits", () => {
  // Years around 2,000 and predictions that miss by 0.5: sums of squares in single precision would be off by more than their variation.
  const years = Array.from({ length: 1000 }, (_, row) => 1990 + (row % 21));
  const parts = Array.from({ length: 8 }, (_, part) => years.slice(part * 125, part * 125 + 125)).map((own) =>
    sop.r2(tf.tensor2d(own.map((year, row) => [year + (row % 2 === 0 ? 0.5 : -0.5)])), tf.tensor1d(own)),
  );
  const mean = years.reduce((sum, year) => sum + year, 0) / 1000;
  const variation = years.reduce((sum, year) => sum + (year - mean) ** 2, 0);
  near([finish(...parts)], [1 - 250 / variation], 1e-6, "years");
  assert.ok(Number.isNaN(finish(sop.r2(tf.tensor2d([[1], [2]]), tf.tensor1d([5, 5])))), "a target that does not vary");
});

test("perplexity", () => {
  near([finish(sop.perplexity(tf.zeros([4, 5]), tf.tensor1d([0, 1, 2, 3], "int32")))], [5], 1e-5, "uniform");
  near([finish(sop.perplexity(logits, labels))], [Math.exp(sop.crossEntropy(logits, labels, { smoothing: 0 }).dataSync()[0] ?? NaN)], 1e-5, "exp of the loss");
});

test("counts of batches add up, and which direction is better", () => {
  const metrics: Record<string, (l: tf.Tensor, y: tf.Tensor) => sop.Metric> = {
    accuracy: sop.accuracy,
    topK: (l, y) => sop.topK(l, y, { k: 2 }),
    f1: (l, y) => sop.f1(l, y, { average: "macro", ignore: -1 }),
    perplexity: sop.perplexity,
    r2: (l, y) => sop.r2(tf.slice(l, [0, 0], [-1, 1]), y),
  };
  for (const [name, metric] of Object.entries(metrics)) {
    const whole = finish(metric(logits, labels));
    const parts = [[0, 4], [4, 2]].map(([from = 0, count = 0]) => metric(tf.slice(logits, [from, 0], [count, 3]), tf.slice(labels, [from], [count])));
    near([finish(...parts)], [whole], 1e-6, name);
    assert.is(metric(logits, labels).better, name === "perplexity" ? "lower" : "higher");
  }
});

test("no tensor is left behind but the counts", () => {
  const before = tf.memory().numTensors;
  sop.accuracy(logits, labels).counts.dispose();
  sop.topK(logits, labels, { k: 2 }).counts.dispose();
  sop.f1(logits, labels, { average: "macro", ignore: -1 }).counts.dispose();
  sop.perplexity(logits, labels).counts.dispose();
  sop.r2(logits, logits).counts.dispose();
  assert.is(tf.memory().numTensors, before);
});

test.run();
