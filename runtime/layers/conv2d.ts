// Convolution of images, also dilated and in groups, in ops whose gradients every backend has.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { filterEach } from "./depthwise-conv2d.js";
import { dilated } from "./dilated.js";

export interface Conv2dOptions {
  readonly stride: readonly [number, number];
  readonly padding: "same" | "valid";
  readonly dilation: readonly [number, number];
  /** Channels fall into so many runs, each with filters of its own. */
  readonly groups: number;
}

/** x [batch, h, w, in] with filters [kh, kw, in / groups, out]: [batch, oh, ow, out]. Cross-correlation, as everywhere in deep learning. */
export function conv2d(x: tf.Tensor, kernel: tf.Tensor, options: Conv2dOptions): tf.Tensor {
  return traced("conv2d", () => convolve(x, kernel, options));
}

/** The same, as part of another layer. */
export function convolve(x: tf.Tensor, kernel: tf.Tensor, { stride, padding, dilation, groups }: Conv2dOptions): tf.Tensor4D {
  const images = tf.reshape<tf.Rank.R4>(x, four(x.shape));
  const [height, width, connected, outputs] = four(kernel.shape);
  // Groups of one channel are one op.
  if (groups > 1 && connected === 1) return filterEach(images, tf.reshape(kernel, [height, width, outputs]), { stride, padding, dilation });
  const filters = dilated(tf.reshape<tf.Rank.R4>(kernel, [height, width, connected, outputs]), dilation);
  const strides: [number, number] = [stride[0], stride[1]];
  if (groups === 1) return tf.conv2d(images, filters, strides, padding);
  const parts = tf.split<tf.Tensor4D>(filters, groups, 3);
  const results = tf.split<tf.Tensor4D>(images, groups, 3).map((part, i) => tf.conv2d(part, parts[i] ?? filters, strides, padding));
  return tf.concat(results, 3);
}

function four(shape: readonly number[]): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}
