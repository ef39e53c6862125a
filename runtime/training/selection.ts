// Chooses the training rows of a run, before its first step: the model as it begins, or one that was trained on all rows for a while, gives
// losses, outputs and embeddings; a method of methods/sensitivity-sampling chooses.

import * as tf from "@tensorflow/tfjs-core";
import { readSelection, writeSelection, type StoredSelection } from "../checkpoint/selection.js";
import { DataOrder, gatherBatch, pieces, stepsPerEpoch } from "../data/batches.js";
import { lengthName } from "../data/field.js";
import { embedRows } from "../data/embed-rows.js";
import type { Column, LoadedDataset } from "../data/load.js";
import { requireMemory } from "../data/memory.js";
import { weightColumns } from "../data/row-weights.js";
import { stepsOf } from "../durations.js";
import type { Pool, Probabilities, Selection } from "../methods/sensitivity-sampling/selections.js";
import type { SourceWeights } from "../initializers.js";
import { evaluating } from "../mode.js";
import { Interrupted, UserError } from "../program/errors.js";
import type { RunFolder } from "../program/run-folder.js";
import { divisionOf, rowsPerStep, type Named, type Run } from "../program/run.js";
import { stream } from "../random.js";
import { startOps } from "../tensor.js";
import type { SourceMoments } from "./carried.js";
import { inputColumns, inputsOf, meansOver, outputsOf, scalar, tick } from "./evaluate.js";
import { explaining } from "./op-errors.js";
import { needsRecalibration, recalibrate } from "./recalibrate.js";
import { Stepper } from "./stepper.js";
import { Training } from "./training.js";

export interface SelectionContext {
  readonly run: Run;
  readonly data: LoadedDataset;
  readonly folder: RunFolder;
  readonly identity: string;
  /** Weights of trained models that the run starts from. */
  readonly sourceWeights: SourceWeights | null;
  /** What their optimizers kept, if the run's begins with it. */
  readonly sourceMoments: SourceMoments | null;
  /** The run has taken steps: it must go on with the rows that it chose. */
  readonly isUnderWay: boolean;
  readonly isInterrupted: () => boolean;
  /** For `--smoke`: choose from so many rows at most, and take as many steps before. */
  readonly smoke: { readonly rows: number; readonly steps: number } | null;
}

/** More multiplications than this may take an hour. */
const mostWork = 2e12;

/** The rows of the run: those it chose before, else it chooses now and stores them. Null: it trains on all. */
export async function selectRows(context: SelectionContext): Promise<StoredSelection | null> {
  const { run, data, folder, identity, isUnderWay } = context;
  if (run.select === undefined) return null;
  const path = folder.selection;
  const known = readSelection(path, identity, data.rows);
  if (known !== null) return known;
  if (isUnderWay) throw new UserError(`\`${path}\` is missing: it has the rows that \`${run.name}\` trains on.`, "Put it back, or train again with `--fresh`.");
  const chosen = await chooseRows(context, run.select);
  writeSelection(path, identity, chosen);
  return chosen;
}

async function chooseRows(context: SelectionContext, selection: Selection): Promise<StoredSelection> {
  const { run, data, smoke } = context;
  const from = data.splits.train.subarray(0, smoke?.rows ?? Infinity);
  const { model, dispose } = await choosingModel(context, selection);
  try {
    const draws = Math.max(1, Math.round(selection.fraction * from.length));
    const { rows: places, weights, scale } = await selection.choose(poolOf(context, model, from, draws));
    const rows = Int32Array.from(places, (place) => from[place] ?? 0);
    const loss = scale * (await meanLoss(run, data, model, { rows, weights }));
    return { method: selection.method, rows, weights, of: from.length, loss };
  } finally {
    dispose();
  }
}

/** The folded model that losses are of. With `after` it is one of its own, trained on all rows by the run's clauses and thrown away. */
async function choosingModel(context: SelectionContext, { after }: Selection): Promise<{ readonly model: Record<string, tf.Tensor>; readonly dispose: () => void }> {
  const { run, data, smoke, sourceWeights, sourceMoments } = context;
  const { train } = data.splits;
  const perEpoch = stepsPerEpoch(train.length, rowsPerStep(run));
  const steps = after === undefined ? 0 : Math.min(smoke?.steps ?? Infinity, stepsOf(after, { stepsPerEpoch: perEpoch, totalSteps: 0 }));
  const training = new Training({ ...run, ...(sourceWeights === null ? {} : { sourceWeights }), ...(sourceMoments === null ? {} : { sourceMoments }), totalSteps: Math.max(1, steps), stepsPerEpoch: perEpoch });
  const stepper = new Stepper(run, training, { ...data.columns, ...weightColumns(run.weigh ?? null, data, null) }, new DataOrder(train, run.batch, run.seed, divisionOf(run)));
  try {
    while (training.step < steps) {
      for (const { loss, gradientNorm } of await stepper.take(steps - training.step)) {
        if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) continue;
        throw new UserError(`The loss of the model that chooses the rows of \`${run.name}\` is not finite at step ${training.step}.`, "Lower the learning rate, clip the gradient (`clip norm 1.0`), or look at the data.");
      }
      await pauseOf(context)();
    }
    const model = training.folded();
    if (needsRecalibration(run)) await recalibrate(run, model, data);
    return { model, dispose: () => void tf.dispose(model) };
  } finally {
    stepper.forget();
    training.dispose();
  }
}

function poolOf(context: SelectionContext, model: Named, from: Int32Array, draws: number): Pool {
  const { run, data } = context;
  const pause = pauseOf(context);
  return {
    rows: from.length,
    draws,
    stream: (purpose) => stream(run.seed, "select", purpose),
    points: async (embedding) => (embedding === "inputs" ? embedRows(inputColumns(run, data.columns), from, data.place) : outputPoints(run, model, data, from, embedding, "none", pause)),
    losses: (places) => rowLosses(run, data, model, Int32Array.from(places, (place) => from[place] ?? 0), pause),
    probabilities: async () => {
      const found: Probabilities[] = [];
      for (const [output, { link, ragged }] of Object.entries(run.links)) {
        if (link === "none") continue;
        const points = await outputPoints(run, model, data, from, output, link, pause);
        const lengths = ragged === undefined ? undefined : data.columns[lengthName(ragged)]?.values;
        // Each item of a sequence may have several vectors.
        found.push(lengths === undefined ? points : { ...points, real: Int32Array.from(from, (row) => ((lengths[row] ?? 0) * points.positions) / (run.dataset.fields[ragged ?? ""]?.shape[0] ?? 1)) });
      }
      return found;
    },
    requireWork: (multiplications, numbers = 0) => {
      requireMemory(2 * numbers, 0, `\`select ${run.select?.method ?? ""}\` of \`${run.name}\``, "Embed rows by an output of the model with fewer numbers.");
      if (multiplications <= mostWork) return;
      throw new UserError(`\`select ${run.select?.method ?? ""}\` of \`${run.name}\` would take ${multiplications.toExponential(1)} multiplications, more than the ${mostWork.toExponential(0)} that end in reasonable time.`, "Choose a smaller fraction, fewer clusters, or embed rows by an output with fewer numbers.");
    },
    pause,
  };
}

function pauseOf({ run, isInterrupted }: SelectionContext): () => Promise<void> {
  return async () => {
    await tick();
    if (isInterrupted()) throw new Interrupted(`stopped while the rows of \`${run.name}\` were chosen; the same command begins with it again`);
  };
}

/** The loss of each row by itself, weights of `weigh` included. */
async function rowLosses(run: Run, data: LoadedDataset, model: Named, rows: Int32Array, pause: () => Promise<void>): Promise<Float64Array> {
  const columns = { ...data.columns, ...weightColumns(run.weigh ?? null, data, null) };
  const losses = new Float64Array(rows.length);
  for (const [place, row] of rows.entries()) {
    const loss = Object.values(await termsOf(run, model, columns, Int32Array.of(row))).reduce((sum, term) => sum + term, 0);
    if (!Number.isFinite(loss)) throw new UserError(`The loss of row ${rowNumber(data, row)} of \`${run.dataset.name}\` is ${Number.isNaN(loss) ? "not a number" : "infinite"} before \`${run.name}\` trains.`, "Look at the row, or choose rows by a method that asks for no losses, such as `distance`.");
    // A loss that is put together by subtraction may be below 0, a probability may not.
    losses[place] = Math.max(0, loss);
    await pause();
  }
  return losses;
}

/** The weighted mean loss of chosen rows; a term that is a mean over positions is one over all positions of the rows. */
async function meanLoss(run: Run, data: LoadedDataset, model: Named, selected: Pick<StoredSelection, "rows" | "weights">): Promise<number> {
  const columns = { ...data.columns, ...weightColumns(run.weigh ?? null, data, selected) };
  const sums = new Map<string, { readonly sum: number; readonly count: number }>();
  for (const piece of pieces(selected.rows, run.batch)) {
    for (const [name, term] of Object.entries(await termsOf(run, model, columns, piece))) {
      const count = meansOver(run, data, `loss.${name}`, piece);
      const known = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, { sum: known.sum + term * count, count: known.count + count });
    }
    await tick();
  }
  return [...sums.values()].reduce((total, { sum, count }) => total + sum / count, 0);
}

/** The terms of the loss on some rows, in evaluation mode. */
function termsOf(run: Run, model: Named, columns: Readonly<Record<string, Column>>, rows: Int32Array): Promise<Readonly<Record<string, number>>> {
  return explaining(run, async () => {
    const batch = gatherBatch(columns, rows);
    const terms = tf.tidy(() => {
      startOps();
      return run.loss(run.forward(model, inputsOf(run, batch), evaluating), batch);
    });
    const numbers: Record<string, number> = {};
    for (const [name, term] of Object.entries(terms)) numbers[name] = await scalar(term);
    tf.dispose(Object.values(batch));
    return numbers;
  });
}

/** An output of the model for all rows, as points: as it is, or as probabilities, one point for each position. */
async function outputPoints(run: Run, model: Named, data: LoadedDataset, rows: Int32Array, output: string, link: "none" | "softmax" | "sigmoid", pause: () => Promise<void>): Promise<Probabilities> {
  const columns = inputColumns(run, data.columns);
  let values = new Float32Array(0);
  let size = 0;
  let positions = 1;
  let done = 0;
  for (const piece of pieces(rows, run.batch)) {
    const batch = gatherBatch(columns, piece);
    const outputs = outputsOf(run, model, batch);
    const found = outputs[output];
    if (found === undefined) throw new Error(`no output ${output} to choose rows by`);
    const tensor = tf.tidy(() => linked(found, link));
    const numbers = await explaining(run, () => tensor.data());
    const perRow = tensor.size / piece.length;
    if (done === 0) {
      requireMemory(rows.length * perRow, 0, `\`${output}\` of ${rows.length} rows`, "Embed rows by an output with fewer numbers.");
      values = new Float32Array(rows.length * perRow);
      size = link === "none" ? perRow : (tensor.shape.at(-1) ?? 1);
      positions = size === 0 ? 1 : perRow / size;
    }
    const odd = numbers.findIndex((number) => !Number.isFinite(number));
    if (odd >= 0) throw new UserError(`\`${output}\` of row ${rowNumber(data, piece[Math.floor(odd / perRow)] ?? 0)} of \`${run.dataset.name}\` is not finite before \`${run.name}\` trains.`, "Look at the row.");
    values.set(numbers, done * perRow);
    done += piece.length;
    tf.dispose([tensor, ...Object.values(batch), ...Object.values(outputs)]);
    await pause();
  }
  return { values, count: rows.length, size, positions };
}

/** Numbers of an output; a sigmoid is two classes at each of its elements. */
function linked(tensor: tf.Tensor, link: "none" | "softmax" | "sigmoid"): tf.Tensor {
  if (link === "softmax") return tf.softmax(tensor);
  if (link === "none") return tf.cast(tensor, "float32");
  const p = tf.sigmoid(tensor);
  return tf.stack([tf.sub(1, p), p], -1);
}

const rowNumber = ({ kept }: LoadedDataset, row: number): number => kept?.[row] ?? row + 1;
