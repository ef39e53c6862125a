// The end of a worker of the step benchmark that is bundled with a compiled program: steps of one of its runs as the training loop takes them,
// the gathering of their rows included. Relies on the runtime's own loading and stepping.

import { DataOrder, stepsPerEpoch } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { Training, type Run } from "../../runtime/index.js";
import { Stepper } from "../../runtime/training/stepper.js";
import { answer } from "./answer.js";
import { useBackend } from "./use-backend.js";

/** Serves the run that the first argument names; the others are the backend, its threads, the folder of the data, and its device if not the default. */
export async function serve(runs: readonly Run[]): Promise<void> {
  const [name = "", backend = "", threads = "1", folder = ".", device = null] = process.argv.slice(2);
  const run = runs.find((one) => one.name === name);
  if (run === undefined) throw new Error(`no run ${name}`);
  const found = await useBackend(backend, Number(threads), device);
  const { columns, splits } = await loadDataset(run.dataset, folder);
  const { weights, optimizer, clip, l2, seed, batch } = run;
  // Whole batches only: what a step of one size takes.
  const rows = splits.train.subarray(0, splits.train.length - (splits.train.length % batch));
  const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 10_000_000, stepsPerEpoch: stepsPerEpoch(rows.length, batch) });
  const stepper = new Stepper(run, training, columns, new DataOrder(rows, batch, seed));
  await answer(async (most) => (await stepper.take(most)).map(({ loss }) => loss), found);
}
