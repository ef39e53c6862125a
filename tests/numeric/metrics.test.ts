// Metrics: which way is better, and what is left behind. Figures are in the conformance battery.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { useCpu } from "../support/numeric.js";

const logits = tf.tensor2d([[3, 1, 2], [0, 2, 1], [1, 0, 5], [2, 1, 0], [0, 1, 2], [5, 4, 3]]);
const labels = tf.tensor1d([0, 1, 1, 0, 0, 2], "int32");

test.before(useCpu);

test("which direction is better", () => {
  const better = [sop.accuracy(logits, labels), sop.topK(logits, labels, { k: 2 }), sop.f1(logits, labels, { average: "macro", ignore: -1 }), sop.r2(logits, logits), sop.recall(logits, logits, { k: 1 })];
  for (const metric of better) assert.is(metric.better, "higher");
  assert.is(sop.perplexity(logits, labels).better, "lower");
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
