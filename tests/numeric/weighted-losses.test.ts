// Weighted losses: values by hand, gradients by finite differences, linear in the weights, parts of a batch that add up; on each backend.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lossScope } from "../../compiler/semantics/layers/losses.js";
import * as sop from "../../runtime/index.js";
import { differences, gradients, near } from "../support/numeric.js";

const grid = (name: string, shape: number[], low: number, high: number): Float32Array => {
  const numbers = sop.stream(5, "weighted", name);
  return Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.round((low + (high - low) * numbers.uniform()) * 256) / 256);
};

interface Case {
  readonly loss: (prediction: tf.Tensor, target: tf.Tensor, weights?: tf.Tensor) => tf.Tensor;
  readonly prediction: { readonly shape: number[]; readonly values: Float32Array };
  readonly target: () => tf.Tensor;
  /** The loss of each term, by the formula. */
  readonly terms: (prediction: ArrayLike<number>) => number[];
  /** Shapes of weights that fit: of examples, and of terms. */
  readonly weights: readonly number[][];
  /** Does a term depend on its own example alone? */
  readonly isSeparate: boolean;
}

const labels = [2, 0, 1, 1, 2, 2];
const logSoftmax = (row: readonly number[]): number[] => {
  const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
  return row.map((x) => x - total);
};
const rowsOf = (values: ArrayLike<number>, size: number): number[][] => Array.from({ length: values.length / size }, (_, row) => Array.from({ length: size }, (_unused, at) => values[row * size + at] ?? NaN));
const targets = [0, 1, 0.25, 1, 0.5, 0];
const smoothed = (smoothing: number): ((prediction: ArrayLike<number>) => number[]) => (prediction) =>
  rowsOf(prediction, 3).map((row, i) => -logSoftmax(row).reduce((sum, log, c) => sum + log * (smoothing / 3 + (c === labels[i] ? 1 - smoothing : 0)), 0));
const regression = (loss: Case["loss"], term: (error: number) => number): Case => ({
  loss,
  prediction: { shape: [3, 2], values: grid("numbers", [3, 2], -3, 3) },
  target: () => tf.tensor(targets, [3, 2]),
  terms: (prediction) => targets.map((t, i) => term((prediction[i] ?? NaN) - t)),
  weights: [[3], [3, 2]],
  isSeparate: true,
});
const shares = [0.2, 0.3, 0.5, 0, 0.6, 0.4];

const cases: Readonly<Record<string, Case>> = {
  cross_entropy: {
    loss: (p, t, w) => sop.crossEntropy(p, t, { smoothing: 0 }, undefined, w),
    prediction: { shape: [6, 3], values: grid("logits", [6, 3], -2, 2) },
    target: () => tf.tensor(labels, [6], "int32"),
    terms: smoothed(0),
    weights: [[6]],
    isSeparate: true,
  },
  "cross_entropy of sequences, smoothed": {
    loss: (p, t, w) => sop.crossEntropy(p, t, { smoothing: 0.3 }, undefined, w),
    prediction: { shape: [3, 2, 3], values: grid("logits", [6, 3], -2, 2) },
    target: () => tf.tensor(labels, [3, 2], "int32"),
    terms: smoothed(0.3),
    weights: [[3], [3, 2]],
    isSeparate: true,
  },
  binary_cross_entropy: {
    loss: (p, t, w) => sop.binaryCrossEntropy(p, t, undefined, w),
    prediction: { shape: [3, 2], values: grid("binary", [3, 2], -2, 2) },
    target: () => tf.tensor(targets, [3, 2]),
    terms: (p) => targets.map((t, i) => Math.log1p(Math.exp(p[i] ?? NaN)) - t * (p[i] ?? NaN)),
    weights: [[3], [3, 2]],
    isSeparate: true,
  },
  mse: regression((p, t, w) => sop.mse(p, t, undefined, w), (e) => e ** 2),
  mae: regression((p, t, w) => sop.mae(p, t, undefined, w), Math.abs),
  huber: regression((p, t, w) => sop.huber(p, t, { delta: 0.5 }, undefined, w), (e) => (Math.abs(e) <= 0.5 ? e ** 2 / 2 : 0.5 * (Math.abs(e) - 0.25))),
  kl: {
    loss: (p, t, w) => sop.kl(p, t, undefined, w),
    prediction: { shape: [2, 3], values: grid("kl", [2, 3], -2, 2) },
    target: () => tf.tensor(shares, [2, 3]),
    terms: (p) => rowsOf(p, 3).map((row, i) => logSoftmax(row).reduce((sum, log, c) => sum + (shares[3 * i + c] === 0 ? 0 : (shares[3 * i + c] ?? NaN) * (Math.log(shares[3 * i + c] ?? NaN) - log)), 0)),
    weights: [[2]],
    isSeparate: true,
  },
  kl_normal: {
    loss: (p, t, w) => sop.klNormal(p, t, undefined, w),
    prediction: { shape: [3, 2], values: grid("mean", [3, 2], -2, 2) },
    target: () => tf.tensor(targets, [3, 2]),
    terms: (p) => rowsOf(p, 2).map((row, i) => row.reduce((sum, m, c) => sum + (m ** 2 + Math.exp(targets[2 * i + c] ?? NaN) - 1 - (targets[2 * i + c] ?? NaN)) / 2, 0)),
    weights: [[3]],
    isSeparate: true,
  },
  contrastive: {
    loss: (p, t, w) => sop.contrastive(p, t, { temperature: 0.5 }, undefined, w),
    prediction: { shape: [3, 2], values: grid("vectors", [3, 2], -1, 1) },
    target: () => tf.tensor(targets, [3, 2]),
    terms: (p) => {
      const [a, b] = [rowsOf(p, 2), rowsOf(targets, 2)];
      const scores = a.map((x) => b.map((y) => x.reduce((sum, v, c) => sum + v * (y[c] ?? NaN), 0) / 0.5));
      const column = (j: number): number[] => scores.map((row) => row[j] ?? NaN);
      return scores.map((row, i) => -((logSoftmax(row)[i] ?? NaN) + (logSoftmax(column(i))[i] ?? NaN)) / 2);
    },
    weights: [[3]],
    isSeparate: false,
  },
};

const lossOf = ({ loss, prediction, target }: Case, weights: tf.Tensor | undefined): number => tf.tidy(() => loss(tf.tensor(prediction.values, prediction.shape), target(), weights).dataSync()[0] ?? NaN);
/** Each weight for as many terms as it stands for. */
const spread = (weights: ArrayLike<number>, terms: number): number[] => Array.from({ length: terms }, (_, i) => weights[Math.floor((i * weights.length) / terms)] ?? NaN);

for (const backend of ["cpu", "onnx"]) {
  for (const [name, given] of Object.entries(cases)) {
    test(`${backend}: ${name}`, async () => {
      await sop.selectBackend(backend);
      const { loss, prediction, target, terms, weights: shapes, isSeparate } = given;
      const expected = terms(prediction.values);
      const mean = expected.reduce((sum, term) => sum + term, 0) / expected.length;
      near([lossOf(given, undefined)], [mean], 2e-6, "without weights");
      for (const shape of shapes) {
        const values = grid(`weights ${shape}`, shape, 0, 3);
        // A weight of 0 leaves its term out of the sum, not out of the count.
        values[0] = 0;
        const weighed = (by: ArrayLike<number>): number => lossOf(given, tf.tensor(Float32Array.from(by), shape));
        const byHand = spread(values, expected.length).reduce((sum, w, i) => sum + w * (expected[i] ?? NaN), 0) / expected.length;
        near([weighed(values)], [byHand], 3e-6, `weights [${shape}]`);
        near([weighed(values.map(() => 1))], [lossOf(given, undefined)], 1e-6, "weights of 1");
        near([weighed(values.map((w) => 4 * w))], [4 * weighed(values)], 1e-6, "four times the weights");
        tf.tidy(() => {
          const f = (p?: tf.Tensor): tf.Tensor => loss(p ?? tf.scalar(0), target(), tf.tensor(values, shape));
          const x = [tf.tensor(prediction.values, prediction.shape)];
          near(gradients(f, x)[0] ?? [], differences(f, x)[0] ?? [], 2e-3, `gradient with weights [${shape}]`);
        });
        const [batch = 1] = shape;
        const part = (from: number, size: number): number =>
          tf.tidy(() => {
            const cut = (x: tf.Tensor): tf.Tensor => tf.slice(x, [from, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]);
            return loss(cut(tf.tensor(prediction.values, prediction.shape)), cut(target()), cut(tf.tensor(values, shape))).dataSync()[0] ?? NaN;
          });
        const ofParts = (part(0, 1) + (batch - 1) * part(1, batch - 1)) / batch;
        if (isSeparate) near([ofParts], [weighed(values)], 2e-6, "parts of the batch");
        else assert.ok(Math.abs(ofParts - weighed(values)) > 0.1, `parts of the batch: ${ofParts}, ${weighed(values)}`);
      }
    });
  }
}

for (const backend of ["cpu", "onnx"]) {
  test(`${backend}: of sequences of unequal length real positions count, with their weights`, async () => {
    await sop.selectBackend(backend);
    tf.tidy(() => {
      const logits = tf.tensor(grid("ragged", [2, 3, 4], -2, 2), [2, 3, 4]);
      const labels = [1, 0, 3, 2, 2, 0];
      const weights = [0.5, 2, 100, 3, 1e9, 1e9];
      const lengths = tf.tensor([2, 1], [2], "int32");
      const terms = rowsOf(logits.dataSync(), 4).map((row, i) => -(logSoftmax(row)[labels[i] ?? 0] ?? NaN));
      const found = sop.crossEntropy(logits, tf.tensor(labels, [2, 3], "int32"), { smoothing: 0 }, lengths, tf.tensor(weights, [2, 3]));
      near(found.dataSync(), [(0.5 * (terms[0] ?? NaN) + 2 * (terms[1] ?? NaN) + 3 * (terms[3] ?? NaN)) / 3], 2e-6, "weights of positions");
      const byExample = sop.crossEntropy(logits, tf.tensor(labels, [2, 3], "int32"), { smoothing: 0 }, lengths, tf.tensor([2, 5]));
      near(byExample.dataSync(), [(2 * (terms[0] ?? NaN) + 2 * (terms[1] ?? NaN) + 5 * (terms[3] ?? NaN)) / 3], 2e-6, "weights of examples");
      const x = tf.tensor(grid("ragged numbers", [2, 3, 2], -2, 2), [2, 3, 2]);
      const squares = Array.from(x.dataSync(), (value) => value ** 2);
      near(sop.mse(x, tf.zeros([2, 3, 2]), lengths, tf.tensor([2, 5])).dataSync(), [(2 * squares.slice(0, 4).reduce((a, b) => a + b, 0) + 5 * squares.slice(6, 8).reduce((a, b) => a + b, 0)) / 6], 2e-6, "numbers");
    });
  });
}

test("what the compiler says of losses and batches is what they do", () => {
  const known = Object.entries(lossScope).map(([name, scope]) => [name, scope === "row"]);
  assert.equal(known, Object.keys(lossScope).map((name) => [name, cases[name]?.isSeparate]));
});

test("a loss of no weight at all has no gradient", async () => {
  await sop.selectBackend("cpu");
  tf.tidy(() => {
    const [gradient = []] = gradients((p) => sop.mse(p ?? tf.scalar(0), tf.tensor([1, 2]), undefined, tf.zeros([2])), [tf.tensor([3, 4])]);
    assert.equal(gradient, [0, 0]);
  });
});

test.run();
