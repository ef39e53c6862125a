// What a step of a run takes: gradients and rows. The runtime divides its steps in the same way (runtime/program/run.ts).

import type { RunSettings } from "./semantic-model.js";

/** Gradients for each batch or set of batches: the stages of a Runge-Kutta method, 1 for other optimizers. */
export function gradientsPerStep({ optimizer: { call, options } }: Pick<RunSettings, "optimizer">): number {
  return call === "rk" && typeof options["order"] === "number" ? options["order"] : 1;
}

/** Rows of a step that is not the last of an epoch. */
export function rowsPerStep(settings: Pick<RunSettings, "batch" | "accumulate" | "optimizer">): number {
  const { batch, accumulate = 1, optimizer } = settings;
  return batch * accumulate * (optimizer.options["batches"] === "split" ? gradientsPerStep(settings) : 1);
}
