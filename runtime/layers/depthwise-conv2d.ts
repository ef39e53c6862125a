// Convolution of each channel of an image by itself.

import * as tf from "@tensorflow/tfjs-core";
import { isLibtensorflow } from "../backends/libtensorflow.js";
import { traced } from "../tensor.js";
import { dilated } from "./dilated.js";

export interface DepthwiseConv2dOptions {
  readonly stride: readonly [number, number];
  readonly padding: "same" | "valid";
  readonly dilation: readonly [number, number];
}

/** x [batch, h, w, c] with filters [kh, kw, c * multiplier]: [batch, oh, ow, c * multiplier], the results of a channel side by side. */
export function depthwiseConv2d(x: tf.Tensor, kernel: tf.Tensor, options: DepthwiseConv2dOptions): tf.Tensor {
  return traced("depthwiseConv2d", () => filterEach(x, kernel, options));
}

/** The same, as part of another layer. */
export function filterEach(x: tf.Tensor, kernel: tf.Tensor, { stride, padding, dilation }: DepthwiseConv2dOptions): tf.Tensor4D {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  const [kernelHeight = 1, kernelWidth = 1, outputs = 1] = kernel.shape;
  const filters = dilated(tf.reshape<tf.Rank.R4>(kernel, [kernelHeight, kernelWidth, channels, outputs / channels]), dilation);
  const image = tf.reshape<tf.Rank.R4>(x, [batch, height, width, channels]);
  if (stride[0] !== stride[1] && isLibtensorflow()) return everyOf(image, filters, stride, padding);
  return tf.depthwiseConv2d(image, filters, [stride[0], stride[1]], padding);
}

/** By way of stride 1, of whose results some are taken. */
function everyOf(x: tf.Tensor4D, filters: tf.Tensor4D, stride: readonly [number, number], padding: "same" | "valid"): tf.Tensor4D {
  const around = ([0, 1] as const).map((axis): [number, number] => {
    const [size, length, step] = [x.shape[axis === 0 ? 1 : 2], filters.shape[axis], stride[axis]];
    const total = padding === "valid" ? 0 : Math.max(0, (Math.ceil(size / step) - 1) * step + length - size);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  });
  const all = tf.depthwiseConv2d(tf.pad(x, [[0, 0], ...around, [0, 0]]), filters, 1, "valid");
  const taken = (y: tf.Tensor, axis: 1 | 2, step: number): tf.Tensor => (step === 1 ? y : tf.gather(y, Int32Array.from({ length: Math.ceil((y.shape[axis] ?? 0) / step) }, (_, i) => i * step), axis));
  return taken(taken(all, 1, stride[0]), 2, stride[1]) as tf.Tensor4D;
}
