// Activations and other functions of one tensor, element by element or along the last axis.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** max(x, 0). */
export function relu(x: tf.Tensor): tf.Tensor {
  return traced("relu", () => tf.relu(x));
}

/** x where x > 0, else slope * x. */
export function leakyRelu(x: tf.Tensor, { slope }: { readonly slope: number }): tf.Tensor {
  return traced("leakyRelu", () => tf.leakyRelu(x, slope));
}

/** x where x > 0, else exp(x) - 1 (Clevert et al. 2016). */
export function elu(x: tf.Tensor): tf.Tensor {
  return traced("elu", () => tf.elu(x));
}

/** x Phi(x), Phi the normal distribution by erf (Hendrycks and Gimpel 2016), exact form. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return traced("gelu", () => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)));
}

/** x sigmoid(x). */
export function silu(x: tf.Tensor): tf.Tensor {
  return traced("silu", () => tf.mul(x, tf.sigmoid(x)));
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: tf.Tensor): tf.Tensor {
  return traced("sigmoid", () => tf.sigmoid(x));
}

export function tanh(x: tf.Tensor): tf.Tensor {
  return traced("tanh", () => tf.tanh(x));
}

/** log(1 + exp(x)). */
export function softplus(x: tf.Tensor): tf.Tensor {
  return traced("softplus", () => tf.softplus(x));
}

/** exp(x) / sum exp(x) along the last axis. */
export function softmax(x: tf.Tensor): tf.Tensor {
  return traced("softmax", () => tf.softmax(x));
}

export function exp(x: tf.Tensor): tf.Tensor {
  return traced("exp", () => tf.exp(x));
}

/** Natural logarithm. */
export function log(x: tf.Tensor): tf.Tensor {
  return traced("log", () => tf.log(x));
}

export function sqrt(x: tf.Tensor): tf.Tensor {
  return traced("sqrt", () => tf.sqrt(x));
}
