// CSV files with a header. csv-parse knows quoting; this file knows columns, missing values and what a cell must be.

import { CsvError, parse } from "csv-parse/sync";
import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import { fieldSize, fieldType, type Field } from "./field.js";
import { readDataFile, type DataFile } from "./read-file.js";
import type { CsvSource } from "./source.js";
import type { Numbers, RawColumn, Table } from "./table.js";

/** Text of a file is held as one string while it is read; Node's strings end at about 512 MB. */
const largestFile = 500_000_000;
/** No row of numbers is longer; a quote that is never closed stops here. */
const largestRow = 16_000_000;
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads the columns of `fields`, the first `take` rows. */
export function readCsv(source: CsvSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table {
  const file = readDataFile(source.file, directory, source.sha256?.[0] ?? null, largestFile);
  const { header, records, lines } = parseRecords(file, source);
  const columns = Object.entries(fields).map(([name, declared]) => ({ name, declared, positions: columnsOf(name, declared, header, source.file) }));
  const limit = Math.min(records.length, take ?? Infinity);

  const isMissing = (record: readonly string[]): boolean =>
    source.missing !== null && columns.some(({ positions }) => positions.some((position) => (record[position] ?? "").trim() === source.missing));
  const kept: number[] = [];
  for (let row = 0; row < limit; row++) if (!isMissing(records[row] ?? [])) kept.push(row);
  const missing = limit - kept.length;

  const lineOf = (row: number): string => `row ${(kept[row] ?? row) + 1} (line ${lines[kept[row] ?? row] ?? "?"})`;
  const result: Record<string, RawColumn> = {};
  for (const { name, declared, positions } of columns) {
    const cell = (row: number, at: number): string => (records[kept[row] ?? 0]?.[positions[at] ?? 0] ?? "").trim();
    const bad = (row: number, at: number, expected: string): UserError => {
      const text = cell(row, at);
      const found = text === "" ? "is empty" : `holds \`${clip(text)}\``;
      const help = text === "" ? `Fill it in, or write \`missing: ""\` to leave such rows out.` : source.missing === null ? `Correct the cell, or write \`missing: "${clip(text)}"\` to leave such rows out.` : "Correct the cell.";
      return new UserError(`Column \`${header[positions[at] ?? 0] ?? "?"}\` of ${lineOf(row)} of \`${source.file}\` ${found}, expected ${expected}.`, help);
    };
    result[name] = declared.dtype === "class" ? readWords(kept.length, positions.length, cell, bad) : { kind: "numbers", values: readNumbers(kept.length, declared, cell, bad) };
  }
  return {
    rows: kept.length,
    columns: result,
    place: (row, name) => `column \`${header[columns.find((column) => column.name === name)?.positions[0] ?? 0] ?? name}\` of ${lineOf(row)} of \`${source.file}\``,
    kept: missing === 0 ? null : Int32Array.from(kept, (row) => row + 1),
    notes: missing === 0 ? [] : [`${missing} of ${limit} rows of \`${source.file}\` miss a value (\`${source.missing ?? ""}\`) and are left out`],
    hashes: [file.sha256],
  };
}

function parseRecords(file: DataFile, source: CsvSource): { readonly header: readonly string[]; readonly records: readonly (readonly string[])[]; readonly lines: readonly number[] } {
  if (file.bytes.includes(0)) throw new UserError(`\`${file.name}\` holds a zero byte, expected text.`, "Name a CSV file in UTF-8.");
  const lines: number[] = [];
  let records: string[][];
  try {
    records = parse(file.bytes, {
      bom: true,
      delimiter: source.separator,
      skip_empty_lines: true,
      max_record_size: largestRow,
      relax_column_count: true,
      on_record: (record: string[], context) => {
        lines.push(context.lines);
        return record;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`\`${file.name}\` cannot be read as CSV: ${csvReason(error)}.`, "Correct the line, or give the right `separator`.");
    throw error;
  }
  const [header, ...rest] = records;
  if (header === undefined) throw new UserError(`\`${file.name}\` is empty, expected a header and rows.`, "Give the file a first line with the names of its columns.");
  if (rest.length === 0) throw new UserError(`\`${file.name}\` has a header but no rows.`, "Add rows to the file.");
  const names = header.map((name) => name.trim());
  for (const [row, record] of rest.entries()) {
    if (record.length !== names.length) {
      throw new UserError(`Row ${row + 1} (line ${lines[row + 1] ?? "?"}) of \`${file.name}\` has ${record.length} cells, the header ${names.length}.`, "Correct the line, or give the right `separator`.");
    }
  }
  return { header: names, records: rest, lines: lines.slice(1) };
}

const csvReason = (error: CsvError): string => {
  const line = "lines" in error && typeof error["lines"] === "number" ? ` in line ${error["lines"]}` : "";
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return `a quote is never closed${line}`;
    case "CSV_MAX_RECORD_SIZE":
      return `a row is longer than ${largestRow} characters${line}`;
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
      return `a quote stands in the middle of a cell${line}`;
    default:
      return `${error.code}${line}`;
  }
};

/** Positions of a field's columns in the header. */
function columnsOf(name: string, declared: Field, header: readonly string[], file: string): readonly number[] {
  const find = (column: string): number => {
    const found = header.indexOf(column);
    if (found < 0) {
      const close = nearest(column, header);
      throw new UserError(`\`${file}\` has no column \`${column}\` for the field \`${name}\`; its columns are ${listed(header)}.`, close === null ? `Write \`${name}: ... from "<column>"\` with one of its columns.` : `Write \`from "${close}"\` if that is meant.`);
    }
    if (header.indexOf(column, found + 1) >= 0) throw new UserError(`\`${file}\` has two columns \`${column}\`.`, "Rename one of them.");
    return found;
  };
  const position = (place: number): number => {
    if (place < 1 || place > header.length) throw new UserError(`\`${file}\` has ${header.length} columns, the field \`${name}\` asks for column ${place}.`, "Count columns from 1.");
    return place - 1;
  };
  const from = declared.from ?? { column: name };
  const [first, last] =
    "column" in from ? [find(from.column), find(from.column)] : [typeof from.first === "number" ? position(from.first) : find(from.first), typeof from.last === "number" ? position(from.last) : find(from.last)];
  const count = last - first + 1;
  if (count !== fieldSize(declared)) {
    throw new UserError(`The field \`${name}\` is ${fieldType(declared)} and needs ${fieldSize(declared)} columns of \`${file}\`, found ${Math.max(count, 0)}.`, `Correct the type of \`${name}\`, or its columns with \`from columns(first, last)\`.`);
  }
  return Array.from({ length: count }, (_, at) => first + at);
}

type Cell = (row: number, at: number) => string;
type Bad = (row: number, at: number, expected: string) => UserError;

function readWords(rows: number, width: number, cell: Cell, bad: Bad): RawColumn {
  const words: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < width; at++) {
      const word = cell(row, at);
      if (word === "") throw bad(row, at, "a class");
      words.push(word);
    }
  }
  return { kind: "words", words };
}

function readNumbers(rows: number, declared: Field, cell: Cell, bad: Bad): Numbers {
  const width = fieldSize(declared);
  const values = declared.dtype === "f32" ? new Float32Array(rows * width) : new Int32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < width; at++) values[row * width + at] = readCell(cell(row, at), declared, (expected) => bad(row, at, expected));
  }
  return values;
}

function readCell(text: string, declared: Field, bad: (expected: string) => UserError): number {
  if (declared.dtype === "bool") {
    if (/^(true|1|yes)$/i.test(text)) return 1;
    if (/^(false|0|no)$/i.test(text)) return 0;
    throw bad("true or false");
  }
  const value = number.test(text) ? Math.fround(Number(text)) : NaN;
  if (declared.dtype === "f32") {
    if (!Number.isFinite(value)) throw bad("a number");
    return value;
  }
  const whole = number.test(text) ? Number(text) : NaN;
  if (!Number.isInteger(whole) || Math.abs(whole) > 2 ** 31 - 1) throw bad("a whole number");
  return whole;
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

const listed = (names: readonly string[]): string => names.slice(0, 12).map((name) => `\`${clip(name)}\``).join(", ") + (names.length > 12 ? ` and ${names.length - 12} more` : "");
