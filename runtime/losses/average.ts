// The mean of losses over a batch: over all positions, or over the real ones of sequences of unequal length.

import * as tf from "@tensorflow/tfjs-core";
import { withoutPadding } from "../layers/lengths.js";

/** The mean of `values` [batch, t, ...] over the batch and all axes, as a scalar; with lengths [batch] over the first `lengths` positions of each example. */
export function average(values: tf.Tensor, lengths: tf.Tensor | undefined): tf.Tensor {
  if (lengths === undefined) return tf.mean(values);
  const rest = values.shape.slice(2).reduce((product, size) => product * size, 1);
  return tf.div(tf.sum(withoutPadding(values, lengths)), tf.mul(tf.sum(tf.cast(lengths, "float32")), rest));
}
