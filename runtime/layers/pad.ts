// More at the ends of axes.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

export interface PadOptions {
  /** For each axis of the example. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** x [batch, ...] with `value` added at the ends of each axis of the example. */
export function pad(x: tf.Tensor, { before, after, value }: PadOptions): tf.Tensor {
  return traced("pad", () => {
    if (x.rank === 1) return x;
    return tf.pad(x, [[0, 0], ...before.map((count, axis): [number, number] => [count, after[axis] ?? 0])], value);
  });
}
