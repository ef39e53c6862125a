// Convolution of images, also dilated and in groups, in ops whose gradients every backend has.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

export interface Conv2dOptions {
  readonly stride: readonly [number, number];
  readonly padding: "same" | "valid";
  readonly dilation: readonly [number, number];
  /** Channels fall into so many runs, each with filters of its own. */
  readonly groups: number;
}

/** x [batch, h, w, in] with filters [kh, kw, in / groups, out]: [batch, oh, ow, out]. Cross-correlation, as everywhere in deep learning. */
export function conv2d(x: tf.Tensor, kernel: tf.Tensor, { stride, padding, dilation, groups }: Conv2dOptions): tf.Tensor {
  return traced("conv2d", () => {
    const images = tf.reshape<tf.Rank.R4>(x, four(x.shape));
    const filters = dilated(tf.reshape<tf.Rank.R4>(kernel, four(kernel.shape)), dilation);
    const strides: [number, number] = [stride[0], stride[1]];
    if (groups === 1) return tf.conv2d(images, filters, strides, padding);
    const parts = tf.split<tf.Tensor4D>(filters, groups, 3);
    const results = tf.split<tf.Tensor4D>(images, groups, 3).map((part, i) => tf.conv2d(part, parts[i] ?? filters, strides, padding));
    return tf.concat(results, 3);
  });
}

/** Filters with zeros between their taps: TensorFlow.js has no gradient of a dilated convolution, but of an ordinary one with these. */
function dilated(filters: tf.Tensor4D, [down, across]: readonly [number, number]): tf.Tensor4D {
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

function four(shape: readonly number[]): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}
