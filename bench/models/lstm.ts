// One LSTM layer (Hochreiter and Schmidhuber 1997) and a dense layer on its last state.

import * as tf from "@tensorflow/tfjs-core";
import { at, classified, constant, crossEntropy, dense, denseWeights, type HandModel } from "./model.js";

export interface LstmSizes {
  readonly batch: number;
  /** Steps of a sequence. */
  readonly length: number;
  readonly features: number;
  /** Numbers in the state. */
  readonly width: number;
  readonly classes: number;
}

export function lstm({ batch, length, features, width, classes }: LstmSizes): HandModel {
  return {
    title: `LSTM, ${length} steps, width ${width}`,
    batch,
    weights: {
      kernel: { shape: [features + width, 4 * width], mean: 0, deviation: 1 / Math.sqrt(features + width), isTrained: true },
      bias: constant(4 * width, 0),
      ...denseWeights("dense", width, classes),
    },
    inputs: (seed) => classified(batch, [length, features], classes, seed),
    loss: (weights, inputs) => {
      let cell: tf.Tensor2D = tf.zeros([batch, width]);
      let state: tf.Tensor2D = cell;
      for (const x of tf.unstack(at<tf.Rank.R3>(inputs, "x"), 1)) {
        const sums = tf.add<tf.Tensor2D>(tf.matMul(tf.concat([x as tf.Tensor2D, state], 1), at(weights, "kernel")), at<tf.Rank.R1>(weights, "bias"));
        const [input, forget, output, candidate] = tf.split(sums, 4, 1);
        if (input === undefined || forget === undefined || output === undefined || candidate === undefined) throw new Error("a gate is missing");
        cell = tf.add(tf.mul(tf.sigmoid(tf.add(forget, 1)), cell), tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
        state = tf.mul(tf.sigmoid(output), tf.tanh(cell));
      }
      return crossEntropy(dense(state, weights, "dense"), at<tf.Rank.R1>(inputs, "label"));
    },
  };
}
