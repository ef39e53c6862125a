// What a metric is: counts that add up over batches, and the figure that they give.

import type * as tf from "@tensorflow/tfjs-core";

export interface Metric {
  readonly kind: "metric";
  /** A vector; that of the whole split is made of those of its batches by `merge`. The caller disposes it. */
  readonly counts: tf.Tensor;
  /** Adds the counts of a batch to those so far, in place, in double precision. */
  readonly merge: (sofar: Float64Array, batch: Float64Array) => void;
  /** The figure, from the counts of all batches. NaN where it is not defined, as over no rows. */
  readonly finish: (counts: Float64Array) => number;
  /** Which way is better; early stopping and the best checkpoint follow it. */
  readonly better: "higher" | "lower";
}

export function metric(counts: tf.Tensor, finish: Metric["finish"], better: Metric["better"] = "higher", merge: Metric["merge"] = add): Metric {
  return { kind: "metric", counts, finish, better, merge };
}

function add(sofar: Float64Array, batch: Float64Array): void {
  for (const [i, count] of batch.entries()) sofar[i] = at(sofar, i) + count;
}

/** The i-th count. */
export function at(counts: Float64Array, i: number): number {
  return counts[i] ?? 0;
}
