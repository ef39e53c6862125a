// What losses and metrics share: targets in the shape of predictions, labels as indices.

import * as tf from "@tensorflow/tfjs-core";

/** The target as float32 in the prediction's shape. Their shapes may differ by axes of size 1, which must not broadcast. */
export function alike(prediction: tf.Tensor, target: tf.Tensor): tf.Tensor {
  if (prediction.size !== target.size) throw new Error(`a loss of shapes [${prediction.shape}] and [${target.shape}]`);
  return tf.reshape(tf.cast(target, "float32"), prediction.shape);
}

/** Logits as [rows, classes]. */
export function logitRows(logits: tf.Tensor): tf.Tensor2D {
  return tf.reshape<tf.Rank.R2>(logits, [-1, logits.shape.at(-1) ?? 1]);
}

/** Labels [batch, ...] as int32 [rows]. */
export function labelRows(labels: tf.Tensor): tf.Tensor1D {
  return tf.reshape<tf.Rank.R1>(tf.cast(labels, "int32"), [-1]);
}
