// Metrics of logits against labels. Logits are [batch, ..., classes], labels [batch, ...]; each position counts as a row, of sequences of unequal
// length each real one.

import * as tf from "@tensorflow/tfjs-core";
import { realPositions } from "../layers/lengths.js";
import { labelRows, logitRows } from "../losses/targets.js";
import { at, metric, type Metric } from "./metric.js";

/** Share of rows whose largest logit is the label's; of equal ones the first counts. One logit: its sign against a label 0 or 1. */
export function accuracy(logits: tf.Tensor, labels: tf.Tensor, lengths?: tf.Tensor): Metric {
  return share(() => tf.equal(predicted(logits), labelRows(labels)), labels, lengths);
}

/** Share of rows where fewer than k logits are larger than the label's. */
export function topK(logits: tf.Tensor, labels: tf.Tensor, { k }: { readonly k: number }, lengths?: tf.Tensor): Metric {
  return share(() => {
    const rows = logitRows(logits);
    const own = tf.sum(tf.mul(rows, oneHot(labelRows(labels), rows.shape[1])), 1, true);
    return tf.less(tf.sum(tf.cast(tf.greater(rows, own), "float32"), 1), k);
  }, labels, lengths);
}

export interface F1Options {
  /** `macro`: mean over classes. `weighted`: by their numbers of rows. `micro`: of the counts of all classes together. `binary`: of class 1. */
  readonly average: "macro" | "micro" | "weighted" | "binary";
  /** A class that is left out of the average, -1 for none: its rows still count against the classes they are taken for. */
  readonly ignore: number;
}

/** 2 TP / (2 TP + FP + FN), averaged over the classes that occur as a label or a prediction. NaN if none does. */
export function f1(logits: tf.Tensor, labels: tf.Tensor, { average, ignore }: F1Options, lengths?: tf.Tensor): Metric {
  const classes = Math.max(2, logits.shape.at(-1) ?? 1);
  const counts = tf.tidy(() => {
    const isReal = realRows(labels, lengths);
    const real = (rows: tf.Tensor): tf.Tensor => (isReal === null ? rows : tf.mul(rows, tf.expandDims(isReal, 1)));
    const guesses = real(oneHot(predicted(logits), classes));
    const truths = real(oneHot(labelRows(labels), classes));
    return tf.keep(tf.concat([tf.sum(tf.mul(guesses, truths), 0), tf.sum(guesses, 0), tf.sum(truths, 0)]));
  });
  return metric(counts, (sums) => {
    const rows = Array.from({ length: classes }, (_, c) => ({ hits: at(sums, c), guessed: at(sums, classes + c), true: at(sums, 2 * classes + c), c }));
    const used = rows.filter(({ c, guessed, true: truths }) => (average === "binary" ? c === 1 : c !== ignore && guessed + truths > 0));
    const total = (of: (row: (typeof rows)[number]) => number): number => used.reduce((sum, row) => sum + of(row), 0);
    const score = ({ hits, guessed, true: truths }: { hits: number; guessed: number; true: number }): number => (2 * hits) / (guessed + truths);
    switch (average) {
      case "macro":
        return total(score) / used.length;
      case "weighted":
        return total((row) => row.true * score(row)) / total((row) => row.true);
      case "micro":
      case "binary":
        return score({ hits: total((row) => row.hits), guessed: total((row) => row.guessed), true: total((row) => row.true) });
    }
  });
}

/** exp of the mean cross-entropy. */
export function perplexity(logits: tf.Tensor, labels: tf.Tensor, lengths?: tf.Tensor): Metric {
  const counts = tf.tidy(() => {
    const rows = logitRows(logits);
    const each = tf.mul(tf.logSoftmax(rows), oneHot(labelRows(labels), rows.shape[1]));
    const isReal = realRows(labels, lengths);
    if (isReal === null) return tf.keep(tf.stack([tf.neg(tf.sum(each)), tf.scalar(rows.shape[0])]));
    return tf.keep(tf.stack([tf.neg(tf.sum(tf.mul(each, tf.expandDims(isReal, 1)))), tf.sum(isReal)]));
  });
  return metric(counts, (sums) => Math.exp(at(sums, 0) / at(sums, 1)), "lower");
}

/** The class of each row: that of the largest logit, or by the sign of the only one. */
function predicted(logits: tf.Tensor): tf.Tensor1D {
  const rows = logitRows(logits);
  return rows.shape[1] === 1 ? tf.reshape(tf.cast(tf.greater(rows, 0), "int32"), [-1]) : tf.argMax(rows, 1);
}

function oneHot(labels: tf.Tensor1D, classes: number): tf.Tensor {
  return tf.oneHot(labels, classes, 1, 0, "float32");
}

/** 1 for rows of real positions, 0 for padding; null where there is none. */
function realRows(labels: tf.Tensor, lengths: tf.Tensor | undefined): tf.Tensor1D | null {
  if (lengths === undefined) return null;
  const [, t = 1] = labels.shape;
  const real = realPositions(lengths, t, labels.rank);
  return tf.reshape(tf.add(tf.zeros(labels.shape), real), [-1]);
}

/** Counts [rows where it holds, rows]. */
function share(holds: () => tf.Tensor, labels: tf.Tensor, lengths: tf.Tensor | undefined): Metric {
  const counts = tf.tidy(() => {
    const hits = tf.cast(holds(), "float32");
    const isReal = realRows(labels, lengths);
    if (isReal === null) return tf.keep(tf.stack([tf.sum(hits), tf.scalar(hits.size)]));
    return tf.keep(tf.stack([tf.sum(tf.mul(hits, isReal)), tf.sum(isReal)]));
  });
  return metric(counts, (sums) => at(sums, 0) / at(sums, 1));
}
