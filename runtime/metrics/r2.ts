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
    const mean = tf.mean(y, 0, true);
    // Rounding of the mean leaves a rest; without it the squares would be a little too large.
    const rest = tf.mean(tf.sub(y, mean), 0);
    const own = tf.add(tf.reshape(mean, [width]), rest);
    return tf.keep(tf.concat([tf.fill([width], rows), own, tf.sum(tf.square(tf.sub(y, own)), 0), tf.sum(tf.square(tf.sub(y, guesses)), 0)]));
  });
  return metric(counts, finish, "higher", merge);
}

// Counts are four runs of `width` numbers: rows, means, squared deviations from the mean, squared errors. Sums of y^2 would lose the
// variation of a target that is far from 0, such as a year.

/** Chan, Golub and LeVeque 1979: deviations of two samples from the mean of both. */
function merge(sofar: Float64Array, batch: Float64Array): void {
  const width = sofar.length / 4;
  for (let i = 0; i < width; i++) {
    const [n, more] = [at(sofar, i), at(batch, i)];
    const distance = at(batch, width + i) - at(sofar, width + i);
    sofar[i] = n + more;
    sofar[width + i] = at(sofar, width + i) + (distance * more) / (n + more);
    sofar[2 * width + i] = at(sofar, 2 * width + i) + at(batch, 2 * width + i) + (distance ** 2 * n * more) / (n + more);
    sofar[3 * width + i] = at(sofar, 3 * width + i) + at(batch, 3 * width + i);
  }
}

function finish(counts: Float64Array): number {
  const width = counts.length / 4;
  let total = 0;
  for (let i = 0; i < width; i++) {
    const variation = at(counts, 2 * width + i);
    total += variation === 0 ? NaN : 1 - at(counts, 3 * width + i) / variation;
  }
  return total / width;
}
