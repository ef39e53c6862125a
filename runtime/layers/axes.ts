// Functions that move along the axes of an example, and between what has a batch and what has none.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** x [batch, ...] with the axes of the example in another order. */
export function transpose(x: tf.Tensor, { axes }: { readonly axes: readonly number[] }): tf.Tensor {
  return traced("transpose", () => tf.transpose(x, [0, ...axes.map((axis) => axis + 1)]));
}

/** `length` neighbors along `axis` of the example, from `start` on. */
export function slice(x: tf.Tensor, { axis, start, length }: { readonly axis: number; readonly start: number; readonly length: number }): tf.Tensor {
  return traced("slice", () =>
    tf.slice(
      x,
      x.shape.map((_, i) => (i === axis + 1 ? start : 0)),
      x.shape.map((size, i) => (i === axis + 1 ? length : size)),
    ),
  );
}

/** x [...], which is the same for each example, once for each of those of `like`: [batch, ...]. */
export function perExample(x: tf.Tensor, like: tf.Tensor): tf.Tensor {
  return traced("perExample", () => {
    const [batch = 1] = like.shape;
    // TensorFlow.js's gradient of a tile adds slices one by one.
    const op = tf.customGrad((...given) => {
      const [one] = given as unknown as [tf.Tensor];
      const value = tf.tile(tf.expandDims(one, 0), [batch, ...one.shape.map(() => 1)]);
      return { value, gradFunc: (dy: tf.Tensor) => tf.sum(dy, 0) };
    });
    return op(x);
  });
}

/** x [...] as a batch of one: [1, ...]. Free, and no op of its own. */
export function withBatch(x: tf.Tensor): tf.Tensor {
  return tf.expandDims(x, 0);
}

/** A batch of one, [1, ...], as [...]. */
export function withoutBatch(x: tf.Tensor): tf.Tensor {
  return tf.squeeze(x, [0]);
}
