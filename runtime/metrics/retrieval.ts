// Metrics of pairs: how well a row's vector finds its partner.

import * as tf from "@tensorflow/tfjs-core";
import { at, metric, type Metric } from "./metric.js";

/** a and b [batch, d]: share of rows i where fewer than k of the products a_i b_j are larger than a_i b_i. */
export function recall(a: tf.Tensor, b: tf.Tensor, { k }: { readonly k: number }): Metric {
  const counts = tf.tidy(() => {
    const [rows = 0, d = 1] = a.shape;
    const scores = tf.matMul(tf.reshape<tf.Rank.R2>(a, [rows, d]), tf.reshape<tf.Rank.R2>(b, [rows, d]), false, true);
    // Out of the same products, not computed anew: another order of summation would round otherwise.
    const own = tf.sum(tf.mul(scores, tf.oneHot(tf.range(0, rows, 1, "int32"), rows, 1, 0, "float32")), 1, true);
    const hits = tf.less(tf.sum(tf.cast(tf.greater(scores, own), "float32"), 1), k);
    return tf.keep(tf.stack([tf.sum(tf.cast(hits, "float32")), tf.scalar(rows)]));
  });
  return metric(counts, (sums) => at(sums, 0) / at(sums, 1));
}
