// The rows that a run trains on, with the columns that its steps read.

import type { Column, LoadedDataset } from "../data/load.js";
import { weightColumns, type SelectedRows } from "../data/row-weights.js";
import type { Run } from "../program/run.js";

export interface TrainingRows {
  /** Numbers of rows of the dataset: an epoch is a pass over them. */
  readonly rows: Int32Array;
  /** The data's columns, and those of weights where losses are weighed. */
  readonly columns: Readonly<Record<string, Column>>;
}

/** The training split, or the rows that the run has chosen of it. */
export function trainingRows(run: Run, data: LoadedDataset, selected: SelectedRows | null): TrainingRows {
  return { rows: selected?.rows ?? data.splits.train, columns: { ...data.columns, ...weightColumns(run.weigh ?? null, data, selected) } };
}
