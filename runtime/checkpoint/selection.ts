// The rows that a run has chosen to train on, in a file of its folder: a resumed run goes on with the same ones, whatever it would choose now.

import { UserError } from "../program/errors.js";
import { isSealed, sealed } from "./checkpoint.js";
import { readWhole, writeFileAtomically } from "./files.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

/** What a run knows of its choice. */
export interface StoredSelection {
  readonly method: string;
  /** Numbers of rows of the dataset, rising. */
  readonly rows: Int32Array;
  /** Their weights; the mean is 1. */
  readonly weights: Float32Array;
  /** Rows of the training split that they were chosen from. */
  readonly of: number;
  /** Estimate, from the chosen rows alone, of the mean loss of all of them by the model that chose. */
  readonly loss: number;
}

const format = "sop-selection";

/** Writes the choice of the run of that identity; the file is there whole or not at all. */
export function writeSelection(path: string, identity: string, { method, rows, weights, of, loss }: StoredSelection): void {
  const metadata = new Map([["format", format], ["identity", identity], ["method", method], ["of", String(of)], ["loss", String(loss)]]);
  const tensors = new Map([
    ["rows", { dtype: "I32", shape: [rows.length], values: rows }],
    ["weights", { dtype: "F32", shape: [weights.length], values: weights }],
  ] as const);
  writeFileAtomically(path, encodeSafetensors(sealed({ tensors, metadata })));
}

/** Reads the choice of the run of that identity, of a dataset with so many rows; null if there is no file. Throws a UserError if it is not sound. */
export function readSelection(path: string, identity: string, datasetRows: number): StoredSelection | null {
  const bytes = readWhole(path);
  if (bytes === null) return null;
  const broken = (what: string): UserError => new UserError(`\`${path}\` ${what}.`, "Train again with `--fresh`.");
  const content = decodeSafetensors(bytes, path);
  const { tensors, metadata } = content;
  if (metadata.get("format") !== format) throw broken("does not hold the rows of a run");
  if (!isSealed(content)) throw broken("is damaged: its content has another SHA-256 than when it was written");
  if (metadata.get("identity") !== identity) throw broken("belongs to another run");
  const rows = tensors.get("rows")?.values;
  const weights = tensors.get("weights")?.values;
  const of = Number(metadata.get("of"));
  const isWhole = rows instanceof Int32Array && weights instanceof Float32Array && rows.length === weights.length && rows.length > 0 && Number.isSafeInteger(of);
  if (!isWhole || !rows.every((row) => row >= 0 && row < datasetRows) || !weights.every((weight) => weight >= 0 && Number.isFinite(weight))) throw broken("does not hold rows of the data");
  return { method: metadata.get("method") ?? "", rows, weights, of, loss: Number(metadata.get("loss")) };
}
