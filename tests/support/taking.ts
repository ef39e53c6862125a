// Steps of a compiled run, taken as the training loop takes them, with all that is known afterwards.

import * as tf from "@tensorflow/tfjs-core";
import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { Training, type Run } from "../../runtime/index.js";
import { divisionOf, rowsPerStep } from "../../runtime/program/run.js";
import { totalSteps } from "../../runtime/training/loop.js";
import { trainingRows } from "../../runtime/training/rows.js";
import { Stepper, type StepTaken } from "../../runtime/training/stepper.js";

export interface Outcome {
  readonly taken: readonly StepTaken[];
  /** The state's numbers after the steps, by name. */
  readonly state: Readonly<Record<string, Float32Array>>;
  /** Of the model that ships. */
  readonly folded: Readonly<Record<string, Float32Array>>;
  /** Why steps were not captured, if that was tried. */
  readonly obstacle: string | null;
}

/** Takes steps of a run up to `until`, from the beginning or from a state after `from.step` steps. */
export async function take(run: Run, until: number, from: { readonly step: number; readonly state: Outcome["state"] } | null = null): Promise<Outcome> {
  const data = await loadDataset(run.dataset, ".");
  const { seed, batch } = run;
  const { rows, columns } = trainingRows(run, data, null);
  const training = new Training({ ...run, totalSteps: totalSteps(run, rows.length), stepsPerEpoch: stepsPerEpoch(rows.length, rowsPerStep(run)) });
  if (from !== null) {
    const shapes = training.tensors();
    const state = Object.fromEntries(Object.entries(from.state).map(([name, values]) => [name, tf.tensor(Float32Array.from(values), shapes[name]?.shape)]));
    training.restore(state, from.step);
    tf.dispose(state);
  }
  const stepper = new Stepper(run, training, columns, new DataOrder(rows, batch, seed, divisionOf(run)));
  const taken: StepTaken[] = [];
  while (training.step < until) taken.push(...(await stepper.take(until - training.step)));
  const state = numbers(training.tensors());
  const model = training.folded();
  const folded = numbers(model);
  tf.dispose(model);
  stepper.forget();
  training.dispose();
  return { taken, state, folded, obstacle: stepper.obstacle };
}

const numbers = (tensors: Readonly<Record<string, tf.Tensor>>): Record<string, Float32Array> => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]));

/** The largest difference of two tensors of the same names, in parts of the largest number of each. */
export function apart(a: Outcome["state"], b: Outcome["state"]): number {
  let worst = 0;
  for (const [name, values] of Object.entries(a)) {
    const scale = Math.max(1e-6, ...values.map(Math.abs));
    for (const [i, value] of values.entries()) worst = Math.max(worst, Math.abs(value - (b[name]?.[i] ?? NaN)) / scale);
  }
  return worst;
}
