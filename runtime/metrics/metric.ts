// What a metric is: counts that add up over batches, and the figure that the sums give.

import type * as tf from "@tensorflow/tfjs-core";

export interface Metric {
  readonly kind: "metric";
  /** A vector; that of the whole split is the sum of those of its batches. The caller disposes it. */
  readonly counts: tf.Tensor;
  /** The figure, from the sum of the counts of all batches. NaN where it is not defined, as over no rows. */
  readonly finish: (counts: Float64Array) => number;
  /** Which way is better; early stopping and the best checkpoint follow it. */
  readonly better: "higher" | "lower";
}

export function metric(counts: tf.Tensor, finish: Metric["finish"], better: Metric["better"] = "higher"): Metric {
  return { kind: "metric", counts, finish, better };
}

/** The i-th count. */
export function at(counts: Float64Array, i: number): number {
  return counts[i] ?? 0;
}
