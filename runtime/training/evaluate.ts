// Evaluation of a folded model on a split: losses averaged over rows, metrics from counts that add up over batches.

import * as tf from "@tensorflow/tfjs-core";
import { gatherBatch, pieces, type Batch } from "../data/batches.js";
import type { Column, LoadedDataset } from "../data/load.js";
import type { SplitName } from "../data/split.js";
import { evaluating, type Mode } from "../mode.js";
import type { Measured, Named, Run } from "../program/run.js";

/** Values by name: `loss`, each term if there are several, each metric. */
export interface Evaluation {
  readonly values: Readonly<Record<string, number>>;
  readonly rows: number;
  /** Is more of a metric better, or less? */
  readonly directions: Readonly<Record<string, "higher" | "lower">>;
}

/** The model's inputs out of a batch of rows. */
export function inputsOf(run: Run, batch: Batch): Named {
  return Object.fromEntries(
    Object.entries(run.feeds).map(([input, field]) => {
      const tensor = batch[field];
      if (tensor === undefined) throw new Error(`no field ${field} for the input ${input}`);
      return [input, tensor];
    }),
  );
}

/** Only the columns that the model's inputs read. */
export function inputColumns(run: Run, columns: Readonly<Record<string, Column>>): Readonly<Record<string, Column>> {
  const fields = new Set(Object.values(run.feeds));
  return Object.fromEntries(Object.entries(columns).filter(([name]) => fields.has(name)));
}

/** Evaluates `weights` (folded) on a split, at most `batches` batches of it. */
export async function evaluate(run: Run, weights: Named, data: LoadedDataset, split: SplitName, batches: number = Infinity): Promise<Evaluation> {
  const losses = new Sums();
  const directions: Record<string, "higher" | "lower"> = { loss: "lower" };
  const counts = new Map<string, { readonly sums: Float64Array; readonly finish: (counts: Float64Array) => number }>();
  let names: readonly string[] = [];
  let rows = 0;
  let done = 0;
  for (const piece of pieces(data.splits[split], run.batch)) {
    if (done++ >= batches) break;
    rows += piece.length;
    const batch = gatherBatch(data.columns, piece);
    const measured = measure(run, weights, batch);
    const terms = Object.entries(measured.terms);
    let total = 0;
    for (const [name, term] of terms) {
      const value = await scalar(term);
      total += value;
      if (terms.length > 1) {
        losses.add(`loss.${name}`, value, piece.length);
        directions[`loss.${name}`] = "lower";
      }
    }
    losses.add("loss", total, piece.length);
    names = Object.keys(measured.metrics);
    for (const [name, metric] of Object.entries(measured.metrics)) {
      if (metric instanceof tf.Tensor) {
        losses.add(name, await scalar(metric), piece.length);
        directions[name] = "lower";
        continue;
      }
      const found = Float64Array.from(await metric.counts.data());
      const known = counts.get(name);
      if (known === undefined) counts.set(name, { sums: found, finish: metric.finish });
      else metric.merge(known.sums, found);
      directions[name] = metric.better;
      metric.counts.dispose();
    }
    tf.dispose(batch);
    await tick();
  }
  const values = losses.means(rows);
  for (const name of names) {
    const counted = counts.get(name);
    const value = counted === undefined ? values[name] : counted.finish(counted.sums);
    // Metrics stand in the order of the program, whatever they are made of.
    delete values[name];
    if (value !== undefined) values[name] = value;
  }
  return { values, rows, directions };
}

/** Losses and metrics of one batch; the tensors in them are the caller's. */
function measure(run: Run, weights: Named, batch: Batch): { readonly terms: Named; readonly metrics: Readonly<Record<string, Measured>> } {
  tf.engine().startScope();
  try {
    const output = run.forward(weights, inputsOf(run, batch), evaluating);
    const terms = run.loss(output, batch);
    const metrics = run.metrics(output, batch);
    for (const term of Object.values(terms)) tf.keep(term);
    for (const one of Object.values(metrics)) tf.keep(one instanceof tf.Tensor ? one : one.counts);
    return { terms, metrics };
  } finally {
    tf.engine().endScope();
  }
}

/** The outputs of the folded model for some rows, in evaluation mode. The caller disposes them. */
export function outputsOf(run: Run, weights: Named, batch: Batch, mode: Mode = evaluating): Named {
  return tf.tidy(() => run.forward(weights, inputsOf(run, batch), mode));
}

/** Sums weighted by rows. */
class Sums {
  private readonly sums = new Map<string, number>();

  add(name: string, value: number, rows: number): void {
    this.sums.set(name, (this.sums.get(name) ?? 0) + value * rows);
  }

  means(rows: number): Record<string, number> {
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, sum / rows]));
  }
}

/** The number of a scalar tensor, which is disposed. */
export async function scalar(tensor: tf.Tensor): Promise<number> {
  const [value] = await tensor.data();
  tensor.dispose();
  return value ?? NaN;
}

/** Lets signals and timers in: on a backend without waiting, promises alone never do. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
