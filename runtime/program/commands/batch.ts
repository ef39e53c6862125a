// `train --batch auto`: the largest batch whose steps fit the memory here. Each size is tried in a process of its own, since one that does not fit
// may end it, and leaves a GPU's memory as it is.

import { freemem } from "node:os";
import { gibibytes } from "../../backends/memory.js";
import { answerOf } from "../../backends/trial.js";
import { DataOrder, stepsPerEpoch } from "../../data/batches.js";
import { grouped } from "../../logging/numbers.js";
import { Stepper } from "../../training/stepper.js";
import { Training } from "../../training/training.js";
import { UserError } from "../errors.js";
import type { Output } from "../output.js";
import { Datasets, runOf, type Program } from "../program.js";
import { divisionOf, rowsPerStep, type Run } from "../run.js";
import { RunGraph } from "../run-graph.js";

/** What a size was found to take: seconds of a step and bytes of the process at its most; or why it does not fit. */
export type Trial = { readonly seconds: number; readonly bytes: number } | { readonly failed: string };

const steps = 3;

/** Takes some steps of a run with batches of so many rows, and prints a `Trial` as JSON. */
export async function tryBatchCommand(program: Program, name: string, batch: number, output: Output): Promise<void> {
  output.result(JSON.stringify(await trial(program, runOf(program, name, []), batch)));
}

async function trial(program: Program, declared: Run, batch: number): Promise<Trial> {
  const run = { ...declared, batch };
  const datasets = new Datasets(program, () => undefined);
  const data = await datasets.get(run.dataset);
  const sourceWeights = run.sources === undefined ? null : await new RunGraph(program, datasets).untrainedWeights(run);
  const rows = data.splits.train;
  try {
    const training = new Training({ ...run, ...(sourceWeights === null ? {} : { sourceWeights }), totalSteps: steps, stepsPerEpoch: stepsPerEpoch(rows.length, rowsPerStep(run)) });
    const stepper = new Stepper(run, training, data.columns, new DataOrder(rows, batch, run.seed, divisionOf(run)));
    let seconds = Infinity;
    // The first prepares what all use.
    for (let i = 0; i < steps; i++) {
      const started = performance.now();
      await stepper.take(1);
      seconds = Math.min(seconds, (performance.now() - started) / 1000);
    }
    return { seconds, bytes: process.resourceUsage().maxRSS * 1024 };
  } catch (error) {
    return { failed: error instanceof Error ? (error.message.split("\n")[0] ?? "").replace(/\.$/, "") : String(error) };
  }
}

/** Tries sizes for each run, from its own by doubling. `words` start the program again with the same flags: Node's own come first. */
export async function batchCommand(program: Program, names: readonly string[], words: readonly string[], output: Output): Promise<void> {
  const runs = names.length === 0 ? program.runs.filter((run) => run.declaredIn === undefined) : names.map((name) => runOf(program, name, []));
  const datasets = new Datasets(program, (line) => output.terminal.write(`${line}\n`));
  for (const run of runs) {
    const { train } = (await datasets.get(run.dataset)).splits;
    findBatch(run, train.length, (batch) => tryElsewhere([...words, "--try-batch", String(batch), run.name]), output);
  }
}

/** Prints what each size takes, and the largest that fits. */
export function findBatch(run: Pick<Run, "name" | "batch">, rows: number, attempt: (batch: number) => Trial, output: Pick<Output, "result">): void {
  const say = (text: string): void => output.result(`${run.name}: ${text}`);
  let largest: number | null = null;
  let peaks: readonly number[] = [];
  for (let batch = Math.min(run.batch, rows); ; batch = Math.min(2 * batch, rows)) {
    const [last = 0, before = last] = peaks;
    // What a process takes grows with the batch and does not begin with nothing.
    const needed = last + 2 * (last - before);
    if (largest !== null && needed > freemem()) {
      say(`batch ${grouped(batch)} is not tried: it would take about ${gibibytes(needed)} of the ${gibibytes(freemem())} that are free`);
      break;
    }
    const found = attempt(batch);
    if ("failed" in found) {
      say(`batch ${grouped(batch)} does not fit: ${found.failed}`);
      largest ??= smaller(batch, attempt);
      break;
    }
    say(`batch ${grouped(batch)}: ${short(found.seconds * 1000)} ms a step, ${short((found.seconds * 1e6) / batch)} microseconds a row`);
    largest = batch;
    peaks = [found.bytes, ...peaks];
    if (batch >= rows) break;
  }
  if (largest === null) throw new UserError(`Not even one row of \`${run.name}\` can be trained on here.`, "Look at the message above, or make the model smaller.");
  say(largest >= rows ? `a batch of all ${grouped(rows)} rows fits` : `the largest batch that fits, by doubling, is ${grouped(largest)}: write \`batch ${largest}\``);
}

const short = (value: number): string => grouped(Number(value.toPrecision(3)));

function smaller(batch: number, attempt: (batch: number) => Trial): number | null {
  for (let size = Math.floor(batch / 2); size >= 1; size = Math.floor(size / 2)) if (!("failed" in attempt(size))) return size;
  return null;
}

function tryElsewhere(words: readonly string[]): Trial {
  const { answer, problem, printed } = answerOf(words);
  if (isTrial(answer)) return answer;
  const said = /^error: (.*)$/m.exec(printed)?.[1];
  return { failed: said?.replace(/\.$/, "") ?? problem ?? "its answer has another form than expected" };
}

function isTrial(value: unknown): value is Trial {
  return typeof value === "object" && value !== null && (("failed" in value && typeof value.failed === "string") || ("seconds" in value && typeof value.seconds === "number" && "bytes" in value && typeof value.bytes === "number"));
}
