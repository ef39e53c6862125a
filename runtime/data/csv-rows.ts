// The rows of a CSV file on their way to columns: which cells a field takes, missing values, what a cell must be. A cell that is wrong is
// named by row, line and column.

import { UserError } from "../program/errors.js";
import { CellLists, type Bad, type ListReading } from "./csv-lists.js";
import { nearest } from "../program/nearest.js";
import { fieldSize, fieldType, type Field } from "./field.js";
import { Growing } from "./grow.js";
import type { CsvSource } from "./source.js";
import type { RawColumn, Table } from "./table.js";

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Nobody has so many classes; a column of free text stops here. */
const mostWords = 1_000_000;

interface Column {
  readonly name: string;
  readonly declared: Field;
  /** Of its cells in a record, from 0. */
  readonly positions: readonly number[];
  /** Takes a cell: without the spaces around it, unless it is a whole text. */
  readonly take: (text: string, bad: Bad) => void;
  readonly isText?: boolean;
  readonly finish: () => RawColumn;
}

export class CsvRows {
  private readonly columns: readonly Column[];
  /** Number and line of each row that is kept. */
  private readonly numbers = new Growing((length) => new Int32Array(length));
  private readonly lines = new Growing((length) => new Int32Array(length));
  private seen = 0;
  private kept = 0;

  constructor(
    private readonly header: readonly string[],
    fields: Readonly<Record<string, Field>>,
    private readonly source: CsvSource,
    /** How a field of several numbers in one cell is read. */
    reading: (name: string) => ListReading,
  ) {
    this.columns = Object.entries(fields).map(([name, declared]) => {
      const rest = isList(declared) ? lists(name, declared, reading(name)) : declared.dtype === "class" ? words(name, declared, source.file) : numbers(declared);
      return { name, declared, positions: columnsOf(name, declared, header, source.file), ...rest };
    });
  }

  /** Takes a record that ends in that line of the file. */
  add(record: readonly string[], line: number): void {
    const { header, source } = this;
    const row = ++this.seen;
    if (record.length !== header.length) {
      throw new UserError(`Row ${row} (line ${line}) of \`${source.file}\` has ${record.length} cells, the header ${header.length}.`, "Correct the line, or give the right `separator`.");
    }
    if (source.missing !== null && this.columns.some(({ positions }) => positions.some((position) => record[position]?.trim() === source.missing))) return;
    for (const { positions, take, isText } of this.columns) {
      for (const position of positions) {
        const cell = record[position] ?? "";
        const text = cell.trim();
        take(isText === true ? cell : text, (expected, found, help) => this.bad(text, position, row, line, expected, found, help));
      }
    }
    this.numbers.push(row);
    this.lines.push(line);
    this.kept++;
  }

  finish(hashes: readonly string[]): Table {
    const { source, columns, seen, kept, header } = this;
    if (seen === 0) throw new UserError(`\`${source.file}\` has a header but no rows.`, "Add rows to the file.");
    const missing = seen - kept;
    const [numbers, lines] = [this.numbers.finish(), this.lines.finish()];
    const headerOf = (name: string): string => header[columns.find((column) => column.name === name)?.positions[0] ?? 0] ?? name;
    return {
      rows: kept,
      columns: Object.fromEntries(columns.map(({ name, finish }) => [name, finish()])),
      place: (row, name) => `column \`${clip(headerOf(name))}\` of row ${numbers[row] ?? row + 1} (line ${lines[row] ?? "?"}) of \`${source.file}\``,
      kept: missing === 0 ? null : numbers,
      notes: missing === 0 ? [] : [`${missing} of ${seen} rows of \`${source.file}\` miss a value (\`${source.missing ?? ""}\`) and are left out`],
      hashes,
    };
  }

  private bad(text: string, position: number, row: number, line: number, expected: string, told?: string, way?: string): UserError {
    const { header, source } = this;
    const found = text === "" ? "is empty" : (told ?? `holds \`${clip(text)}\``);
    const help = text !== "" && way !== undefined ? way : text === "" ? `Fill it in, or write \`missing: ""\` to leave such rows out.` : source.missing === null ? `Correct the cell, or write \`missing: "${clip(text)}"\` to leave such rows out.` : "Correct the cell.";
    return new UserError(`Column \`${clip(header[position] ?? "?")}\` of row ${row} (line ${line}) of \`${source.file}\` ${found}, expected ${expected}.`, help);
  }
}

/** Positions of a field's columns in the header. */
function columnsOf(name: string, declared: Field, header: readonly string[], file: string): readonly number[] {
  const find = (column: string): number => {
    const found = header.indexOf(column);
    if (found < 0) {
      const close = nearest(column, header);
      const [first = ""] = header;
      const separator = header.length === 1 ? [";", "\t", "|", ","].find((one) => first.includes(one)) : undefined;
      throw new UserError(`\`${file}\` has no column \`${column}\` for the field \`${name}\`; its columns are ${listed(header)}.`, separator !== undefined ? `Write \`separator: ${JSON.stringify(separator)}\` if that divides its columns.` : close === null ? `Write \`${name}: ... from "<column>"\` with one of its columns.` : `Write \`from "${close}"\` if that is meant.`);
    }
    if (header.indexOf(column, found + 1) >= 0) throw new UserError(`\`${file}\` has two columns \`${column}\`.`, "Rename one of them.");
    return found;
  };
  const position = (place: number): number => {
    if (place < 1 || place > header.length) throw new UserError(`\`${file}\` has ${header.length} columns, the field \`${name}\` asks for column ${place}.`, "Count columns from 1.");
    return place - 1;
  };
  const { from } = declared;
  const end = (at: number | string): number => (typeof at === "number" ? position(at) : find(at));
  const single = from !== null && "column" in from ? from.column : name;
  const [first, last] = from !== null && "first" in from ? [end(from.first), end(from.last)] : [find(single), find(single)];
  const count = last - first + 1;
  if (isList(declared)) return [first];
  if (count !== fieldSize(declared)) {
    throw new UserError(`The field \`${name}\` is ${fieldType(declared)} and needs ${fieldSize(declared)} columns of \`${file}\`, found ${Math.max(count, 0)}.`, `Correct the type of \`${name}\`, or its columns with \`from columns(first, last)\`.`);
  }
  return Array.from({ length: count }, (_, at) => first + at);
}

/** Does the field find all its numbers in one cell? */
function isList({ shape, from }: Field): boolean {
  return shape.length > 0 && (from === null || "column" in from);
}

function lists(name: string, declared: Field, reading: ListReading): Pick<Column, "take" | "finish" | "isText"> {
  const cells = new CellLists(declared, name, reading, readCell);
  return { take: (text, bad) => cells.take(text, bad), finish: () => cells.finish(), isText: true };
}

function numbers(declared: Field): Pick<Column, "take" | "finish"> {
  const values: Growing<Float32Array | Int32Array> = new Growing<Float32Array | Int32Array>(declared.dtype === "f32" ? (length) => new Float32Array(length) : (length) => new Int32Array(length));
  return { take: (text, bad) => values.push(readCell(text, declared, bad)), finish: () => ({ kind: "numbers", values: values.finish() }) };
}

function words(name: string, declared: Field, file: string): Pick<Column, "take" | "finish"> {
  const indices = new Growing((length) => new Int32Array(length));
  const known = new Map<string, number>();
  return {
    take: (word, bad) => {
      if (word === "") throw bad("a class");
      const index = known.get(word) ?? known.size;
      if (index === mostWords) throw new UserError(`\`${file}\` holds more than ${mostWords} different values for \`${name}\`, expected ${fieldType(declared)}.`, `Correct the column or the type of \`${name}\`.`);
      if (index === known.size) known.set(word, index);
      indices.push(index);
    },
    finish: () => ({ kind: "words", words: [...known.keys()], indices: indices.finish() }),
  };
}

function readCell(text: string, declared: Field, bad: Bad): number {
  if (declared.dtype === "bool") {
    if (/^(true|1|yes)$/i.test(text)) return 1;
    if (/^(false|0|no)$/i.test(text)) return 0;
    throw bad("true or false");
  }
  const value = number.test(text) ? Number(text) : NaN;
  if (declared.dtype === "f32") {
    if (!Number.isFinite(Math.fround(value))) throw bad("a number");
    return value;
  }
  if (!Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1) throw bad("a whole number");
  return value;
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

const listed = (names: readonly string[]): string => names.slice(0, 12).map((name) => `\`${clip(name)}\``).join(", ") + (names.length > 12 ? ` and ${names.length - 12} more` : "");
