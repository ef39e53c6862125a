// Convolution of sequences: that of images of height 1.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { convolve } from "./conv2d.js";

export interface Conv1dOptions {
  readonly stride: readonly [number];
  readonly padding: "same" | "valid";
  readonly dilation: readonly [number];
  /** Channels fall into so many runs, each with filters of its own. */
  readonly groups: number;
}

/** x [batch, t, in] with filters [k, in / groups, out]: [batch, t', out]. */
export function conv1d(x: tf.Tensor, kernel: tf.Tensor, { stride, padding, dilation, groups }: Conv1dOptions): tf.Tensor {
  return traced("conv1d", () => {
    const [batch = 1, length = 1, channels = 1] = x.shape;
    const [taps = 1, connected = 1, outputs = 1] = kernel.shape;
    const options = { stride: [1, stride[0]], padding, dilation: [1, dilation[0]], groups } as const;
    const y = convolve(tf.reshape(x, [batch, 1, length, channels]), tf.reshape(kernel, [1, taps, connected, outputs]), options);
    return tf.reshape(y, [batch, y.shape[2], outputs]);
  });
}
