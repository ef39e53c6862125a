// Attention (Vaswani et al. 2017) in parts: projections onto heads, the product of queries, keys and values, the projection back.
// Products are of matrices stacked along one axis only: those that repeat an axis have no gradient in TensorFlow.js, and wrong values.

import * as tf from "@tensorflow/tfjs-core";
import { realPositions } from "./lengths.js";
import { traced } from "../tensor.js";

/** Added to the score of what may not be read: its share is exactly 0, and no number on the way is infinite. */
const hidden = -1e30;

/** x [..., d] times a kernel [d, heads, size]: [..., heads, size]. */
export function projectHeads(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return traced("projectHeads", () => {
    const [d = 1, heads = 1, size = 1] = kernel.shape;
    const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, d]), tf.reshape<tf.Rank.R2>(kernel, [d, heads * size]));
    return tf.reshape(product, [...x.shape.slice(0, -1), heads, size]);
  });
}

/** x [..., heads, size] times a kernel [heads, size, d]: [..., d]. */
export function mergeHeads(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return traced("mergeHeads", () => {
    const [heads = 1, size = 1, d = 1] = kernel.shape;
    const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, heads * size]), tf.reshape<tf.Rank.R2>(kernel, [heads * size, d]));
    return tf.reshape(product, [...x.shape.slice(0, -2), d]);
  });
}

export interface AttentionOptions {
  /** Position i reads from positions up to i only. */
  readonly causal: boolean;
}

type AttentionWithoutBias = readonly [options: AttentionOptions, lengths?: tf.Tensor];
type AttentionWithBias = readonly [bias: tf.Tensor, options: AttentionOptions, lengths?: tf.Tensor];
export type AttentionRest = AttentionWithoutBias | AttentionWithBias;

/**
 * Queries [batch, u, heads, size], keys and values [batch, t, groups, size]: softmax(q k^T / sqrt(size) + bias) v of each head,
 * [batch, u, heads, size]. `groups` divides `heads`, and neighbouring heads share a group. `bias` is [batch, heads, u, t], or [heads, u, t]
 * for all examples. With lengths [batch] behind the options, only the first positions of keys and values are read.
 */
export function attention(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, ...rest: AttentionRest): tf.Tensor {
  return traced("attention", () => {
    const [bias, { causal }, lengths] = rest[0] instanceof tf.Tensor ? (rest as AttentionWithBias) : ([null, ...(rest as AttentionWithoutBias)] as const);
    const [batch = 1, u = 1, heads = 1, size = 1] = query.shape;
    const [, t = 1, groups = 1] = key.shape;
    // Heads of one group are rows of one matrix.
    const stack = (x: tf.Tensor, rows: number): tf.Tensor3D => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * groups, rows, size]);
    const queries = tf.mul<tf.Tensor3D>(stack(query, (heads / groups) * u), 1 / Math.sqrt(size));
    let scores = tf.reshape(tf.matMul(queries, stack(key, t), false, true), [batch, heads, u, t]);
    if (bias !== null) scores = tf.add(scores, bias);
    if (causal) scores = tf.add(scores, later(u, t));
    if (lengths !== undefined) scores = tf.add(scores, tf.reshape(tf.mul(tf.sub(1, realPositions(lengths, t, 2)), hidden), [batch, 1, 1, t]));
    const shares = tf.reshape<tf.Rank.R3>(tf.softmax(scores), [batch * groups, (heads / groups) * u, t]);
    return tf.transpose(tf.reshape(tf.matMul(shares, stack(value, t)), [batch, heads, u, size]), [0, 2, 1, 3]);
  });
}

/** 0 for what position i may read, positions up to i; `hidden` for later ones. */
function later(u: number, t: number): tf.Tensor {
  const mask = new Float32Array(u * t);
  for (let i = 0; i < u; i++) mask.fill(hidden, i * t + Math.min(i + 1, t), (i + 1) * t);
  return tf.tensor2d(mask, [u, t]);
}
