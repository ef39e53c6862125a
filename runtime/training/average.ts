// A moving average of the weights, which ships in their place (`ema`). As TensorFlow's ExponentialMovingAverage with a count of updates has
// it, it starts from the initial weights, and the n-th average keeps the share min(decay, (1 + n) / (10 + n)), so that neither the
// initial weights nor a short run weigh down the result. Of a kernel set the mean is averaged, which is what ships.

import * as tf from "@tensorflow/tfjs-core";
import { unlessBroken } from "../optimizers/optimizer.js";
import { foldMixing, mix } from "../methods/majority-kernels/mix.js";
import type { WeightSpec, WeightSpecs } from "../weights.js";
import type { State, StepContext } from "./settings.js";
import { at } from "./slope.js";

/** The share of the average that stays when the weights after n steps are taken in. */
export function averageDecay(decay: number, n: number): number {
  return Math.min(decay, (1 + n) / (10 + n));
}

/** What ships of a weight: a kernel set at p = 1/k, another weight as it is. */
export function foldedWeight(value: tf.Tensor, { set, shape }: WeightSpec): tf.Tensor {
  return set === null ? value : mix(value, foldMixing(set, shape));
}

/** The averages before the first step, by their names in the state. */
export function initialAverages(weights: WeightSpecs, state: State): Record<string, tf.Tensor> {
  return Object.fromEntries(trainedOf(weights).map(([path, spec]) => [`average/${path}`, tf.tidy(() => tf.keep(tf.mul(foldedWeight(at(state, `weights/${path}`), spec), 1)))]));
}

/**
 * The averages with the weights as they are before the step: so a step needs to know nothing of the weights it makes, which a backend may
 * change in place. NaN in `scale`: none changes.
 */
export function nextAverages({ ema, weights }: { readonly ema?: number; readonly weights: WeightSpecs }, { state, numbers }: StepContext, scale: tf.Tensor | null): Record<string, tf.Tensor> {
  if (ema === undefined) return {};
  const taken = numbers.tensor("average", [], (step) => Float32Array.of(1 - averageDecay(ema, step)));
  return Object.fromEntries(
    trainedOf(weights).map(([path, spec]) => {
      const average = at(state, `average/${path}`);
      const next = towards(average, foldedWeight(at(state, `weights/${path}`), spec), taken);
      return [`average/${path}`, unlessBroken(scale, next, average)];
    }),
  );
}

/** The average that ships after `steps` steps: that of the state, with the weights as they are now. */
export function shippedAverage(ema: number, state: State, path: string, spec: WeightSpec, steps: number): tf.Tensor {
  return towards(at(state, `average/${path}`), foldedWeight(at(state, `weights/${path}`), spec), tf.scalar(1 - averageDecay(ema, steps)));
}

function towards(average: tf.Tensor, value: tf.Tensor, taken: tf.Tensor): tf.Tensor {
  return tf.add(average, tf.mul(tf.sub(value, average), taken));
}

function trainedOf(weights: WeightSpecs): readonly (readonly [string, WeightSpec])[] {
  return Object.entries(weights).filter(([, { trainable }]) => trainable);
}
