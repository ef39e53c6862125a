// The end of a worker of the step benchmark that is bundled with a compiled program: steps of one run on batches that are ready, as many as
// a line of standard input asks for; each answer is their milliseconds, of the clock and of the processor. Relies on the runtime's own loading
// and training state.

import * as tf from "@tensorflow/tfjs-core";
import { createInterface } from "node:readline";
import { gatherBatch, pieces } from "../../runtime/data/batches.js";
import { loadDataset } from "../../runtime/data/load.js";
import { selectBackend, Training, type Run } from "../../runtime/index.js";

/** Takes a step and waits for its loss. */
export type Step = () => Promise<number>;

/** Answers each line of standard input, a number of steps, with the milliseconds that they took, of the clock and of the processor. */
export async function answer(step: Step): Promise<void> {
  process.stdout.write("ready\n");
  for await (const line of createInterface({ input: process.stdin })) {
    const steps = Number(line);
    const [start, used] = [performance.now(), process.cpuUsage()];
    let loss = NaN;
    for (let i = 0; i < steps; i++) loss = await step();
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
    process.stdout.write(`${wall} ${(user + system) / 1000}\n`);
  }
}

/** Serves a run on the backend `cpu`. */
export async function serve(run: Run): Promise<void> {
  await selectBackend("cpu");
  const { columns, splits } = loadDataset(run.dataset, ".");
  const batches = [...pieces(splits.train, run.batch)].filter((rows) => rows.length === run.batch).map((rows) => gatherBatch(columns, rows));
  const { weights, optimizer, clip, l2, seed } = run;
  const training = new Training({ weights, optimizer, clip, l2, seed, totalSteps: 100_000, stepsPerEpoch: batches.length });
  await answer(async () => {
    const batch = batches[training.step % batches.length];
    if (batch === undefined) throw new Error("no batch");
    const descent = run.step(training, batch);
    const [loss = NaN] = await descent.loss.data();
    tf.dispose([descent.loss, descent.gradientNorm, ...Object.values(descent.terms)]);
    return loss;
  });
}
