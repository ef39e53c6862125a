// Positions: rows of a table, angles of rotary features, biases by distance.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** x [..., t, d] plus the first t rows of a table [positions, d]. */
export function learnedPositions(x: tf.Tensor, table: tf.Tensor): tf.Tensor {
  return traced("learnedPositions", () => {
    const [t = 1, d = 1] = x.shape.slice(-2);
    return tf.add(x, t === table.shape[0] ? table : tf.slice(table, [0, 0], [t, d]));
  });
}

/**
 * x [..., t, heads, size]: features i and i + size / 2 of each head turned by the angle p * base^(-2 i / size), p the position
 * (Su et al. 2021, with the pairs as in GPT-NeoX).
 */
export function rotary(x: tf.Tensor, { base }: { readonly base: number }): tf.Tensor {
  return traced("rotary", () => {
    const [t = 1, , size = 2] = x.shape.slice(-3);
    const half = size / 2;
    const angle = (i: number): number => Math.floor(i / half) * base ** (-(i % half) / half);
    const table = (of: (angle: number) => number): tf.Tensor => tf.tensor3d(Float32Array.from({ length: t * half }, (_, i) => of(angle(i))), [t, 1, half]);
    const [cosine, sine] = [table(Math.cos), table(Math.sin)];
    const from = (start: number): tf.Tensor => tf.slice(x, [...Array<number>(x.rank - 1).fill(0), start], [...x.shape.slice(0, -1), half]);
    const [a, b] = [from(0), from(half)];
    return tf.concat([tf.sub(tf.mul(a, cosine), tf.mul(b, sine)), tf.add(tf.mul(b, cosine), tf.mul(a, sine))], -1);
  });
}

export interface RelativeBiasOptions {
  readonly length: number;
  /** All buckets are for earlier positions; otherwise half of them are for later ones. */
  readonly causal: boolean;
  readonly maxDistance: number;
}

/** A table [buckets, heads] read by the distance of two positions: [heads, length, length], the reading position first. */
export function relativeBias(table: tf.Tensor, { length, causal, maxDistance }: RelativeBiasOptions): tf.Tensor {
  return traced("relativeBias", () => {
    const [buckets = 1, heads = 1] = table.shape;
    const indices = Int32Array.from({ length: length * length }, (_, i) => relativeBucket((i % length) - Math.floor(i / length), buckets, causal, maxDistance));
    return tf.reshape(tf.transpose(tf.gather(table, tf.tensor1d(indices, "int32"))), [heads, length, length]);
  });
}

/**
 * The bucket of `distance`, the position that is read minus the one that reads (Raffel et al. 2020): of the buckets of a direction,
 * the first half for each distance, the others for distances in a geometric progression up to `maxDistance`.
 */
export function relativeBucket(distance: number, buckets: number, causal: boolean, maxDistance: number): number {
  const count = causal ? buckets : buckets / 2;
  const offset = !causal && distance > 0 ? count : 0;
  const length = causal ? Math.max(-distance, 0) : Math.abs(distance);
  const exact = count / 2;
  if (length < exact) return offset + length;
  // Where the logarithm is a whole number it counts as that, however it was rounded.
  const step = Math.floor((Math.log(length / exact) / Math.log(maxDistance / exact)) * (count - exact) + 1e-6);
  return offset + Math.min(exact + step, count - 1);
}
