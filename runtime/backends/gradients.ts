// Gradients that TensorFlow.js lacks or has wrong, corrected once for every backend. Tests compare each with finite differences.

import * as tf from "@tensorflow/tfjs-core";
import { isLibtensorflow } from "./libtensorflow.js";
import "./tfjs-gradients.js";

let installed: tf.GradConfig | null = null;

/** Registers the gradients; more than once does nothing, unless a package has registered TensorFlow.js's own over them. */
export function installGradients(): void {
  if (installed !== null && tf.getGradient(tf.AvgPool) === installed) return;
  for (const kernelName of [tf.Greater, tf.GreaterEqual, tf.Less, tf.LessEqual, tf.Equal, tf.NotEqual]) {
    tf.registerGradient({ kernelName, inputsToSave: ["a", "b"], gradFunc: (_dy, [a, b]) => ({ a: () => zerosLike(a), b: () => zerosLike(b) }) });
  }
  for (const kernelName of [tf.IsNan, tf.IsInf, tf.IsFinite, tf.LogicalNot]) {
    tf.registerGradient({ kernelName, inputsToSave: ["x"], gradFunc: (_dy, [x]) => ({ x: () => zerosLike(x) }) });
  }
  correctAvgPool();
  installed = tf.getGradient(tf.AvgPool);
}

/** Gradients are float32 whatever their tensor is. */
function zerosLike(x: tf.Tensor | undefined): tf.Tensor {
  return tf.zeros(x?.shape ?? []);
}

/** All backends but libtensorflow divide by the whole window also at the border, where padding `same` leaves part of it out. */
function correctAvgPool(): void {
  const original = tf.getGradient(tf.AvgPool);
  tf.registerGradient({
    kernelName: tf.AvgPool,
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved;
      if (Array.isArray(dy) || x === undefined) throw new Error("the gradient of a pool takes one tensor");
      const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.AvgPoolAttrs;
      return {
        x: () => {
          const [, height = 1, width = 1] = x.shape;
          const ones = tf.ones<tf.Rank.R4>([1, height, width, 1]);
          const [windowHeight, windowWidth] = typeof filterSize === "number" ? [filterSize, filterSize] : filterSize;
          // The mean of ones over the whole window, with zeros outside, is the share of the window that is inside.
          const shared = isLibtensorflow() ? dy : tf.div(dy, windowShares(ones, windowHeight, windowWidth, strides, pad));
          const gradient = original.gradFunc(shared, saved, { filterSize, strides, pad, ...(dimRoundingMode === undefined ? {} : { dimRoundingMode }) });
          const of = gradient["x"];
          if (of === undefined) throw new Error("TensorFlow.js's gradient of avgPool changed its form");
          return of();
        },
      };
    },
  });
}

/** What share of each window lies inside the image: [1, oh, ow, 1]. */
function windowShares(ones: tf.Tensor4D, windowHeight: number, windowWidth: number, strides: [number, number] | number, pad: tf.AvgPoolAttrs["pad"]): tf.Tensor {
  const window = tf.fill<tf.Rank.R4>([windowHeight, windowWidth, 1, 1], 1 / (windowHeight * windowWidth));
  if (typeof pad === "object") throw new Error("pools take no explicit padding");
  return tf.conv2d(ones, window, strides, pad);
}
