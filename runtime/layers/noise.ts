// Normal numbers, for models that draw: a variational autoencoder's sample is mean + deviation * noise.

import * as tf from "@tensorflow/tfjs-core";
import type { Mode } from "../mode.js";
import { noiseStream } from "../random.js";
import { traced } from "../tensor.js";

/** Standard normal numbers in the shape of x, a function of seed, path, step and part; 0 outside training. The gradient of x is 0. */
export function noise(x: tf.Tensor, mode: Mode, path: string): tf.Tensor {
  return traced("noise", () => {
    if (mode.kind !== "train") return tf.zerosLike(x);
    const numbers = mode.numbers.tensor(`noise ${path}`, x.shape, (step, part) => noiseStream(mode.seed, "noise", path, step, part).fillNormal(new Float32Array(x.size), 1));
    const op = tf.customGrad(() => ({ value: tf.clone(numbers), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) }));
    return op(x);
  });
}
