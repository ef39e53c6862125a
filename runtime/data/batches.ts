// Batches: rows gathered into tensors, and the order in which training sees them. The order of an epoch is a function of
// the seed and the epoch, so that a resumed run goes on with the very next rows.

import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../random.js";
import type { Column } from "./load.js";

/** Tensors by field: `[batch, ...shape]`. */
export type Batch = Readonly<Record<string, tf.Tensor>>;

/** The given rows of all columns as tensors. The caller disposes them. */
export function gatherBatch(columns: Readonly<Record<string, Column>>, rows: Int32Array): Batch {
  const batch: Record<string, tf.Tensor> = {};
  for (const [name, column] of Object.entries(columns)) {
    const { shape, dtype } = column.field;
    batch[name] = tf.tensor(gatherNumbers(column, rows), [rows.length, ...shape], dtype === "f32" ? "float32" : dtype === "bool" ? "bool" : "int32");
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

/** How many steps one epoch takes, of so many rows each; the last one takes the rows that are left. */
export function stepsPerEpoch(rows: number, rowsPerStep: number): number {
  return Math.ceil(rows / rowsPerStep);
}

/** How a step divides its rows: into batches, `accumulate` for each of its `stages`, the same ones or others. */
export interface Division {
  readonly accumulate: number;
  readonly stages: number;
  /** Has each stage batches of its own? */
  readonly isSplit: boolean;
}

/** A batch of a step whose gradient is that of several. */
export interface Part {
  /** Which of the step's batches it is, from 0; stages on the same batches have the same. */
  readonly index: number;
  readonly stage: number;
  /** Is it the first of its stage? */
  readonly isFirst: boolean;
  readonly rows: Int32Array;
  /** Rows of the whole stage. */
  readonly total: number;
}

/** Gives the rows of any step; keeps the order of one epoch at hand. */
export class DataOrder {
  private epoch = -1;
  private order: Int32Array = new Int32Array(0);
  private readonly size: number;

  /** `rows`: the training split. */
  constructor(
    private readonly rows: Int32Array,
    private readonly batch: number,
    private readonly seed: number,
    private readonly division: Division = { accumulate: 1, stages: 1, isSplit: false },
  ) {
    this.size = batch * division.accumulate * (division.isSplit ? division.stages : 1);
  }

  /** Is a step's gradient that of several batches? */
  get isDivided(): boolean {
    return this.size > this.batch;
  }

  /** Stages of a step. */
  get stages(): number {
    return this.division.stages;
  }

  /** The rows of a step, counted from 0 over the whole run. */
  at(step: number): Int32Array {
    const perEpoch = stepsPerEpoch(this.rows.length, this.size);
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== this.epoch) {
      const permutation = stream(this.seed, "order", epoch).permutation(this.rows.length);
      this.order = Int32Array.from(permutation, (place) => this.rows[place] ?? 0);
      this.epoch = epoch;
    }
    const from = (step - epoch * perEpoch) * this.size;
    return this.order.subarray(from, from + this.size);
  }

  /**
   * The batches of a step in order, stage by stage. Where stages have their own, the last step of an epoch divides what is left evenly among
   * them, and each row of fewer rows than stages serves several.
   */
  partsAt(step: number): readonly Part[] {
    const rows = this.at(step);
    const { stages, isSplit } = this.division;
    const parts: Part[] = [];
    for (let stage = 0; stage < stages; stage++) {
      const from = Math.floor((stage * rows.length) / stages);
      const own = isSplit ? rows.subarray(from, Math.max(from + 1, Math.floor(((stage + 1) * rows.length) / stages))) : rows;
      for (const [place, piece] of [...pieces(own, this.batch)].entries()) parts.push({ index: isSplit ? parts.length : place, stage, isFirst: place === 0, rows: piece, total: own.length });
    }
    return parts;
  }
}
