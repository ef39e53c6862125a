// What the convolutional models share: a convolution without bias and the batch norm behind it, whose running statistics are learned.

import * as tf from "@tensorflow/tfjs-core";
import { at, constant, kernel, type Learn, type Named, type Start } from "./model.js";

/** Added to a variance. */
const epsilon = 1e-5;

export function convolutionWeights(name: string, size: number, inputs: number, outputs: number): Readonly<Record<string, Start>> {
  return {
    [`${name}.filter`]: kernel([size, size, inputs, outputs], size * size * inputs),
    [`${name}.scale`]: constant(outputs, 1),
    [`${name}.bias`]: constant(outputs, 0),
    [`${name}.mean`]: constant(outputs, 0, false),
    [`${name}.variance`]: constant(outputs, 1, false),
  };
}

/** x [batch, h, w, c] through filters and batch norm by the batch's own statistics. */
export function normalizedConvolution(x: tf.Tensor4D, weights: Named, name: string, stride: number, learn: Learn): tf.Tensor4D {
  const y = tf.conv2d(x, at<tf.Rank.R4>(weights, `${name}.filter`), stride, "same");
  const { mean, variance } = tf.moments(y, [0, 1, 2]);
  learn(`${name}.mean`, mean);
  learn(`${name}.variance`, variance);
  return tf.batchNorm(y, mean as tf.Tensor1D, variance as tf.Tensor1D, at<tf.Rank.R1>(weights, `${name}.bias`), at<tf.Rank.R1>(weights, `${name}.scale`), epsilon);
}
