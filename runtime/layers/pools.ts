// Maxima and means over windows of space. Images are [batch, h, w, channels].

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

export interface PoolOptions {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: "same" | "valid";
}

/** Maximum over windows. */
export function maxPool(x: tf.Tensor, { size, stride, padding }: PoolOptions): tf.Tensor {
  return traced("maxPool", () => tf.maxPool(images(x), [size[0], size[1]], [stride[0], stride[1]], padding));
}

/** Mean over windows; padding does not count. */
export function avgPool(x: tf.Tensor, { size, stride, padding }: PoolOptions): tf.Tensor {
  return traced("avgPool", () => tf.avgPool(images(x), [size[0], size[1]], [stride[0], stride[1]], padding));
}

function images(x: tf.Tensor): tf.Tensor4D {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  return tf.reshape<tf.Rank.R4>(x, [batch, height, width, channels]);
}
