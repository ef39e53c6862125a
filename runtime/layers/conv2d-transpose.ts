// The transpose of a convolution of images: small ones become large ones.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

export interface Conv2dTransposeOptions {
  readonly stride: readonly [number, number];
  readonly padding: "same" | "valid";
}

/** x [batch, h, w, in] with filters [kh, kw, in, out]: [batch, h', w', out], `stride` times as large for `same`, (h - 1) stride + kh for `valid`. */
export function conv2dTranspose(x: tf.Tensor, kernel: tf.Tensor, { stride, padding }: Conv2dTransposeOptions): tf.Tensor {
  return traced("conv2dTranspose", () => {
    const [batch = 1, height = 1, width = 1, inputs = 1] = x.shape;
    const [kernelHeight = 1, kernelWidth = 1, , outputs = 1] = kernel.shape;
    const size = (n: number, taps: number, step: number): number => (padding === "same" ? n * step : (n - 1) * step + taps);
    // TensorFlow.js wants the filters of the convolution that goes the other way.
    const filters = tf.transpose(tf.reshape<tf.Rank.R4>(kernel, [kernelHeight, kernelWidth, inputs, outputs]), [0, 1, 3, 2]);
    const shape: [number, number, number, number] = [batch, size(height, kernelHeight, stride[0]), size(width, kernelWidth, stride[1]), outputs];
    return tf.conv2dTranspose(tf.reshape<tf.Rank.R4>(x, [batch, height, width, inputs]), filters, shape, [stride[0], stride[1]], padding);
  });
}
