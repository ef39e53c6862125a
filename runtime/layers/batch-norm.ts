// Batch norm (Ioffe and Szegedy 2015) over the last axis. Training normalizes by the batch's statistics and hands them to the mode, which
// moves the stored ones; evaluation uses the stored ones.

import * as tf from "@tensorflow/tfjs-core";
import { batchStatisticsKernelName, normalizeGradKernelName, normalizeKernelName } from "../backends/cpu/batch-norm.js";
import type { Mode } from "../mode.js";
import { traced } from "../tensor.js";

export interface BatchNormOptions {
  /** Added to the variance. */
  readonly epsilon: number;
  /** Share of a stored statistic that stays at each step. */
  readonly momentum: number;
}

/**
 * x [batch, ..., features]: (x - mean) * scale / sqrt(variance + epsilon) + bias. The variance of a batch has the divisor n, for
 * normalizing and for what is stored.
 */
export function batchNorm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, { epsilon, momentum }: BatchNormOptions, mode: Mode, path: string): tf.Tensor {
  return traced("batchNorm", () => {
    if (mode.kind === "evaluate") {
      const factor = tf.div(scale, tf.sqrt(tf.add(variance, epsilon)));
      return tf.add(tf.mul(tf.sub(x, mean), factor), bias);
    }
    const [batchMean, batchVariance] = statistics(x);
    mode.record(path, { mean: batchMean, variance: batchVariance, momentum, count: x.size / (x.shape.at(-1) ?? 1) });
    return normalized(x, scale, bias, batchMean, batchVariance, epsilon);
  });
}

/** Mean and variance of each feature, not differentiated: `normalized` has the whole gradient. */
function statistics(x: tf.Tensor): readonly [tf.Tensor, tf.Tensor] {
  if (tf.getKernel(batchStatisticsKernelName, tf.getBackend())) {
    const [mean, variance] = tf.engine().runKernel<tf.Tensor[]>(batchStatisticsKernelName, { x });
    if (mean !== undefined && variance !== undefined) return [mean, variance];
  }
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const { mean, variance } = tf.moments(x, axes);
  return [mean, variance];
}

/** Normalizes by statistics that are those of x, with the gradient that follows through them. */
function normalized(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, epsilon: number): tf.Tensor {
  const op = tf.customGrad((...given) => {
    const [xs, scales, biases, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([xs, scales, mean, variance]);
    return {
      value: forward(xs, scales, biases, mean, variance, epsilon),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x0 = xs, scale0 = scales, mean0 = mean, variance0 = variance] = saved;
        return backward(dy, x0, scale0, mean0, variance0, epsilon);
      },
    };
  });
  return op(x, scale, bias);
}

function forward(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, epsilon: number): tf.Tensor {
  if (tf.getKernel(normalizeKernelName, tf.getBackend())) return tf.engine().runKernel<tf.Tensor>(normalizeKernelName, { x, scale, bias, mean, variance }, { epsilon });
  const factor = tf.div(scale, tf.sqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(tf.sub(x, mean), factor), bias);
}

/** Gradients of x, scale and bias. */
function backward(dy: tf.Tensor, x: tf.Tensor, scale: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, epsilon: number): tf.Tensor[] {
  if (tf.getKernel(normalizeGradKernelName, tf.getBackend())) return tf.engine().runKernel<tf.Tensor[]>(normalizeGradKernelName, { dy, x, scale, mean, variance }, { epsilon });
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const rows = x.size / (x.shape.at(-1) ?? 1);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const z = tf.mul(tf.sub(x, mean), inverse);
  const dbias = tf.sum(dy, axes);
  const dscale = tf.sum(tf.mul(dy, z), axes);
  const dx = tf.mul(tf.mul(scale, inverse), tf.sub(dy, tf.div(tf.add(dbias, tf.mul(z, dscale)), rows)));
  return [dx, dscale, dbias];
}
