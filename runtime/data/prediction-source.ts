// Where rows for predictions come from: a CSV file or idx files, in the dataset's own format or told by their first bytes.

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../program/errors.js";
import type { Dataset } from "./dataset.js";
import { fieldSize } from "./field.js";
import { isGzip } from "./gunzip.js";
import { csv, idx, type Source } from "./source.js";

/** The dataset as it applies to `files` (relative to `directory`) that hold the fields `names`, and their source. In a CSV file of a
 * dataset that is not CSV, a field of several elements stands in columns `image.0`, `image.1`, ... */
export function predictionSource(dataset: Dataset, names: readonly string[], files: readonly string[], directory: string): { readonly dataset: Dataset; readonly source: Source } {
  const [first = ""] = files;
  if (dataset.source.kind !== "csv" && isIdx(resolve(directory, first))) {
    if (files.length !== names.length) throw new UserError(`The model reads ${names.map((name) => `\`${name}\``).join(", ")}, expected one idx file for each, found ${files.length}.`, "Give `--in` one file per input, in order of the dataset's fields.", 2);
    return { dataset, source: idx({ files }) };
  }
  if (files.length > 1) throw new UserError("Rows come from one CSV file, found several.", "Give `--in` one file.", 2);
  if (dataset.source.kind === "csv") return { dataset, source: { ...dataset.source, file: first, sha256: null } };
  const fields = Object.fromEntries(
    Object.entries(dataset.fields).map(([name, field]) => [name, { ...field, from: field.shape.length === 0 ? null : { first: `${name}.0`, last: `${name}.${fieldSize(field) - 1}` } }]),
  );
  return { dataset: { ...dataset, fields }, source: csv({ file: first }) };
}

/** Does the file start like an idx or a gzip file? What cannot be read is told by who reads it. */
function isIdx(path: string): boolean {
  try {
    // Opening a named pipe would wait for a writer.
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(2);
      readSync(file, head, 0, 2, 0);
      return isGzip(head) || (head[0] === 0 && head[1] === 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
