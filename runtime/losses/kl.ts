// Kullback-Leibler divergences.

import * as tf from "@tensorflow/tfjs-core";
import { withoutPadding } from "../layers/lengths.js";
import { traced } from "../tensor.js";
import { average } from "./average.js";
import { alike, logitRows } from "./targets.js";

/** sum_c t_c (log t_c - log softmax(logits)_c), the divergence of target probabilities t from the prediction, mean over all rows. 0 log 0 is 0. */
export function kl(logits: tf.Tensor, targets: tf.Tensor, lengths?: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return traced("kl", () => {
    const rows = logitRows(logits);
    const t = alike(rows, targets);
    // Below the smallest float32 nothing contributes: t log t is 0 there.
    const entropy = tf.mul(t, tf.log(tf.maximum(t, 1e-38)));
    const terms = tf.sub(entropy, tf.mul(t, tf.logSoftmax(rows)));
    if (lengths === undefined && weights === undefined) return tf.div(tf.sum(terms), rows.shape[0]);
    return average(tf.reshape(tf.sum(terms, 1), logits.shape.slice(0, -1)), lengths, weights);
  });
}

/**
 * sum_i (m_i^2 + exp v_i - 1 - v_i) / 2, the divergence of normal distributions of mean m and logarithm of variance v, independent along the
 * last axis, from standard ones; mean over all rows (Kingma and Welling 2014, appendix B).
 */
export function klNormal(mean: tf.Tensor, logVariance: tf.Tensor, lengths?: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return traced("klNormal", () => {
    const rows = mean.size / (mean.shape.at(-1) ?? 1);
    // Nothing holds the numbers at padding back: an exponential of them may be infinite.
    const real = (x: tf.Tensor): tf.Tensor => (lengths === undefined ? x : withoutPadding(x, lengths));
    const v = real(alike(mean, logVariance));
    const terms = tf.sub(tf.add(tf.square(real(mean)), tf.exp(v)), tf.add(v, 1));
    if (lengths === undefined && weights === undefined) return tf.div(tf.sum(terms), 2 * rows);
    return tf.mul(0.5, average(tf.sum(terms, -1), lengths, weights));
  });
}
