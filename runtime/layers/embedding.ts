// Rows of a table by index, and the table the other way round.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** Indices [batch, ...] into a table [vocabulary, d]: [batch, ..., d]. */
export function embedding(indices: tf.Tensor, table: tf.Tensor): tf.Tensor {
  return traced("embedding", () => tf.gather(table, tf.cast(indices, "int32")));
}

/** x [..., d] times the rows of a table [vocabulary, d]: [..., vocabulary]. */
export function unembed(x: tf.Tensor, table: tf.Tensor): tf.Tensor {
  return traced("unembed", () => {
    const [vocabulary = 1, d = 1] = table.shape;
    const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, d]), tf.reshape<tf.Rank.R2>(table, [vocabulary, d]), false, true);
    return tf.reshape(product, [...x.shape.slice(0, -1), vocabulary]);
  });
}
