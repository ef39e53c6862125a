// Filters with zeros between their taps: TensorFlow.js has no gradient of a dilated convolution, but of an ordinary one with these.

import * as tf from "@tensorflow/tfjs-core";

/** Filters [kh, kw, a, b] with `dilation` - 1 zeros between neighbors, down and across. */
export function dilated(filters: tf.Tensor4D, [down, across]: readonly [number, number]): tf.Tensor4D {
  const [height, width, inputs, outputs] = filters.shape;
  const tall = height === 1 ? filters : tf.reshape<tf.Rank.R4>(spaced(tf.reshape<tf.Rank.R3>(filters, [1, height, width * inputs * outputs]), down), [-1, width, inputs, outputs]);
  if (width === 1) return tall;
  const rows = tall.shape[0];
  return tf.reshape<tf.Rank.R4>(spaced(tf.reshape<tf.Rank.R3>(tall, [rows, width, inputs * outputs]), across), [rows, -1, inputs, outputs]);
}

/** x [a, n, b] with step - 1 zeros between neighbors of the middle axis: [a, (n - 1) step + 1, b]. */
function spaced(x: tf.Tensor3D, step: number): tf.Tensor3D {
  if (step === 1) return x;
  const [a, n, b] = x.shape;
  const padded = tf.pad(tf.reshape<tf.Rank.R4>(x, [a, n, 1, b]), [[0, 0], [0, 0], [0, step - 1], [0, 0]]);
  return tf.slice(tf.reshape<tf.Rank.R3>(padded, [a, n * step, b]), [0, 0, 0], [a, (n - 1) * step + 1, b]);
}
