// `predict`: outputs of the folded model for new rows, as CSV: for each output the chosen class and all probabilities, or its numbers in
// the unit of the field that it predicts.

import * as tf from "@tensorflow/tfjs-core";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { writeFileAtomically } from "../../checkpoint/files.js";
import { requireAligned } from "../../data/aligned.js";
import { gatherBatch, pieces } from "../../data/batches.js";
import { loadDataset, loadRows, own, type Fitted, type LoadedRows } from "../../data/load.js";
import { lengthName } from "../../data/field.js";
import { predictionSource } from "../../data/prediction-source.js";
import { undoTransforms } from "../../data/transforms.js";
import { grouped, shortest } from "../../logging/numbers.js";
import { inputColumns, outputsOf, tick } from "../../training/evaluate.js";
import { explaining } from "../../training/op-errors.js";
import { UserError } from "../errors.js";
import { modelTensors, readFinished } from "../finished.js";
import { runOf, type Program } from "../program.js";
import type { Link, Run } from "../run.js";
import { splitOf } from "./eval.js";
import type { Output } from "../output.js";

export interface PredictOptions {
  /** Files with rows, named relative to the working directory; empty: a split of the dataset. */
  readonly files: readonly string[];
  readonly split: string | null;
  /** Null: standard output. */
  readonly out: string | null;
}

/** A table of more columns is nobody's. */
const mostColumns = 100_000;

export async function predictCommand(program: Program, name: string, { files, split, out }: PredictOptions, output: Output): Promise<void> {
  const run = runOf(program, name);
  if ((files.length > 0) === (split !== null)) throw new UserError("`predict` takes new rows with `--in` or a split of the dataset with `--split`, one of the two.", `Write \`predict ${name} --in rows.csv --out predictions.csv\`.`, 2);
  const finished = readFinished(program, run, output);
  const { rows, numbers } = await (split !== null ? splitRowsOf(program, run, split, finished.record.fitted) : newRows(program, run, files, finished.record.fitted));
  requireAligned(run.aligned ?? [], rows);
  for (const line of rows.notes) output.terminal.write(`${line}\n`);
  const model = modelTensors(finished);
  const lines: string[] = [];
  const columns = inputColumns(run, rows.columns);
  let done = 0;
  for (const piece of pieces(numbers, run.batch)) {
    const batch = gatherBatch(columns, piece);
    const outputs = outputsOf(run, model, batch);
    const tables: Table[] = [];
    for (const [key, tensor] of Object.entries(outputs)) {
      const link = own(run.links, key) ?? { link: "none", classes: null, field: null };
      tables.push(await explaining(run, () => tabulate(key, tensor, link, run, finished.record.fitted)));
    }
    if (done === 0) lines.push(["row", ...tables.flatMap(({ header }) => header)].map(quoted).join(","));
    for (let at = 0; at < piece.length; at++) {
      const row = piece[at] ?? 0;
      const cells = tables.flatMap(({ cells: cellsOf, perPosition, ragged }) => {
        const all = cellsOf(at);
        const length = ragged === undefined ? undefined : rows.columns[lengthName(ragged)]?.values[row];
        // Behind the last position of a sequence stands nothing.
        return length === undefined ? all : all.map((cell, place) => (place < length * perPosition ? cell : ""));
      });
      lines.push([String(rows.kept?.[row] ?? row + 1), ...cells].map(quoted).join(","));
    }
    done += piece.length;
    tf.dispose([batch, outputs]);
    await tick();
  }
  tf.dispose(model);
  const text = `${lines.join("\n")}\n`;
  if (out === null) output.result(text.trimEnd());
  else {
    writeFileAtomically(resolve(out), text, "Name another file with `--out`.");
    output.result(`${name}: ${grouped(done)} rows in ${out}`);
  }
}

interface Rows {
  readonly rows: LoadedRows;
  /** Which of them, in order. */
  readonly numbers: Int32Array;
}

async function newRows(program: Program, run: Run, files: readonly string[], fitted: Fitted): Promise<Rows> {
  const names = [...new Set(Object.values(run.feeds))].filter((name) => Object.hasOwn(run.dataset.fields, name));
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new UserError(`\`${missing}\` cannot be read: it does not exist (looked at ${resolve(missing)}).`, "Name a file of rows with `--in`.");
  const { dataset, source } = predictionSource(run.dataset, names, files, process.cwd(), program.dataDirectory);
  const rows = await loadRows(dataset, source, names, process.cwd(), fitted);
  return { rows, numbers: Int32Array.from({ length: rows.rows }, (_, row) => row) };
}

async function splitRowsOf(program: Program, run: Run, split: string, fitted: Fitted): Promise<Rows> {
  const data = await loadDataset(run.dataset, program.dataDirectory, fitted);
  const chosen = splitOf(split);
  if (data.splits[chosen].length === 0) throw new UserError(`\`${run.dataset.name}\` has no ${chosen} split.`, `Name another with \`--split\`, or give \`${run.dataset.name}\` one.`);
  return { rows: { rows: data.rows, columns: data.columns, kept: data.kept, place: data.place, notes: data.notes }, numbers: data.splits[chosen] };
}

interface Table {
  readonly header: readonly string[];
  /** Of a sequence of unequal length: the field that it is as long as, and the cells of one position. */
  readonly ragged?: string;
  readonly perPosition: number;
  readonly cells: (row: number) => readonly string[];
}

/** The columns of one output: with softmax, for each position the chosen class and the probability of each; otherwise its numbers. */
async function tabulate(name: string, tensor: tf.Tensor, link: Link, run: Run, fitted: Fitted): Promise<Table> {
  const table = await cellsOf(name, tensor, link, run, fitted);
  const [positions = 1] = tensor.shape.slice(1);
  return { ...table, perPosition: table.header.length / positions, ...(link.ragged === undefined ? {} : { ragged: link.ragged }) };
}

async function cellsOf(name: string, tensor: tf.Tensor, { link, classes: declared, field }: Link, run: Run, fitted: Fitted): Promise<Pick<Table, "header" | "cells">> {
  const linked = tf.tidy(() => (link === "softmax" ? tf.softmax(tensor) : link === "sigmoid" ? tf.sigmoid(tensor) : tf.clone(tensor)));
  const values = await linked.data<"float32">();
  const shape = tensor.shape.slice(1);
  const size = shape.reduce((product, n) => product * n, 1);
  if (size > mostColumns) throw new UserError(`\`${name}\` has ${size} numbers per row, more than the ${mostColumns} columns that \`predict\` writes.`);
  const copy = Float32Array.from(values);
  linked.dispose();
  if (link === "none" && field !== null) undoTransforms(copy, field, run.dataset.transforms, own(fitted.statistics, field));
  const classes = declared ?? (field === null ? null : (own(fitted.vocabularies, field) ?? null));
  const at = (row: number, place: number): number => copy[row * size + place] ?? NaN;
  const word = (label: number): string => classes?.[label] ?? String(label);
  const yes = (row: number): string => (at(row, 0) > 0.5 ? word(1) : word(0));
  if (link === "sigmoid" && size === 1) return { header: [name, `${name}.probability`], cells: (row) => [yes(row), shortest(at(row, 0))] };
  const width = shape.at(-1) ?? 1;
  if (link !== "softmax") {
    const header = size === 1 ? [name] : places(shape).map((place) => `${name}.${place}`);
    return { header, cells: (row) => header.map((_, place) => shortest(at(row, place))) };
  }
  const outer = places(shape.slice(0, -1)).map((place) => (place === "" ? name : `${name}.${place}`));
  const header = outer.flatMap((prefix) => [prefix, ...Array.from({ length: width }, (_, label) => `${prefix}.${word(label)}`)]);
  return {
    header,
    cells: (row) =>
      outer.flatMap((_, position) => {
        const of = Array.from({ length: width }, (_unused, label) => at(row, position * width + label));
        const chosen = of.reduce((best, value, label) => (value > (of[best] ?? -Infinity) ? label : best), 0);
        return [word(chosen), ...of.map(shortest)];
      }),
  };
}

/** Indices of all elements of a shape: `0.0`, `0.1`, ...; one empty name for a scalar. */
function places(shape: readonly number[]): readonly string[] {
  return shape.reduce<readonly string[]>((names, size) => names.flatMap((name) => Array.from({ length: size }, (_, i) => (name === "" ? String(i) : `${name}.${i}`))), [""]);
}

/** A cell of a CSV file. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
