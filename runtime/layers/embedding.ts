// Rows of a table by index.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** Indices [batch, ...] into a table [vocabulary, d]: [batch, ..., d]. */
export function embedding(indices: tf.Tensor, table: tf.Tensor): tf.Tensor {
  return traced("embedding", () => tf.gather(table, tf.cast(indices, "int32")));
}
