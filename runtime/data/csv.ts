// CSV files with a header, as far as bytes, quotes and records go; csv-rows.ts knows columns and cells. Relies on csv-parse for quoting.

import { CsvError, parse } from "csv-parse/sync";
import { UserError } from "../program/errors.js";
import type { ListReading } from "./csv-lists.js";
import { CsvRows } from "./csv-rows.js";
import type { Field } from "./field.js";
import { readDataFile, type DataFile } from "./read-file.js";
import type { CsvSource } from "./source.js";
import type { Table } from "./table.js";
import { readTokenizer } from "./tokenizer.js";
import { requireText } from "./utf8.js";

/** The bytes of a file are held while it is read. */
const largestFile = 500_000_000;
/** No row of numbers is longer; a quote that is never closed stops here. */
const largestRow = 16_000_000;

/** Reads the columns of `fields`, the first `take` rows. Cells become numbers as they are read: the file's bytes and the columns that are
 * asked for are all that is held. `vocabularies`: those of a finished run, whose cells were characters where it has one. */
export function readCsv(source: CsvSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null, vocabularies: Readonly<Record<string, unknown>> | null = null): Table {
  const file = readDataFile(source.file, directory, source.sha256?.[0] ?? null, largestFile);
  requireText(file, "a CSV file");
  const tokenizer = source.tokenizer === null ? null : readTokenizer(source.tokenizer, directory);
  const reading = (name: string): ListReading => ({ tokenizer, unit: source.unit, wereCharacters: vocabularies === null ? null : Object.hasOwn(vocabularies, name) });
  const readers: CsvRows[] = [];
  eachRecord(file, source, take, (record, line) => {
    const [reader] = readers;
    if (reader === undefined) readers.push(new CsvRows(record.map((name) => name.trim()), fields, source, reading));
    else reader.add(record, line);
  });
  const [reader] = readers;
  if (reader === undefined) throw new UserError(`\`${file.name}\` is empty, expected a header and rows.`, "Give the file a first line with the names of its columns.");
  const table = reader.finish(tokenizer === null ? [file.sha256] : [file.sha256, tokenizer.sha256]);
  return tokenizer === null ? table : { ...table, tokenizer: tokenizer.sha256 };
}

/** Calls `use` with each record, the header first, and the line it ends in. */
function eachRecord(file: DataFile, source: CsvSource, take: number | null, use: (record: readonly string[], line: number) => void): void {
  try {
    parse(file.bytes, {
      bom: true,
      delimiter: source.separator,
      skip_empty_lines: true,
      max_record_size: largestRow,
      relax_column_count: true,
      ...(take === null ? {} : { to: take + 1 }),
      on_record: (record: string[], context) => {
        use(record, context.lines);
        // Nothing: the parser need not keep it.
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`\`${file.name}\` cannot be read as CSV: ${csvReason(error)}.`, "Correct the line, or give the right `separator`.");
    throw error;
  }
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
