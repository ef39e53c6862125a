// Convolution of each channel of an image by itself.

import * as tf from "@tensorflow/tfjs-core";
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
  return tf.depthwiseConv2d(tf.reshape<tf.Rank.R4>(x, [batch, height, width, channels]), filters, [stride[0], stride[1]], padding);
}
