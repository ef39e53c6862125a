// Norms of single examples: layer norm, RMS norm, group norm and vectors of length 1. They know of no batch statistics and of no mode.
// The normalization has a gradient of its own: composed, that of the means would be several times the work.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

export interface NormOptions {
  /** Added to the variance or the mean square. */
  readonly epsilon: number;
}

export interface SegmentedNormOptions extends NormOptions {
  /**
   * Statistics are those of each segment by itself: pairs of a segment and a number of positions, in order of the last axis. A segment may
   * have several stretches. Absent: one segment.
   */
  readonly segments?: readonly number[];
}

export interface GroupNormOptions extends NormOptions {
  /** Channels fall into so many runs. */
  readonly groups: number;
}

/** x [..., d]: (x - mean) * scale / sqrt(variance + epsilon) + bias, statistics along the last axis (Ba et al. 2016). */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, { epsilon, segments = [] }: SegmentedNormOptions): tf.Tensor {
  return traced("layerNorm", () => tf.add(tf.mul(inSegments(x, segments, (part) => normalized(part, [part.rank - 1], epsilon, true)), scale), bias));
}

/** x [..., d]: x * scale / sqrt(mean of x^2 + epsilon), the mean along the last axis (Zhang and Sennrich 2019). */
export function rmsNorm(x: tf.Tensor, scale: tf.Tensor, { epsilon, segments = [] }: SegmentedNormOptions): tf.Tensor {
  return traced("rmsNorm", () => tf.mul(inSegments(x, segments, (part) => normalized(part, [part.rank - 1], epsilon, false)), scale));
}

/** x [batch, ..., channels]: as layer norm, but over a run of channels and all positions of the example (Wu and He 2018). */
export function groupNorm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, { groups, epsilon }: GroupNormOptions): tf.Tensor {
  return traced("groupNorm", () => {
    const [batch = 1] = x.shape;
    const channels = x.shape.at(-1) ?? 1;
    const positions = x.shape.slice(1, -1).reduce((product, size) => product * size, 1);
    const runs = tf.reshape(x, [batch, positions, groups, channels / groups]);
    const z = tf.reshape(normalized(runs, [1, 3], epsilon, true), x.shape);
    return tf.add(tf.mul(z, scale), bias);
  });
}

/** x / sqrt(max(sum x^2, epsilon)) along the last axis. */
export function l2Normalize(x: tf.Tensor, { epsilon }: NormOptions): tf.Tensor {
  return traced("l2Normalize", () => tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), epsilon))));
}

/** Applies `norm` to the positions of each segment of the last axis, `[..., size of the segment]`. */
function inSegments(x: tf.Tensor, segments: readonly number[], norm: (part: tf.Tensor) => tf.Tensor): tf.Tensor {
  const stretches = Array.from({ length: segments.length / 2 }, (_, i) => ({ segment: segments[2 * i] ?? 0, length: segments[2 * i + 1] ?? 0 }));
  if (stretches.length < 2) return norm(x);
  const [first] = stretches;
  if (first !== undefined && stretches.every(({ segment, length }, i) => segment === i && length === first.length)) {
    return tf.reshape(norm(tf.reshape(x, [...x.shape.slice(0, -1), stretches.length, first.length])), x.shape);
  }
  const parts = tf.split(x, stretches.map(({ length }) => length), x.rank - 1);
  const results: tf.Tensor[] = [];
  for (const segment of new Set(stretches.map((stretch) => stretch.segment))) {
    const own = [...stretches.keys()].filter((i) => stretches[i]?.segment === segment);
    const normed = norm(joined(own.map((i) => parts[i] ?? x)));
    const apart = own.length === 1 ? [normed] : tf.split(normed, own.map((i) => stretches[i]?.length ?? 0), x.rank - 1);
    own.forEach((i, index) => (results[i] = apart[index] ?? normed));
  }
  return joined(results);
}

function joined(parts: readonly tf.Tensor[]): tf.Tensor {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : tf.concat([...parts], -1);
}

/**
 * z = c r with c = x - mean (or x, if not `centered`) and r = 1 / sqrt(mean of c^2 + epsilon), means over `axes`. The gradient of x is
 * r (dz - mean dz - z mean(dz z)); the first mean belongs to the centering.
 */
function normalized(x: tf.Tensor, axes: number[], epsilon: number, centered: boolean): tf.Tensor {
  const op = tf.customGrad((...given) => {
    const [xs, save] = given as unknown as [tf.Tensor, tf.GradSaveFunc];
    const c = centered ? tf.sub(xs, tf.mean(xs, axes, true)) : xs;
    const r = tf.rsqrt(tf.add(tf.mean(tf.square(c), axes, true), epsilon));
    const z = tf.mul(c, r);
    save([z, r]);
    return {
      value: z,
      gradFunc: (dz: tf.Tensor, saved: tf.Tensor[]) => {
        const [z0 = z, r0 = r] = saved;
        const along = tf.sub(dz, tf.mul(z0, tf.mean(tf.mul(dz, z0), axes, true)));
        return tf.mul(r0, centered ? tf.sub(along, tf.mean(dz, axes, true)) : along);
      },
    };
  });
  return op(x);
}
