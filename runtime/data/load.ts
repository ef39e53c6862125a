// Loads a dataset: reads the source, divides the rows, fits vocabularies and statistics on the training split, applies
// the transforms. Rows are held in memory; everything here is deterministic and touches no tensor.

import { createHash } from "node:crypto";
import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import { readCsv } from "./csv.js";
import type { Dataset } from "./dataset.js";
import { fieldSize, fieldType, lengthField, lengthName, type Field } from "./field.js";
import { readIdx } from "./idx.js";
import { readJsonl } from "./jsonl.js";
import { fitVocabulary, toLabels } from "./labels.js";
import { requireMemory } from "./memory.js";
import { readNpy } from "./npy.js";
import { readNpz } from "./npz.js";
import { sourceFiles, type Source, type SyntheticSource } from "./source.js";
import { splitRows, type SplitRows } from "./split.js";
import { generators } from "./synthetic/generators.js";
import type { Numbers, Table, Words } from "./table.js";
import { readText } from "./text.js";
import { fitTokens, toTokens, type TokenColumn } from "./tokens.js";
import { applyScale, applyStatistics, fitStatistics, type Statistics } from "./transforms.js";

/** A field's values, ready for batches: `size` elements per row. */
export interface Column {
  readonly field: Field;
  readonly values: Numbers;
  readonly size: number;
}

/** What the training split determined; stored with the run so that new rows meet the same numbers. */
export interface Fitted {
  readonly statistics: Readonly<Record<string, Statistics>>;
  /** Class names by field, where the training split gave them. */
  readonly vocabularies: Readonly<Record<string, readonly string[]>>;
  /** SHA-256 of the tokenizer file, where there was one. */
  readonly tokenizer?: string;
}

export interface LoadedDataset {
  readonly declaration: Dataset;
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
  readonly splits: SplitRows;
  /** Numbers of the rows in the file, from 1, where some were left out; null: all are there. */
  readonly kept: Int32Array | null;
  readonly fitted: Fitted;
  /** Where a row stands, for messages. */
  readonly place: Table["place"];
  /** SHA-256 over the bytes of all files; part of a run's identity. */
  readonly hash: string;
  readonly notes: readonly string[];
}

/** Rows without splits, for predictions. `kept`: their numbers in the file where some were left out. */
export interface LoadedRows {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
  readonly kept: Int32Array | null;
  readonly place: Table["place"];
  readonly notes: readonly string[];
}

/** Reads the dataset; files are named relative to `directory`. With `fitted` (of a finished run) nothing is fitted anew. */
export async function loadDataset(declaration: Dataset, directory: string, fitted: Fitted | null = null): Promise<LoadedDataset> {
  const table = await readTable(declaration.source, declaration.fields, directory, declaration.take);
  checkRows(table, `\`${declaration.name}\``);
  const splits = splitRows(declaration.split, table.rows, declaration.name);
  const ready = prepare(declaration, declaration.fields, table, splits.train, fitted);
  const hash = createHash("sha256").update(JSON.stringify(table.hashes)).digest("hex");
  return { declaration, rows: table.rows, columns: ready.columns, splits, fitted: ready.fitted, place: table.place, hash, kept: table.kept, notes: ready.notes };
}

/** Reads new rows from `source` for some fields of the dataset. */
export async function loadRows(declaration: Dataset, source: Source, names: readonly string[], directory: string, fitted: Fitted): Promise<LoadedRows> {
  const fields = Object.fromEntries(Object.entries(declaration.fields).filter(([name]) => names.includes(name)));
  const table = await readTable(source, fields, directory, null);
  checkRows(table, `\`${source.kind === "synthetic" ? source.generator : (sourceFiles(source)[0] ?? "")}\``);
  const { columns, notes } = prepare(declaration, fields, table, new Int32Array(0), fitted);
  return { rows: table.rows, columns, kept: table.kept, place: table.place, notes };
}

function checkRows(table: Table, subject: string): void {
  if (table.rows > 0) return;
  throw new UserError(table.kept === null ? `${subject} has no rows.` : `${subject} has no rows left: ${table.notes.join(", ")}.`, "Name a file that has rows.");
}

function readTable(source: Source, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table | Promise<Table> {
  switch (source.kind) {
    case "idx":
      return readIdx(source, fields, directory, take);
    case "csv":
      return readCsv(source, fields, directory, take);
    case "npy":
      return readNpy(source, fields, directory, take);
    case "npz":
      return readNpz(source, fields, directory, take);
    case "jsonl":
      return readJsonl(source, fields, directory, take);
    case "text":
      return readText(source, fields, directory, take);
    case "synthetic":
      return generate(source, fields, take);
  }
}

function generate(source: SyntheticSource, fields: Readonly<Record<string, Field>>, take: number | null): Table {
  const generator = Object.hasOwn(generators, source.generator) ? generators[source.generator] : undefined;
  if (generator === undefined) {
    const close = nearest(source.generator, Object.keys(generators));
    throw new UserError(`There is no generator \`${source.generator}\`; there are ${Object.keys(generators).map((name) => `\`${name}\``).join(", ")}.`, close === null ? null : `Write \`${close}\` if that is meant.`);
  }
  for (const [name, declared] of Object.entries(fields)) {
    const made = Object.hasOwn(generator.fields, name) ? generator.fields[name] : undefined;
    const offer = made === undefined ? `the fields ${Object.keys(generator.fields).map((one) => `\`${one}\``).join(", ")}` : `[${made.shape.join(", ")}]`;
    if (made === undefined || made.shape.join() !== declared.shape.join()) {
      throw new UserError(`\`${source.generator}\` makes ${offer}, expected \`${name}: ${fieldType(declared)}\`.`, `Correct the field \`${name}\`.`);
    }
  }
  const rows = Math.min(source.rows, take ?? Infinity);
  const perRow = Object.values(generator.fields).reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  requireMemory(rows * perRow, 0, `\`${source.generator}\` with ${rows} rows`, "Take fewer `rows`.");
  const values = generator.generate(rows, source.seed);
  const columns = Object.fromEntries(Object.keys(fields).map((name) => [name, { kind: "numbers", values: values[name] ?? new Float32Array(0) }] as const));
  return { rows, columns, kept: null, notes: [], hashes: [], place: (row, name) => `\`${name}\` of row ${row + 1}` };
}

function prepare(declaration: Dataset, fields: Readonly<Record<string, Field>>, table: Table, trainRows: Int32Array, given: Fitted | null): { readonly columns: Readonly<Record<string, Column>>; readonly fitted: Fitted; readonly notes: readonly string[] } {
  const notes = [...table.notes];
  const { tokenizer } = table;
  if (given?.tokenizer !== undefined && tokenizer !== undefined && given.tokenizer !== tokenizer) {
    throw new UserError(`The tokenizer file of \`${declaration.name}\` has changed since the run was trained: its SHA-256 is ${tokenizer}, expected ${given.tokenizer}.`, "Put back the file that the run was trained with, or train again with `--fresh`.");
  }
  const vocabularies: Record<string, readonly string[]> = { ...given?.vocabularies };
  const statistics: Record<string, Statistics> = { ...given?.statistics };
  const columns: Record<string, Column> = {};
  for (const [name, declared] of Object.entries(fields)) {
    const size = fieldSize(declared);
    const raw = table.columns[name];
    if (raw === undefined) throw new Error(`the source gave no column for ${name}`);
    let values: Numbers;
    if (raw.kind === "words" && declared.dtype === "i32") {
      const place = (row: number): string => table.place(row, name);
      const vocabulary = given !== null ? own(given.vocabularies, name) : (own(vocabularies, name) ?? fitTokens(tokenColumns(fields, table, name, raw), trainRows));
      if (vocabulary === undefined) throw new UserError(`The record of the run has no vocabulary of \`${name}\`, and ${place(0)} holds words.`, "Give it numbers, or train again with `--fresh`.");
      vocabularies[name] = vocabulary;
      const found = toTokens({ name, declared, words: raw, size }, vocabulary, place);
      if (found.note !== null) notes.push(found.note);
      values = found.values;
    } else if (raw.kind === "words") {
      const fittedNames = given !== null ? (own(given.vocabularies, name) ?? null) : declared.classes !== null ? null : fitVocabulary(raw, trainRows, declared, name, size);
      const names = declared.classes ?? fittedNames;
      if (fittedNames !== null) vocabularies[name] = fittedNames;
      values = toLabels(raw, declared, name, names, (row) => table.place(row, name), size);
    } else {
      if (given !== null && declared.dtype === "i32" && own(given.vocabularies, name) !== undefined) {
        const place = table.place(0, name);
        throw new UserError(`${place.charAt(0).toUpperCase()}${place.slice(1)} holds numbers, expected words as in the data that the run was trained on.`, "Give it words: their numbers are those of the run's vocabulary.");
      }
      values = raw.values;
      checkRange(values, declared, name, size, table);
    }
    columns[name] = { field: declared, values, size };
    if (raw.lengths !== undefined) columns[lengthName(name)] = { field: lengthField, values: raw.lengths, size: 1 };
  }
  for (const transform of declaration.transforms) {
    for (const name of transform.fields) {
      const column = columns[name];
      if (column === undefined) continue;
      if (transform.kind === "scale") {
        applyScale(column.values, transform.by);
        continue;
      }
      const shape = column.field.shape;
      // Of a sequence of numbers each is a channel of the same kind.
      const channels = column.field.ragged && shape.length === 1 ? 1 : (shape[shape.length - 1] ?? 1);
      const lengths = columns[lengthName(name)]?.values;
      const perItem = column.size / (shape[0] ?? 1);
      const real = (row: number): number => (lengths === undefined ? column.size : (lengths[row] ?? 0) * perItem);
      const fitted = given === null ? fitStatistics(column.values, trainRows, column.size, channels, real) : own(given.statistics, name);
      if (fitted === undefined || (given !== null && fitted.mean.length !== channels)) {
        throw new UserError(`The record of the run has no statistics of \`${name}\` that fit ${fieldType(column.field)}.`, "Train again with `--fresh`.");
      }
      statistics[name] = fitted;
      applyStatistics(column.values, fitted);
    }
  }
  return { columns, fitted: { statistics, vocabularies, ...(tokenizer === undefined ? {} : { tokenizer }) }, notes };
}

/** The column of a field, and those that share its vocabulary. */
function tokenColumns(fields: Readonly<Record<string, Field>>, table: Table, name: string, { group }: Words): readonly TokenColumn[] {
  return Object.entries(fields).flatMap(([other, declared]) => {
    const words = table.columns[other];
    if (words?.kind !== "words" || (other !== name && (group === undefined || words.group !== group))) return [];
    return [{ name: other, declared, words, size: fieldSize(declared) }];
  });
}

/** The entry itself: a field may be called `constructor`, which every object seems to have. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Integers must be labels or indices below the declared bound. */
function checkRange(values: Numbers, declared: Field, name: string, size: number, table: Table): void {
  if (declared.dtype === "f32" || (declared.below === null && declared.dtype !== "bool")) return;
  const below = declared.dtype === "bool" ? 2 : (declared.below ?? 0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value >= 0 && value < below) continue;
    const what = declared.dtype === "class" ? "a label" : "a number";
    const place = table.place(Math.floor(i / size), name);
    throw new UserError(`${place.charAt(0).toUpperCase()}${place.slice(1)} holds ${value}, expected ${what} from 0 to ${below - 1} for \`${name}\`.`, `Correct the data, or the type of \`${name}\` (\`${fieldType(declared)}\`).`);
  }
}
