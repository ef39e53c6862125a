// Gradient clipping and the guard against steps gone wrong: both are one scalar that gradients are multiplied by.

import * as tf from "@tensorflow/tfjs-core";

/** At most this norm of all gradients together, or each number of them within [-value, value]. */
export type Clip = { readonly norm: number } | { readonly value: number };

export interface GradientScale {
  /** 1, or what clips to the norm; NaN, if guarded, where the loss or a gradient is not finite. Null: 1. */
  readonly scale: tf.Tensor | null;
  /** Of all gradients together, before clipping. */
  readonly norm: tf.Tensor;
  /** The gradients, clipped by value if that is asked; the norm is in `scale`. */
  readonly clipped: readonly tf.Tensor[];
}

/** `guard`: null: not guarded; else 1, or NaN where a step before was not finite. */
export function gradientScale(gradients: readonly tf.Tensor[], loss: tf.Tensor, clip: Clip | null, guard: tf.Tensor | number | null): GradientScale {
  const norm = normOf(gradients);
  const clipped = clip !== null && "value" in clip ? gradients.map((gradient) => tf.clipByValue(gradient, -clip.value, clip.value)) : gradients;
  const shrinks = clip !== null && "norm" in clip ? tf.minimum(1, tf.div(clip.norm, tf.maximum(norm, 1e-30))) : null;
  if (guard === null) return { scale: shrinks, norm, clipped };
  // Finite numbers minus themselves are 0; NaN and infinities make NaN.
  const guarded = tf.add(guard, tf.add(tf.sub(loss, loss), tf.sub(norm, norm)));
  return { scale: shrinks === null ? guarded : tf.mul(guarded, shrinks), norm, clipped };
}

/** The norm of all tensors together: a scalar. */
export function normOf(tensors: readonly tf.Tensor[]): tf.Tensor {
  const squares = tensors.map((tensor) => {
    const flat = tf.reshape(tensor, [1, -1]);
    // A dot product with itself: one pass, no square of the whole gradient in memory.
    return tf.reshape(tf.matMul(flat, flat, false, true), []);
  });
  return tf.sqrt(squares.length === 0 ? tf.scalar(0) : tf.addN(squares));
}
