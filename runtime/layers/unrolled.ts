// What recurrent layers share: a sequence taken apart in time and put together again, and the state it starts from. The steps are unrolled when
// the layer runs, so a backend that records sees plain ops.

import * as tf from "@tensorflow/tfjs-core";

/** [batch, t, n] as t matrices [batch, n], in the order in which a layer goes through them. */
export function steps(x: tf.Tensor, reverse: boolean): tf.Tensor2D[] {
  const inTime = tf.unstack(x, 1) as tf.Tensor2D[];
  return reverse ? inTime.reverse() : inTime;
}

/** The inverse of `steps`. */
export function sequence(inOrder: readonly tf.Tensor[], reverse: boolean): tf.Tensor {
  return tf.stack(reverse ? [...inOrder].reverse() : [...inOrder], 1);
}

/** The state before the first step: zeros, or what is given, [batch, units] or [units] for every example. */
export function startOf(initial: tf.Tensor | null, batch: number, units: number): tf.Tensor2D {
  const zeros = tf.zeros<tf.Rank.R2>([batch, units]);
  return initial === null ? zeros : tf.add(zeros, initial);
}

/** x [batch, t, in] times a kernel [in, n], plus a bias [n], for all steps at once: [batch, t, n]. */
export function projected(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const [batch = 1, length = 1, inputs = 1] = x.shape;
  const [, outputs = 1] = kernel.shape;
  const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, inputs]), kernel as tf.Tensor2D);
  return tf.reshape(tf.add(product, bias), [batch, length, outputs]);
}

/** sum over steps of h_t^T d_t: the gradient of a kernel that every step used, as one product. */
export function kernelGradient(states: readonly tf.Tensor[], gradients: readonly tf.Tensor[]): tf.Tensor {
  return tf.matMul(tf.concat2d(states as tf.Tensor2D[], 0), tf.concat2d(gradients as tf.Tensor2D[], 0), true);
}

/** a (1 - a): the derivative of a sigmoid from its value. */
export function sigmoidSlope(a: tf.Tensor): tf.Tensor {
  return tf.mul(a, tf.sub(1, a));
}

/** 1 - a^2: the derivative of tanh from its value. */
export function tanhSlope(a: tf.Tensor): tf.Tensor {
  return tf.sub(1, tf.square(a));
}
