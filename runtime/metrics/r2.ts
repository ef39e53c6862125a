// The coefficient of determination.

import * as tf from "@tensorflow/tfjs-core";
import { alike } from "../losses/targets.js";
import { at, metric, type Metric } from "./metric.js";

/**
 * 1 - sum (y - prediction)^2 / sum (y - mean y)^2, for each position of the example over all rows, then the mean over positions. NaN where
 * a target does not vary.
 */
export function r2(prediction: tf.Tensor, target: tf.Tensor): Metric {
  const rows = prediction.shape[0] ?? 1;
  const width = rows === 0 ? 0 : prediction.size / rows;
  const counts = tf.tidy(() => {
    const guesses = tf.reshape(prediction, [rows, width]);
    const y = alike(guesses, target);
    return tf.keep(tf.concat([tf.tensor1d([rows]), tf.sum(y, 0), tf.sum(tf.square(y), 0), tf.sum(tf.square(tf.sub(y, guesses)), 0)]));
  });
  return metric(counts, (sums) => {
    const n = at(sums, 0);
    let total = 0;
    for (let i = 0; i < width; i++) {
      const sum = at(sums, 1 + i);
      const variation = at(sums, 1 + width + i) - (sum * sum) / n;
      total += 1 - at(sums, 1 + 2 * width + i) / variation;
    }
    return total / width;
  });
}
