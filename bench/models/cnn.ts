// A convolutional classifier: for each width convolution 3x3, batch norm, ReLU, maximum of 2x2; then a dense layer, if asked for behind dropout.

import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../runtime/random.js";
import { convolutionWeights, normalizedConvolution } from "./convolution.js";
import { at, classified, crossEntropy, dense, denseWeights, type HandModel } from "./model.js";

export interface CnnSizes {
  readonly batch: number;
  /** Height and width of an image. */
  readonly side: number;
  readonly channels: number;
  readonly widths: readonly number[];
  readonly classes: number;
  /** Share of features that dropout takes; 0: no dropout. */
  readonly dropout: number;
}

export function cnn({ batch, side, channels, widths, classes, dropout }: CnnSizes): HandModel {
  const left = side >> widths.length;
  const features = left * left * (widths.at(-1) ?? channels);
  return {
    title: `CNN ${side}x${side}x${channels}, conv ${widths.join(", ")}${dropout > 0 ? ", dropout" : ""}`,
    batch,
    weights: Object.assign({}, ...widths.map((width, i) => convolutionWeights(`conv_${i + 1}`, 3, widths[i - 1] ?? channels, width)), denseWeights("dense", features, classes)),
    // The mask is fed: a step is then a function of its inputs.
    inputs: (seed) => ({ ...classified(batch, [side, side, channels], classes, seed), ...(dropout > 0 ? { mask: mask([batch, features], dropout, seed) } : {}) }),
    loss: (weights, inputs, learn) => {
      let x = at<tf.Rank.R4>(inputs, "x");
      for (const i of widths.keys()) x = tf.maxPool(tf.relu(normalizedConvolution(x, weights, `conv_${i + 1}`, 1, learn)), 2, 2, "valid");
      const flat = tf.reshape<tf.Rank.R2>(x, [batch, features]);
      return crossEntropy(dense(dropout > 0 ? tf.mul(flat, at(inputs, "mask")) : flat, weights, "dense"), at<tf.Rank.R1>(inputs, "label"));
    },
  };
}

/** 0 with probability `rate`, else 1 / (1 - rate). */
function mask(shape: [number, number], rate: number, seed: number): tf.Tensor2D {
  const draw = stream(seed, "dropout");
  return tf.tensor2d(Float32Array.from({ length: shape[0] * shape[1] }, () => (draw.uniform() < rate ? 0 : 1 / (1 - rate))), shape);
}
