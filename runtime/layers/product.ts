// Products of matrices that are both computed.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** a [batch, ..., n, k] times b [batch, ..., k, m], the axes before equal: [batch, ..., n, m]. */
export function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return traced("product", () => tf.matMul(a, b));
}
