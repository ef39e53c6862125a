// The product with a kernel: what a dense layer is made of.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** x [batch, ..., in] times a kernel [in, out]: [batch, ..., out]. One matrix product, however many axes x has. */
export function matmul(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return traced("matmul", () => {
    const [inputs = 1, outputs = 1] = kernel.shape;
    const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, inputs]), tf.reshape<tf.Rank.R2>(kernel, [inputs, outputs]));
    return x.rank === 2 ? product : tf.reshape(product, [...x.shape.slice(0, -1), outputs]);
  });
}
