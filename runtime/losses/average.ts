// The mean of losses over a batch: over all positions, or over the real ones of sequences of unequal length; of losses times weights, where they
// are weighed. The divisor is the count and not the sum of the weights: so the mean is linear in the weights, and parts of a batch add up to it.

import * as tf from "@tensorflow/tfjs-core";
import { withoutPadding } from "../layers/lengths.js";

/**
 * The mean of `values` [batch, t, ...] over the batch and all axes, as a scalar; with lengths [batch] over the first `lengths` positions of
 * each example. With weights [batch], one for each example, or as many as values: of each value times its weight.
 */
export function average(values: tf.Tensor, lengths: tf.Tensor | undefined, weights: tf.Tensor | undefined): tf.Tensor {
  const weighed = weights === undefined ? values : times(values, weights);
  if (lengths === undefined) return tf.mean(weighed);
  const rest = values.shape.slice(2).reduce((product, size) => product * size, 1);
  return tf.div(tf.sum(withoutPadding(weighed, lengths)), tf.mul(tf.sum(tf.cast(lengths, "float32")), rest));
}

function times(values: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  const [batch = 1] = weights.shape;
  return tf.reshape(tf.mul(tf.reshape(values, [batch, -1]), tf.reshape(weights, [batch, -1])), values.shape);
}
