// One training step as a function: mix the kernel sets, loss and gradients at the mixture (at each stage), clip, update. State goes in, the next state and
// what is to be seen come out. Nothing here reads a tensor, and what differs from step to step comes from `numbers`: so a backend may
// work ahead, or record the step once and replay it.

import * as tf from "@tensorflow/tfjs-core";
import { stagesOf } from "../optimizers/optimizer.js";
import type { WeightSpecs } from "../weights.js";
import { nextAverages } from "./average.js";
import type { LossTerms, StepContext, TrainingSettings } from "./settings.js";
import { at, slopeAt, type Slope } from "./slope.js";
import { learned, updated } from "./update.js";
import { direction, stagesAfter, started, walked, type Walk } from "./walk.js";

/** Tensors of the scope around; `next` holds every tensor of the state, the same one where it did not change or was changed in place. */
export interface StepResult {
  readonly next: Record<string, tf.Tensor>;
  /** The sum of the terms: a scalar. */
  readonly loss: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Tensor>>;
  /** Norm of the gradient of all weights, once per kernel set, before clipping: a scalar. */
  readonly gradientNorm: tf.Tensor;
  /** If `spoiled` was given: NaN where that was or the step is not finite, else 0. */
  readonly spoiled: tf.Tensor | null;
}

/** One step, on one batch. Throws what the loss throws. */
export function takeStep<W extends WeightSpecs>(settings: TrainingSettings<W>, context: StepContext, lossTerms: LossTerms<W>): StepResult {
  let walk = started(settings, context);
  for (let stage = 0; stage < stagesOf(settings.optimizer); stage++) {
    walk = walked(settings, context, walk, slopeAt(settings, walk.here, context.numbers, lossTerms));
  }
  return ended(settings, context, walk);
}

/** The weights at which the gradients of the next stage are taken, after those of the stages before. */
export function weightsAfter(settings: TrainingSettings, context: StepContext, slopes: readonly Slope[]): Readonly<Record<string, tf.Tensor>> {
  return after(settings, context, slopes).here;
}

/** The end of a step whose gradients were taken before: those of each stage. */
export function endStep(settings: TrainingSettings, context: StepContext, slopes: readonly Slope[]): StepResult {
  return ended(settings, context, after(settings, context, slopes));
}

function after(settings: TrainingSettings, context: StepContext, slopes: readonly Slope[]): Walk {
  return slopes.reduce((walk, slope) => walked(settings, context, walk, slope), started(settings, context));
}

/** Updates by what all stages found. */
function ended(settings: TrainingSettings, context: StepContext, walk: Walk): StepResult {
  const { state, isGuarded } = context;
  const { first, norm, scale } = walk;
  if (first === null || norm === null) throw new Error("a step without a gradient");
  // Before the weights change where they lie.
  const next: Record<string, tf.Tensor> = { ...state, ...nextAverages(settings, context, isGuarded ? scale : null), ...stagesAfter(settings, context, walk) };
  const along = direction(settings, walk);
  for (const [path, spec] of Object.entries(settings.weights)) {
    if (spec.trainable) Object.assign(next, updated(settings, context, path, spec, at(along, path), walk));
  }
  for (const [path, batch] of Object.entries(first.statistics)) Object.assign(next, learned(state, path, batch, scale, isGuarded));
  return { next, loss: first.loss, terms: first.terms, gradientNorm: norm, spoiled: context.spoiled != null && scale !== null ? tf.sub(scale, scale) : null };
}
