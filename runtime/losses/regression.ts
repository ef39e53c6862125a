// Losses of predictions against numbers, means over the batch and all other axes; with lengths over real positions, with weights of terms times weights.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { average } from "./average.js";
import { alike } from "./targets.js";

/** Mean of (prediction - target)^2. */
export function mse(prediction: tf.Tensor, target: tf.Tensor, lengths?: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return traced("mse", () => average(tf.square(tf.sub(prediction, alike(prediction, target))), lengths, weights));
}

/** Mean of |prediction - target|. */
export function mae(prediction: tf.Tensor, target: tf.Tensor, lengths?: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return traced("mae", () => average(tf.abs(tf.sub(prediction, alike(prediction, target))), lengths, weights));
}

/** Mean of e^2 / 2 up to |e| = delta and delta (|e| - delta / 2) beyond, e = prediction - target (Huber 1964). */
export function huber(prediction: tf.Tensor, target: tf.Tensor, { delta }: { readonly delta: number }, lengths?: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return traced("huber", () => {
    const error = tf.abs(tf.sub(prediction, alike(prediction, target)));
    const inner = tf.minimum(error, delta);
    return average(tf.add(tf.mul(0.5, tf.square(inner)), tf.mul(delta, tf.sub(error, inner))), lengths, weights);
  });
}
