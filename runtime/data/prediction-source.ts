// Where rows for predictions come from: files in the dataset's own format, or idx, npy, npz or CSV files told by their first bytes.

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../program/errors.js";
import type { Dataset } from "./dataset.js";
import { fieldSize } from "./field.js";
import { isGzip } from "./gunzip.js";
import { npyMagic } from "./npy.js";
import { csv, idx, npy, npz, type Source } from "./source.js";

/** The dataset as it applies to `files` (relative to `directory`) that hold the fields `names`, and their source. Texts, JSON lines and CSV
 * files of such a dataset are read as the dataset's own. In a CSV file of a dataset of arrays, a field of several elements stands in columns
 * `image.0`, `image.1`, ... A tokenizer file is the dataset's own, in `dataDirectory`. */
export function predictionSource(dataset: Dataset, names: readonly string[], files: readonly string[], directory: string, dataDirectory = directory): { readonly dataset: Dataset; readonly source: Source } {
  const [first = ""] = files;
  const { source: own } = dataset;
  const isOwn = own.kind === "csv" || own.kind === "jsonl" || own.kind === "text";
  const format = isOwn ? null : formatOf(resolve(directory, first));
  if (format === "idx" || format === "npy") {
    if (files.length !== names.length) throw new UserError(`The model reads ${names.map((name) => `\`${name}\``).join(", ")}, expected one ${format} file for each, found ${files.length}.`, "Give `--in` one file per input, in order of the dataset's fields.", 2);
    return { dataset, source: format === "idx" ? idx({ files }) : npy({ files }) };
  }
  if (files.length > 1) throw new UserError(`Rows come from one ${own.kind === "text" ? "text" : own.kind === "jsonl" ? "file of JSON lines" : format === "npz" ? "npz file" : "CSV file"}, found several.`, "Give `--in` one file.", 2);
  if (isOwn) return { dataset, source: { ...own, file: first, tokenizer: own.tokenizer === null ? null : resolve(dataDirectory, own.tokenizer), sha256: null } };
  if (format === "npz") return { dataset, source: npz({ file: first }) };
  const fields = Object.fromEntries(
    Object.entries(dataset.fields).map(([name, field]) => [name, { ...field, from: field.shape.length === 0 ? null : { first: `${name}.0`, last: `${name}.${fieldSize(field) - 1}` } }]),
  );
  return { dataset: { ...dataset, fields }, source: csv({ file: first }) };
}

/** The format that the file's first bytes tell, or null. What cannot be read is told by who reads it. */
function formatOf(path: string): "idx" | "npy" | "npz" | null {
  try {
    // Opening a named pipe would wait for a writer.
    if (!statSync(path).isFile()) return null;
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(6);
      readSync(file, head, 0, head.length, 0);
      if (isGzip(head) || (head[0] === 0 && head[1] === 0)) return "idx";
      if (head.equals(npyMagic)) return "npy";
      return head.toString("latin1", 0, 4) === "PK\u0003\u0004" ? "npz" : null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
