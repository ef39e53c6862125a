// Functions that rearrange, join or summarize. Axes and shapes are those of an example: the batch is in front and stays.

import * as tf from "@tensorflow/tfjs-core";
import { withoutPadding } from "./lengths.js";
import { traced } from "../tensor.js";

/** x [batch, ...] as [batch, ...shape]. */
export function reshape(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return traced("reshape", () => tf.reshape(x, [x.shape[0] ?? 1, ...shape]));
}

/** Tensors joined along `axis` of the example; -1 is the last. */
export function concat(parts: readonly tf.Tensor[], { axis }: { readonly axis: number }): tf.Tensor {
  return traced("concat", () => tf.concat([...parts], batchedAxis(axis)));
}

/** Indices [batch, ...] as [batch, ..., depth]: 1 at the index, 0 elsewhere. */
export function oneHot(x: tf.Tensor, { depth }: { readonly depth: number }): tf.Tensor {
  return traced("oneHot", () => tf.oneHot(tf.cast(x, "int32"), depth, 1, 0, "float32"));
}

/** The same numbers as another type; to i32 they are cut towards zero. */
export function cast(x: tf.Tensor, { dtype }: { readonly dtype: "f32" | "i32" | "bool" }): tf.Tensor {
  return traced("cast", () => tf.cast(x, ({ f32: "float32", i32: "int32", bool: "bool" } as const)[dtype]));
}

/** Mean over `axes` of the example, which go; with lengths [batch] over the real positions of the first axis, which must be among them. */
export function mean(x: tf.Tensor, { axes }: { readonly axes: readonly number[] }, lengths?: tf.Tensor): tf.Tensor {
  return traced("mean", () => {
    if (lengths === undefined) return tf.mean(x, axes.map(batchedAxis));
    const [batch = 1] = x.shape;
    const sums = tf.sum(withoutPadding(x, lengths), axes.map(batchedAxis));
    const others = axes.reduce((product, axis) => (axis === 0 ? product : product * (x.shape[axis + 1] ?? 1)), 1);
    const counts = tf.mul(tf.cast(lengths, "float32"), others);
    return tf.div(sums, tf.reshape(counts, [batch, ...Array<number>(sums.rank - 1).fill(1)]));
  });
}

function batchedAxis(axis: number): number {
  return axis < 0 ? axis : axis + 1;
}
