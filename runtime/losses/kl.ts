// Kullback-Leibler divergences, weighed where weights are given (average.ts).

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { average } from "./average.js";
import { alike, logitRows } from "./targets.js";

/** sum_c t_c (log t_c - log softmax(logits)_c), the divergence of target probabilities t from the prediction, mean over all rows. 0 log 0 is 0. */
export function kl(logits: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor | null = null): tf.Tensor {
  return traced("kl", () => {
    const rows = logitRows(logits);
    const t = alike(rows, targets);
    // Below the smallest float32 nothing contributes: t log t is 0 there.
    const entropy = tf.mul(t, tf.log(tf.maximum(t, 1e-38)));
    if (weights !== null) return average(tf.sum(tf.sub(entropy, tf.mul(t, tf.logSoftmax(rows))), 1), weights);
    return tf.div(tf.sum(tf.sub(entropy, tf.mul(t, tf.logSoftmax(rows)))), rows.shape[0]);
  });
}

/**
 * sum_i (m_i^2 + exp v_i - 1 - v_i) / 2, the divergence of normal distributions of mean m and logarithm of variance v, independent along the
 * last axis, from standard ones; mean over all rows (Kingma and Welling 2014, appendix B).
 */
export function klNormal(mean: tf.Tensor, logVariance: tf.Tensor, weights: tf.Tensor | null = null): tf.Tensor {
  return traced("klNormal", () => {
    const rows = mean.size / (mean.shape.at(-1) ?? 1);
    const v = alike(mean, logVariance);
    const terms = tf.sub(tf.add(tf.square(mean), tf.exp(v)), tf.add(v, 1));
    if (weights !== null) return average(tf.mul(0.5, tf.sum(terms, -1)), weights);
    return tf.div(tf.sum(terms), 2 * rows);
  });
}
