// Evaluation of a folded model on a split: losses averaged over rows, metrics from counts that add up over batches.

import * as tf from "@tensorflow/tfjs-core";
import { captureOfBackend, CapturedStep, type Capture, type Numbers } from "../backends/capture.js";
import { gatherBatch, gatherNumbers, pieces, type Batch } from "../data/batches.js";
import { lengthName } from "../data/field.js";
import type { Column, LoadedDataset } from "../data/load.js";
import type { SplitName } from "../data/split.js";
import type { Metric } from "../metrics/metric.js";
import { evaluating, type Mode } from "../mode.js";
import type { Measured, Named, Run } from "../program/run.js";
import { startOps } from "../tensor.js";
import { explained, explaining } from "./op-errors.js";

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
  const evaluator = new Evaluator(run, data);
  try {
    return await evaluator.evaluate(weights, split, batches);
  } finally {
    evaluator.dispose();
  }
}

/** What one batch gave: figures that are averaged over rows, and counts that add up. */
interface BatchFound {
  readonly terms: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, number | (Omit<Metric, "counts"> & { readonly counts: Float64Array })>>;
}

/** A batch's evaluation as it was captured, and its metrics without their counts. */
interface Replay {
  readonly captured: CapturedStep;
  readonly metrics: Readonly<Record<string, Metric | null>>;
}

/** Evaluates folded models of a run, again and again: a backend that can replays what it recorded first. */
export class Evaluator {
  /** By rows; null: it cannot be captured. */
  private readonly replays = new Map<number, Replay | null>();

  constructor(
    private readonly run: Run,
    private readonly data: LoadedDataset,
  ) {}

  dispose(): void {
    for (const replay of this.replays.values()) replay?.captured.dispose();
    this.replays.clear();
  }

  /** Losses and metrics of `weights` (folded) on a split, at most `batches` batches of it. */
  async evaluate(weights: Named, split: SplitName, batches: number = Infinity): Promise<Evaluation> {
    const means = new Means();
    const directions: Record<string, "higher" | "lower"> = { loss: "lower" };
    const counts = new Map<string, { readonly sums: Float64Array; readonly finish: (counts: Float64Array) => number }>();
    let names: readonly string[] = [];
    let rows = 0;
    let done = 0;
    for (const piece of pieces(this.data.splits[split], this.run.batch)) {
      if (done++ >= batches) break;
      rows += piece.length;
      const { terms, metrics } = await explaining(this.run, async () => this.replayed(weights, piece) ?? this.traced(weights, piece));
      for (const [name, value] of Object.entries(terms)) means.add(`loss.${name}`, value, meansOver(this.run, this.data, `loss.${name}`, piece));
      names = Object.keys(metrics);
      for (const [name, metric] of Object.entries(metrics)) {
        if (typeof metric === "number") {
          means.add(name, metric, meansOver(this.run, this.data, name, piece));
          directions[name] = "lower";
          continue;
        }
        const known = counts.get(name);
        if (known === undefined) counts.set(name, { sums: metric.counts, finish: metric.finish });
        else metric.merge(known.sums, metric.counts);
        directions[name] = metric.better;
      }
      await tick();
    }
    const { values, terms } = withTotal(means.values());
    if (terms.length > 1) for (const term of terms) directions[term] = "lower";
    for (const name of names) {
      const counted = counts.get(name);
      const value = counted === undefined ? values[name] : counted.finish(counted.sums);
      // Metrics stand in the order of the program, whatever they are made of.
      delete values[name];
      if (value !== undefined) values[name] = value;
    }
    return { values, rows, directions };
  }

  private replayed(weights: Named, rows: Int32Array): BatchFound | null {
    const capture = captureOfBackend();
    if (capture === null) return null;
    const replay = this.replays.get(rows.length) ?? (this.replays.has(rows.length) ? null : this.capturedFor(capture, weights, rows));
    if (replay === null) return null;
    const { captured, metrics } = replay;
    const inputs: Record<string, Numbers[string]> = {};
    for (const name of captured.inputs.keys()) {
      const column = this.data.columns[name.slice("data ".length)];
      const weight = weights[name.slice("weight ".length)];
      if (name.startsWith("data ") && column !== undefined) inputs[name] = gatherNumbers(column, rows);
      else if (weight !== undefined) inputs[name] = weight.dataSync() as Float32Array;
    }
    const [outputs = {}] = captured.run([inputs]);
    const at = (name: string): number => outputs[name]?.[0] ?? NaN;
    const named = (kind: string): readonly string[] => Object.keys(outputs).flatMap((name) => (name.startsWith(kind) ? [name.slice(kind.length)] : []));
    return {
      terms: Object.fromEntries(named("term ").map((name) => [name, at(`term ${name}`)])),
      metrics: Object.fromEntries(named("metric ").map((name) => [name, found(metrics[name] ?? null, outputs[`metric ${name}`] ?? new Float32Array())])),
    };
  }

  private capturedFor(capture: Capture, weights: Named, rows: Int32Array): Replay | null {
    const metrics: Record<string, Metric | null> = {};
    const captured = capture(() => {
      const batch = gatherBatch(this.data.columns, rows);
      const measured = measure(this.run, weights, batch);
      for (const [name, one] of Object.entries(measured.metrics)) metrics[name] = one instanceof tf.Tensor ? null : one;
      const counts = Object.entries(measured.metrics).map(([name, one]) => [name, one instanceof tf.Tensor ? one : one.counts] as const);
      // The weights are the caller's: what the capture may dispose are clones.
      const clones = Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]));
      return { state: {}, next: {}, inputs: { ...prefixed("data", batch), ...prefixed("weight", clones) }, outputs: { ...prefixed("term", measured.terms), ...prefixed("metric", Object.fromEntries(counts)) } };
    }, 1);
    const replay = captured instanceof CapturedStep ? { captured, metrics } : null;
    this.replays.set(rows.length, replay);
    return replay;
  }

  private async traced(weights: Named, rows: Int32Array): Promise<BatchFound> {
    const batch = gatherBatch(this.data.columns, rows);
    const measured = measure(this.run, weights, batch);
    const terms: Record<string, number> = {};
    for (const [name, term] of Object.entries(measured.terms)) terms[name] = await scalar(term);
    const metrics: Record<string, BatchFound["metrics"][string]> = {};
    for (const [name, one] of Object.entries(measured.metrics)) {
      const tensor = one instanceof tf.Tensor ? one : one.counts;
      metrics[name] = found(one instanceof tf.Tensor ? null : one, await tensor.data());
      tensor.dispose();
    }
    tf.dispose(batch);
    return { terms, metrics };
  }
}

/** How many a mean over these rows is of, by the name of the loss or metric: rows, or the positions of their sequences. */
export function meansOver(run: Run, data: LoadedDataset, name: string, rows: Int32Array): number {
  const field = run.positions?.[name];
  const lengths = field === undefined ? undefined : data.columns[lengthName(field)]?.values;
  return lengths === undefined ? rows.length : rows.reduce((sum, row) => sum + (lengths[row] ?? 0), 0);
}

/** A metric with the counts of a batch; a mean, where it is none. */
function found(metric: Metric | null, numbers: ArrayLike<number>): BatchFound["metrics"][string] {
  return metric === null ? (numbers[0] ?? NaN) : { ...metric, counts: Float64Array.from(numbers) };
}

/** Losses and metrics of one batch; the tensors in them are the caller's. */
function measure(run: Run, weights: Named, batch: Batch): { readonly terms: Named; readonly metrics: Readonly<Record<string, Measured>> } {
  tf.engine().startScope();
  try {
    startOps();
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
  try {
    startOps();
    return tf.tidy(() => run.forward(weights, inputsOf(run, batch), mode));
  } catch (error) {
    throw explained(error, run);
  }
}

/** The sum of the terms of the loss in front of everything else; a single term is the loss itself. */
function withTotal(means: Record<string, number>): { readonly values: Record<string, number>; readonly terms: readonly string[] } {
  const terms = Object.keys(means).filter((name) => name.startsWith("loss."));
  const loss = terms.reduce((sum, name) => sum + (means[name] ?? 0), 0);
  if (terms.length !== 1) return { values: terms.length === 0 ? means : { ...means, loss }, terms };
  const rest = Object.entries(means).filter(([name]) => !terms.includes(name));
  return { values: { loss, ...Object.fromEntries(rest) }, terms };
}

/** Means of means, each weighted by how many it is of. */
class Means {
  private readonly sums = new Map<string, { readonly sum: number; readonly count: number }>();

  add(name: string, value: number, count: number): void {
    const known = this.sums.get(name) ?? { sum: 0, count: 0 };
    this.sums.set(name, { sum: known.sum + value * count, count: known.count + count });
  }

  values(): Record<string, number> {
    return Object.fromEntries([...this.sums].map(([name, { sum, count }]) => [name, sum / count]));
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

/** Names that say of which kind a tensor is. */
export function prefixed(kind: string, tensors: Named): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${kind} ${name}`, tensor]));
}
