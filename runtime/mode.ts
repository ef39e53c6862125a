// What a forward pass is for. Only `batch_norm` and `dropout` ask.

import * as tf from "@tensorflow/tfjs-core";
import { numbersOf, type StepNumbers } from "./training/step-numbers.js";

export interface Mode {
  /** `train`: batch statistics, dropout. `evaluate`: stored statistics. `calibrate`: batch statistics, to estimate them anew, no dropout. */
  readonly kind: "train" | "evaluate" | "calibrate";
  /** Seed of the run, from which noise is drawn. */
  readonly seed: number;
  /** Where noise comes from: it differs from step to step. */
  readonly numbers: StepNumbers;
  /** Takes the statistics of one batch at the `batch_norm` of a path. */
  readonly record: (path: string, statistics: BatchStatistics) => void;
}

/** Mean and variance `[features]` of one batch; the receiver keeps them if it wants them after the pass. */
export interface BatchStatistics {
  readonly mean: tf.Tensor;
  /** With divisor `count`. */
  readonly variance: tf.Tensor;
  /** Share of the old statistic that stays: new = momentum * old + (1 - momentum) * batch. */
  readonly momentum: number;
  /** How many values each feature's statistics are of. */
  readonly count: number;
}

/** The mode of evaluation, export and inference. */
export const evaluating: Mode = { kind: "evaluate", seed: 0, numbers: numbersOf(0), record: () => undefined };

/** The mode of a training step: of the step of that number, or of one whose numbers are given. */
export function trainingMode(seed: number, step: number | StepNumbers, record: Mode["record"]): Mode {
  return { kind: "train", seed, numbers: typeof step === "number" ? numbersOf(step) : step, record };
}

/** Estimates the statistics of batch norms anew: plain averages over the batches passed under `mode`, weighted by their sizes. */
export class Calibration {
  readonly mode: Mode;
  private readonly sums = new Map<string, { mean: tf.Tensor; variance: tf.Tensor; count: number }>();

  constructor(seed = 0) {
    this.mode = { kind: "calibrate", seed, numbers: numbersOf(0), record: (path, statistics) => this.add(path, statistics) };
  }

  private add(path: string, { mean, variance, count }: BatchStatistics): void {
    const old = this.sums.get(path);
    const [meanSum, varianceSum] = tf.tidy(() => {
      const meanPart = tf.mul(mean, count);
      const variancePart = tf.mul(variance, count);
      return [tf.keep(old ? tf.add(old.mean, meanPart) : meanPart), tf.keep(old ? tf.add(old.variance, variancePart) : variancePart)] as const;
    });
    old?.mean.dispose();
    old?.variance.dispose();
    this.sums.set(path, { mean: meanSum, variance: varianceSum, count: (old?.count ?? 0) + count });
  }

  /** `<path>.mean` and `<path>.variance` of every batch norm that ran; the caller disposes them. Ends the calibration. */
  statistics(): Record<string, tf.Tensor> {
    const result: Record<string, tf.Tensor> = {};
    for (const [path, { mean, variance, count }] of this.sums) {
      result[`${path}.mean`] = tf.keep(tf.div(mean, count));
      result[`${path}.variance`] = tf.keep(tf.div(variance, count));
      mean.dispose();
      variance.dispose();
    }
    this.sums.clear();
    return result;
  }
}
