// Splits of a dataset's rows into training, validation and test rows, by shares or as folders have them. The order is the dataset's own: the same for every
// run and seed, so that a test row is never some other run's training row.

import { UserError } from "../program/errors.js";
import { stream } from "../random.js";

export type SplitName = "train" | "valid" | "test";

export const splitNames: readonly SplitName[] = ["train", "valid", "test"];

/** Shares of the rows; they sum to at most 1. `file`: training rows first, then validation, then test, as the file has them. */
export interface Shares {
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  readonly order: "shuffled" | "file";
}

/** The folder of each split within a folder of images; null: there is none. */
export interface Folders {
  readonly folders: { readonly train: string; readonly valid: string | null; readonly test: string | null };
}

export type Split = Shares | Folders;

/** Row numbers by split. They are disjoint. */
export type SplitRows = { readonly [S in SplitName]: Int32Array };

/** Divides rows 0 to `rows` - 1. Boundaries are the rounded running sums of the shares, so that shares that sum to 1 use every row. */
export function splitRows(split: Shares, rows: number, dataset: string): SplitRows {
  const order = split.order === "file" ? Int32Array.from({ length: rows }, (_, row) => row) : Int32Array.from(stream(0, "split").permutation(rows));
  const afterTrain = Math.min(rows, Math.round(split.train * rows));
  const afterValid = Math.min(rows, Math.round((split.train + split.valid) * rows));
  const afterTest = Math.min(rows, Math.round((split.train + split.valid + split.test) * rows));
  const parts = { train: order.slice(0, afterTrain), valid: order.slice(afterTrain, afterValid), test: order.slice(afterValid, afterTest) };
  for (const name of splitNames) {
    if (split[name] > 0 && parts[name].length === 0) {
      throw new UserError(`\`${dataset}\` has ${rows} row${rows === 1 ? "" : "s"}, too few for a ${name} split of ${split[name] * 100}%.`, `Give \`${dataset}\` more rows, or leave \`${name}\` out of its \`split\`.`);
    }
  }
  return parts;
}
