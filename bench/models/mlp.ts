// Multilayer perceptrons with ReLU: a classifier, and a regression for the smallest one.

import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../runtime/random.js";
import { at, classified, crossEntropy, dense, denseWeights, type HandModel, type Named } from "./model.js";

export interface MlpSizes {
  readonly batch: number;
  /** Inputs, hidden layers, outputs. */
  readonly sizes: readonly number[];
}

function layers(sizes: readonly number[]): HandModel["weights"] {
  return Object.assign({}, ...sizes.slice(1).map((outputs, i) => denseWeights(`dense_${i + 1}`, sizes[i] ?? 1, outputs)));
}

function forward(x: tf.Tensor2D, weights: Named, count: number): tf.Tensor2D {
  let y = x;
  for (let i = 1; i <= count; i++) {
    y = dense(y, weights, `dense_${i}`);
    if (i < count) y = tf.relu(y);
  }
  return y;
}

/** Classes by cross-entropy. */
export function mlp({ batch, sizes }: MlpSizes): HandModel {
  return {
    title: `MLP ${sizes.join("-")}`,
    batch,
    weights: layers(sizes),
    inputs: (seed) => classified(batch, [sizes[0] ?? 1], sizes.at(-1) ?? 1, seed),
    loss: (weights, inputs) => crossEntropy(forward(at(inputs, "x"), weights, sizes.length - 1), at<tf.Rank.R1>(inputs, "label")),
  };
}

/** One number by squared error. */
export function regression({ batch, sizes }: MlpSizes): HandModel {
  const [features = 1] = sizes;
  return {
    title: `MLP ${sizes.join("-")}, regression`,
    batch,
    weights: layers(sizes),
    inputs: (seed) => {
      const x = stream(seed, "rows").fillNormal(new Float32Array(batch * features), 1);
      const y = Float32Array.from({ length: batch }, (_, row) => Math.tanh(x.subarray(row * features, (row + 1) * features).reduce((sum, value) => sum + value, 0)));
      return { x: tf.tensor2d(x, [batch, features]), y: tf.tensor2d(y, [batch, 1]) };
    },
    loss: (weights, inputs) => tf.mean(tf.square(tf.sub(forward(at(inputs, "x"), weights, sizes.length - 1), at(inputs, "y")))),
  };
}
