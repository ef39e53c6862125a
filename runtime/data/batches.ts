// Batches: rows gathered into tensors, and the order in which training sees them. The order of an epoch is a function of
// the seed and the epoch, so that a resumed run goes on with the very next rows.

import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../random.js";
import { applyAugmentations, type Augmentation } from "./augment.js";
import type { Column } from "./load.js";

/** Tensors by field: `[batch, ...shape]`. */
export type Batch = Readonly<Record<string, tf.Tensor>>;

/** The given rows of all columns as tensors. The caller disposes them. */
export function gatherBatch(columns: Readonly<Record<string, Column>>, rows: Int32Array): Batch {
  return batchOf(columns, rows, (_, column) => gatherNumbers(column, rows));
}

function batchOf(columns: Readonly<Record<string, Column>>, rows: Int32Array, numbers: (name: string, column: Column) => ReturnType<typeof gatherNumbers>): Batch {
  const batch: Record<string, tf.Tensor> = {};
  for (const [name, column] of Object.entries(columns)) {
    const { shape, dtype } = column.field;
    batch[name] = tf.tensor(numbers(name, column), [rows.length, ...shape], dtype === "f32" ? "float32" : dtype === "bool" ? "bool" : "int32");
  }
  return batch;
}

/** The given rows of a column, one after the other. */
export function gatherNumbers({ field, values, size }: Column, rows: Int32Array): Float32Array | Int32Array | Uint8Array {
  const length = rows.length * size;
  return gather(values, rows, size, field.dtype === "f32" ? new Float32Array(length) : field.dtype === "bool" ? new Uint8Array(length) : new Int32Array(length));
}

function gather<A extends Float32Array | Int32Array | Uint8Array>(from: Float32Array | Int32Array, rows: Int32Array, size: number, to: A): A {
  let at = 0;
  for (const row of rows) {
    to.set(from.subarray(row * size, (row + 1) * size), at);
    at += size;
  }
  return to;
}

/** Consecutive pieces of `rows`, each of `size` but the last, which holds what is left. */
export function* pieces(rows: Int32Array, size: number): Generator<Int32Array> {
  for (let from = 0; from < rows.length; from += size) yield rows.subarray(from, from + size);
}

/** How many steps one epoch takes. */
export function stepsPerEpoch(rows: number, batch: number): number {
  return Math.ceil(rows / batch);
}

/** Gives the rows of any step; keeps the order of one epoch at hand. */
export class DataOrder {
  private epoch = -1;
  private order: Int32Array = new Int32Array(0);

  /** `rows`: the training split. */
  constructor(
    private readonly rows: Int32Array,
    private readonly batch: number,
    private readonly seed: number,
  ) {}

  /** The epoch of a step, both counted from 0. */
  epochOf(step: number): number {
    return Math.floor(step / stepsPerEpoch(this.rows.length, this.batch));
  }

  /** The rows of a step, counted from 0 over the whole run. */
  at(step: number): Int32Array {
    const perEpoch = stepsPerEpoch(this.rows.length, this.batch);
    const epoch = this.epochOf(step);
    if (epoch !== this.epoch) {
      const permutation = stream(this.seed, "order", epoch).permutation(this.rows.length);
      this.order = Int32Array.from(permutation, (place) => this.rows[place] ?? 0);
      this.epoch = epoch;
    }
    const from = (step - epoch * perEpoch) * this.batch;
    return this.order.subarray(from, from + this.batch);
  }
}

/** The data of training steps: the rows of each, changed as the dataset's `augment` says. */
export class TrainingBatches {
  constructor(
    private readonly columns: Readonly<Record<string, Column>>,
    private readonly order: DataOrder,
    private readonly augmentations: readonly Augmentation[],
    private readonly seed: number,
  ) {}

  /** The values of a field in a step, one row after the other. */
  numbers(name: string, column: Column, step: number): ReturnType<typeof gatherNumbers> {
    const rows = this.order.at(step);
    const values = gatherNumbers(column, rows);
    applyAugmentations(this.augmentations, name, column.field.shape, values, rows, this.seed, this.order.epochOf(step));
    return values;
  }

  /** All fields of a step as tensors. The caller disposes them. */
  at(step: number): Batch {
    return batchOf(this.columns, this.order.at(step), (name, column) => this.numbers(name, column, step));
  }
}
