// Means of losses, weighed or not.

import * as tf from "@tensorflow/tfjs-core";

/**
 * sum w l / count of terms l [batch, ...], the mean where no weights are given. Weights are [batch], one for each example, or one for each
 * term. The divisor is the count and not the sum of the weights: so the mean is linear in the weights, and parts of a batch add up to it.
 */
export function average(terms: tf.Tensor, weights: tf.Tensor | null): tf.Tensor {
  if (weights === null) return tf.mean(terms);
  const [batch = 1] = weights.shape;
  return tf.mean(tf.mul(tf.reshape(terms, [batch, -1]), tf.reshape(weights, [batch, -1])));
}
