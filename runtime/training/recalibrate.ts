// Batch-norm statistics for a folded model. Those of training belong to mixtures of kernels, or to weights that are not averaged; the folded
// ones are estimated anew over fixed batches of the training split, as plain averages, with nothing random in the pass.

import * as tf from "@tensorflow/tfjs-core";
import { gatherBatch, pieces } from "../data/batches.js";
import type { LoadedDataset } from "../data/load.js";
import { Calibration } from "../mode.js";
import type { Run } from "../program/run.js";
import { stream } from "../random.js";
import { inputColumns, inputsOf, tick } from "./evaluate.js";

/** At most so many rows the statistics are estimated on, in whole batches; their error falls with the root of it. */
const calibrationRows = 4096;

/** Must statistics be estimated anew: are there any, and are the weights that ship other ones than those that train? */
export function needsRecalibration(run: Run): boolean {
  const weights = Object.values(run.weights);
  return weights.some(({ role }) => role === "statistic") && (run.ema !== undefined || weights.some(({ set }) => set !== null && set.copies > 1));
}

/** Replaces the statistics among `weights` (folded, owned by the caller) in place; the old ones are disposed. */
export async function recalibrate(run: Run, weights: Record<string, tf.Tensor>, data: LoadedDataset): Promise<void> {
  const columns = inputColumns(run, data.columns);
  const calibration = new Calibration(run.seed);
  const all = [...pieces(calibrationSet(data.splits.train), run.batch)];
  const whole = all.filter(({ length }) => length === run.batch);
  // Batches of one size are one program on backends that build one per size.
  for (const rows of whole.length > 0 ? whole : all) {
    const batch = gatherBatch(columns, rows);
    tf.tidy(() => {
      run.forward(weights, inputsOf(run, batch), calibration.mode);
    });
    await calibration.collect();
    tf.dispose(batch);
    await tick();
  }
  for (const [path, tensor] of Object.entries(calibration.statistics())) {
    weights[path]?.dispose();
    weights[path] = tensor;
  }
}

/** The fixed rows: the same for every run on the split, spread over all of it. */
function calibrationSet(train: Int32Array): Int32Array {
  const order = stream(0, "calibrate").permutation(train.length);
  return Int32Array.from(order.subarray(0, calibrationRows), (place) => train[place] ?? 0);
}
