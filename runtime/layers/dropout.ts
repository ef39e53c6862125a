// Dropout (Srivastava et al. 2014), inverted: what is kept is scaled, so that evaluation is the identity.

import * as tf from "@tensorflow/tfjs-core";
import type { Mode } from "../mode.js";
import { noiseStream } from "../random.js";
import { traced } from "../tensor.js";

/** In training zero with probability `rate`, else divided by 1 - rate; the mask is a function of seed, path, step and part. Else x. */
export function dropout(x: tf.Tensor, { rate }: { readonly rate: number }, mode: Mode, path: string): tf.Tensor {
  return traced("dropout", () => {
    if (mode.kind !== "train" || rate === 0) return x;
    const kept = 1 / (1 - rate);
    const mask = mode.numbers.tensor(`dropout ${path}`, x.shape, (step, part) => {
      const numbers = noiseStream(mode.seed, "dropout", path, step, part);
      const factors = new Float32Array(x.size);
      for (let i = 0; i < factors.length; i++) factors[i] = numbers.uniform() < rate ? 0 : kept;
      return factors;
    });
    return tf.mul(x, mask);
  });
}
