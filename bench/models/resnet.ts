// ResNet of 8 layers (He et al. 2015, the CIFAR form), as `std/vision` has it: three stages of one residual block each.

import * as tf from "@tensorflow/tfjs-core";
import { convolutionWeights, normalizedConvolution } from "./convolution.js";
import { at, classified, crossEntropy, dense, denseWeights, type HandModel, type Learn, type Named } from "./model.js";

export interface ResnetSizes {
  readonly batch: number;
  /** Height and width of an image of 3 channels. */
  readonly side: number;
  /** Channels of the first stage; each next one has twice as many. */
  readonly width: number;
  readonly classes: number;
}

const stages = [1, 2, 3] as const;

export function resnet8({ batch, side, width, classes }: ResnetSizes): HandModel {
  const widthOf = (stage: number): number => width * 2 ** (stage - 1);
  return {
    title: `resnet8 ${side}x${side}x3`,
    batch,
    weights: Object.assign(
      convolutionWeights("start", 3, 3, width),
      ...stages.flatMap((stage) => {
        const [inputs, outputs] = [widthOf(Math.max(1, stage - 1)), widthOf(stage)];
        const around = inputs === outputs ? {} : convolutionWeights(`around_${stage}`, 1, inputs, outputs);
        return [convolutionWeights(`first_${stage}`, 3, inputs, outputs), convolutionWeights(`second_${stage}`, 3, outputs, outputs), around];
      }),
      denseWeights("dense", widthOf(3), classes),
    ),
    inputs: (seed) => classified(batch, [side, side, 3], classes, seed),
    loss: (weights, inputs, learn) => {
      let x = tf.relu(normalizedConvolution(at<tf.Rank.R4>(inputs, "x"), weights, "start", 1, learn));
      for (const stage of stages) x = residual(x, weights, stage, learn);
      return crossEntropy(dense(tf.mean<tf.Tensor2D>(x, [1, 2]), weights, "dense"), at<tf.Rank.R1>(inputs, "label"));
    },
  };
}

/** Two convolutions and the way around them, which is a convolution of size 1 where sizes change. */
function residual(x: tf.Tensor4D, weights: Named, stage: number, learn: Learn): tf.Tensor4D {
  const stride = stage === 1 ? 1 : 2;
  const first = tf.relu(normalizedConvolution(x, weights, `first_${stage}`, stride, learn));
  const second = normalizedConvolution(first, weights, `second_${stage}`, 1, learn);
  const around = stage === 1 ? x : normalizedConvolution(x, weights, `around_${stage}`, stride, learn);
  return tf.relu(tf.add(around, second));
}
