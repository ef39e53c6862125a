// What a forward pass is for. Only `batch_norm`, `noise`, `dropout` and attention with dropout ask.

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

/**
 * Estimates the statistics of batch norms anew: plain averages over the batches passed under `mode`, weighted by their sizes. After each pass
 * `collect` takes what it recorded, in double precision on the host, so that one batch is computed at a time.
 */
export class Calibration {
  readonly mode: Mode;
  private recorded: { readonly path: string; readonly statistics: BatchStatistics }[] = [];
  private readonly sums = new Map<string, { readonly mean: Float64Array; readonly variance: Float64Array; count: number }>();

  constructor(seed = 0) {
    const keep = (path: string, { mean, variance, ...rest }: BatchStatistics): void => {
      this.recorded.push({ path, statistics: { ...rest, mean: tf.keep(tf.clone(mean)), variance: tf.keep(tf.clone(variance)) } });
    };
    this.mode = { kind: "calibrate", seed, numbers: numbersOf(0), record: keep };
  }

  /** Adds what the last pass recorded. */
  async collect(): Promise<void> {
    const recorded = this.recorded;
    this.recorded = [];
    for (const { path, statistics } of recorded) {
      const { mean, variance, count } = statistics;
      const size = mean.size;
      const sum = this.sums.get(path) ?? { mean: new Float64Array(size), variance: new Float64Array(size), count: 0 };
      for (const [total, tensor] of [[sum.mean, mean], [sum.variance, variance]] as const) {
        for (const [i, x] of (await tensor.data()).entries()) total[i] = (total[i] ?? 0) + count * x;
        tensor.dispose();
      }
      sum.count += count;
      this.sums.set(path, sum);
    }
  }

  /** `<path>.mean` and `<path>.variance` of every batch norm that ran; the caller disposes them. Ends the calibration. */
  statistics(): Record<string, tf.Tensor> {
    const result: Record<string, tf.Tensor> = {};
    for (const [path, { mean, variance, count }] of this.sums) {
      result[`${path}.mean`] = tf.keep(tf.tensor(Float32Array.from(mean, (x) => x / count)));
      result[`${path}.variance`] = tf.keep(tf.tensor(Float32Array.from(variance, (x) => x / count)));
    }
    this.sums.clear();
    return result;
  }
}
