// One training step as a function: mix the kernel sets, loss and gradients at the mixture, clip, update. State goes in, the next state and
// what is to be seen come out. Nothing here reads a tensor, and what differs from step to step comes from `numbers`: so a backend may
// work ahead, or record the step once and replay it.

import * as tf from "@tensorflow/tfjs-core";
import type { WeightSpecs } from "../weights.js";
import { nextAverages } from "./average.js";
import { gradientScale } from "./clipping.js";
import type { LossTerms, StepContext, TrainingSettings } from "./settings.js";
import { at, slopeAt, type Slope } from "./slope.js";
import { coupled, learned, mixedWeights, updated } from "./update.js";

/** Tensors of the scope around; `next` holds every tensor of the state, the same one where it did not change or was changed in place. */
export interface StepResult {
  readonly next: Record<string, tf.Tensor>;
  /** The sum of the terms: a scalar. */
  readonly loss: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Tensor>>;
  /** Norm of the gradient of all weights, once per kernel set, before clipping: a scalar. */
  readonly gradientNorm: tf.Tensor;
}

/** One step, on one batch. Throws what the loss throws. */
export function takeStep<W extends WeightSpecs>(settings: TrainingSettings<W>, context: StepContext, lossTerms: LossTerms<W>): StepResult {
  const weights = mixedWeights(settings, context.state, context.numbers);
  return ended(settings, context, weights, slopeAt(settings, weights, context.numbers, lossTerms));
}

/** The weights at which the gradients of the next stage are taken, after those of the stages before. */
export function weightsAfter(settings: TrainingSettings, context: StepContext, _slopes: readonly Slope[]): Readonly<Record<string, tf.Tensor>> {
  return mixedWeights(settings, context.state, context.numbers);
}

/** The end of a step whose gradients were taken before: those of each stage. */
export function endStep(settings: TrainingSettings, context: StepContext, slopes: readonly Slope[]): StepResult {
  const [slope] = slopes;
  if (slope === undefined) throw new Error("a step without a gradient");
  return ended(settings, context, mixedWeights(settings, context.state, context.numbers), slope);
}

/** Clips what was found at `weights`, and updates. */
function ended(settings: TrainingSettings, context: StepContext, weights: Readonly<Record<string, tf.Tensor>>, { loss, terms, gradients, statistics }: Slope): StepResult {
  const { state, isGuarded } = context;
  const trained = Object.entries(settings.weights).filter(([, { trainable }]) => trainable);
  const own = trained.map(([path, spec]) => coupled(settings, spec, at(weights, path), at(gradients, path)));
  const { scale, norm, clipped } = gradientScale(own, loss, settings.clip, isGuarded);
  // Before the weights change where they lie.
  const next: Record<string, tf.Tensor> = { ...state, ...nextAverages(settings, context, isGuarded ? scale : null) };
  for (const [i, [path, spec]] of trained.entries()) {
    const gradient = clipped[i];
    if (gradient !== undefined) Object.assign(next, updated(settings, context, path, spec, gradient, scale));
  }
  for (const [path, batch] of Object.entries(statistics)) Object.assign(next, learned(state, path, batch, scale, isGuarded));
  return { next, loss, terms, gradientNorm: norm };
}
