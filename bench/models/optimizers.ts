// Optimizers by hand. What differs from step to step is a number of the step, given as a tensor that all weights share.

import * as tf from "@tensorflow/tfjs-core";
import { at, type Named } from "./model.js";

export interface HandOptimizer {
  /** Slots per weight, which start at zero. */
  readonly slots: number;
  /** The numbers of step `count`, counted from 1. */
  readonly numbers: (count: number) => Readonly<Record<string, number>>;
  /** New values of a weight and its slots; `numbers` holds scalars. */
  readonly update: (weight: tf.Tensor, gradient: tf.Tensor, slots: readonly tf.Tensor[], numbers: Named) => { readonly weight: tf.Tensor; readonly slots: readonly tf.Tensor[] };
}

/**
 * Adam (Kingma and Ba 2015) with betas 0.9 and 0.999 and epsilon 1e-8. The slots are m / (1 - beta1) and v / (1 - beta2), which saves two
 * products per weight.
 */
export function adam(rate: number): HandOptimizer {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  return {
    slots: 2,
    // rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon), numerator and denominator divided by the root's factor.
    numbers: (count) => {
      const root = Math.sqrt((1 - beta2) / (1 - beta2 ** count));
      return { step: (rate * (1 - beta1)) / (1 - beta1 ** count) / root, least: epsilon / root, beta1, beta2 };
    },
    update: (weight, gradient, [first = tf.scalar(0), second = tf.scalar(0)], numbers) => {
      const m = tf.add(tf.mul(first, at(numbers, "beta1")), gradient);
      const v = tf.add(tf.mul(second, at(numbers, "beta2")), tf.square(gradient));
      return { weight: tf.sub(weight, tf.mul(at(numbers, "step"), tf.div(m, tf.add(tf.sqrt(v), at(numbers, "least"))))), slots: [m, v] };
    },
  };
}

/** Gradient descent with momentum: v = momentum v + g; W = W - rate v. */
export function sgd(rate: number, momentum: number): HandOptimizer {
  return {
    slots: 1,
    numbers: () => ({ step: rate, momentum }),
    update: (weight, gradient, [velocity = tf.scalar(0)], numbers) => {
      const v = tf.add(tf.mul(velocity, at(numbers, "momentum")), gradient);
      return { weight: tf.sub(weight, tf.mul(at(numbers, "step"), v)), slots: [v] };
    },
  };
}
