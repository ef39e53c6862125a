// What a step is given: the run's settings, the loss, the state, and where numbers that differ from step to step come from.

import type * as tf from "@tensorflow/tfjs-core";
import type { SourceWeights } from "../initializers.js";
import type { Mode } from "../mode.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import type { Tensors, WeightSpecs } from "../weights.js";
import type { SourceMoments } from "./carried.js";
import type { Clip } from "./clipping.js";
import type { StepNumbers } from "./step-numbers.js";

export interface TrainingSettings<W extends WeightSpecs = WeightSpecs> {
  readonly weights: W;
  readonly optimizer: Optimizer;
  readonly clip: Clip | null;
  /** Adds l2 * W to the gradient of each kernel and embedding table (of a kernel set: of the mixed kernel). */
  readonly l2: number;
  /** Adds l1 * sign(W) to the gradient of the same weights; 0 unless given. */
  readonly l1?: number;
  /** Share that the moving average of the weights keeps at each step, and then the average ships; absent: the weights do. */
  readonly ema?: number;
  /** Weights of trained models that some begin with. */
  readonly sourceWeights?: SourceWeights;
  /** What the optimizers of those kept, for weights whose own begins with it; absent: all begin with zeros. */
  readonly sourceMoments?: SourceMoments;
  /** Steps that the moments of a weight had behind them when training began, by its path. Absent: none had. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

/** The loss of a batch, term by term, from the weights that a forward pass takes. */
export type LossTerms<W extends WeightSpecs> = (weights: Tensors<W>, mode: Mode) => Readonly<Record<string, tf.Tensor>>;

/** Weights, moments and statistics, averages: `weights/<path>`, `optimizer/<slot>/<path>`, `average/<path>`. */
export type State = Readonly<Record<string, tf.Tensor>>;

/** What a step takes beside the loss. */
export interface StepContext {
  readonly state: State;
  /** Its number, counted from 0: only for kernels that are never replayed. */
  readonly step: number;
  readonly numbers: StepNumbers;
  /** Must a step whose loss or gradient is not finite leave the state as it is? Else the caller sees to that. */
  readonly isGuarded: boolean;
  /** If guarded: NaN where a step before this one, not looked at yet, was not finite, so that this one leaves the state as it is, too; else 0. Absent: none was. */
  readonly spoiled?: tf.Tensor | null;
  /** May weights and moments be changed by updates, after everything else? The step must then be captured. */
  readonly mayUpdate: boolean;
}
