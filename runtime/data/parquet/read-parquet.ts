// Parquet files. A field reads the column of its own name, or that of its `from`: numbers, truth values, words, or lists of them in the shape of the
// field. Row groups are read one by one, only the columns that are asked for. Relies on hyparquet for decoding, after footer.ts and
// pages.ts have gone over what the file says of its sizes.

import { parquetRead, parquetSchema, type Compressors, type FileMetaData } from "hyparquet";
import { UserError } from "../../program/errors.js";
import { nearest } from "../../program/nearest.js";
import { fieldSize, type Field } from "../field.js";
import { Growing } from "../grow.js";
import { requireMemory } from "../memory.js";
import { readDataFile, type DataFile } from "../read-file.js";
import type { ParquetSource } from "../source.js";
import type { Table } from "../table.js";
import { clip, ValueColumn } from "../value-column.js";
import { codecsFor, PageError } from "./codecs.js";
import { arrayBuffer, readFooter } from "./footer.js";
import { pagesOf, unpackedPages } from "./pages.js";
import { ThriftError } from "./thrift.js";

/** What a value takes while a row group is decoded: itself as JavaScript holds it, and its levels. */
const bytesPerValue = 48;

type RowGroup = FileMetaData["row_groups"][number];

/** Reads the columns of `fields`, the first `take` rows. */
export async function readParquet(source: ParquetSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Promise<Table> {
  const file = readDataFile(source.file, directory, source.sha256?.[0] ?? null);
  const metadata = await explained(file.name, () => readFooter(file.bytes));
  const columns = Object.entries(fields).map(([name, declared]) => new ValueColumn(name, declared, { file: file.name, member: declared.from !== null && "column" in declared.from ? declared.from.column : name, unit: "row", tokenizer: null }));
  const wide = new Set(Object.entries(fields).flatMap(([name, { dtype }]) => (dtype === "class" ? [name] : [])));
  const compressors = await explained(file.name, () => {
    requireColumns(columns, metadata, file.name);
    return codecsFor(new Set(metadata.row_groups.flatMap((group) => group.columns.map(({ meta_data: data }) => data?.codec ?? ""))));
  });
  const perRow = Object.values(fields).reduce((sum, declared) => sum + fieldSize(declared), 0);
  const numbers = new Growing((length) => new Int32Array(length));
  let [seen, kept, start] = [0, 0, 0];
  for (const group of metadata.row_groups) {
    if (kept >= (take ?? Infinity)) break;
    const rows = Number(group.num_rows);
    if (rows === 0) continue;
    // Arrays are doubled as they grow.
    requireMemory(2 * perRow * Math.min(start + rows, take ?? Infinity), 0, `\`${file.name}\``, "Divide the file, or `take` fewer rows.");
    const values: (readonly unknown[])[] = [];
    for (const column of columns) values.push(await explained(file.name, () => readColumn(file, metadata, group, { start, rows }, column, compressors)));
    for (let row = 0; row < rows && kept < (take ?? Infinity); row++) {
      seen++;
      const cells = values.map((column, index) => plain(column[row], wide.has(columns[index]?.name ?? "")));
      const missing = cells.findIndex(isMissing);
      if (missing >= 0 && source.dropsMissing) continue;
      if (missing >= 0) throw missingValue(columns[missing], start + row + 1);
      for (const [index, column] of columns.entries()) column.take(cells[index], start + row + 1);
      numbers.push(start + row + 1);
      kept++;
    }
    start += rows;
  }
  const rowNumbers = numbers.finish();
  const left = seen - kept;
  return {
    rows: kept,
    columns: Object.fromEntries(columns.map((column) => [column.name, column.finish()])),
    place: (row, name) => `\`${clip(columns.find((column) => column.name === name)?.origin.member ?? name)}\` in row ${rowNumbers[row] ?? row + 1} of \`${file.name}\``,
    kept: left === 0 ? null : rowNumbers,
    notes: left === 0 ? [] : [`${left} of ${seen} rows of \`${file.name}\` miss a value and are left out`],
    hashes: [file.sha256],
  };
}

function requireColumns(columns: readonly ValueColumn[], metadata: FileMetaData, file: string): void {
  const top = parquetSchema(metadata).children;
  const names = top.map(({ element }) => element.name);
  for (const { name, origin: { member } } of columns) {
    const found = names.indexOf(member);
    if (found < 0) {
      const close = nearest(member, names);
      const some = names.slice(0, 12).map((one) => `\`${clip(one)}\``).join(", ");
      throw new UserError(
        `\`${file}\` has no column \`${member}\` for the field \`${name}\`; its columns are ${some}${names.length > 12 ? ` and ${names.length - 12} more` : ""}.`,
        close === null ? `Write \`${name}: ... from "<column>"\` with one of its columns.` : `Write \`from "${close}"\` if that is meant.`,
      );
    }
    if (names.indexOf(member, found + 1) >= 0) throw new UserError(`\`${file}\` has two columns \`${member}\`.`, "Rename one of them.");
    for (let node = top[found]; node !== undefined; node = node.children[0]) {
      if (node.children.length > 1) throw new UserError(`The column \`${member}\` of \`${file}\` holds structures, expected numbers, words or lists of them for the field \`${name}\`.`, "Write the parts as columns of their own.");
    }
  }
}

/** The values of a column in a row group, one for each row. */
async function readColumn({ bytes, name }: DataFile, metadata: FileMetaData, group: RowGroup, { start, rows }: { readonly start: number; readonly rows: number }, { origin: { member } }: ValueColumn, codecs: Compressors): Promise<readonly unknown[]> {
  const data = group.columns.flatMap(({ meta_data: each, file_path: path }) => (each?.path_in_schema[0] === member && path === undefined ? [each] : []));
  const [chunk, ...others] = data;
  if (chunk === undefined || others.length > 0) throw new PageError(`a row group lacks its column \`${clip(member)}\``);
  const first = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const values = Number(chunk.num_values);
  const place = { start: first, end: first + Number(chunk.total_compressed_size), values };
  const { pages, unpacked } = pagesOf(bytes, place);
  requireMemory(0, bytesPerValue * values + 2 * unpacked, `A row group of \`${name}\``, "Write it with smaller row groups.");
  const compressors = unpackedPages(pages, { ...place, codec: chunk.codec, isBoolean: chunk.type === "BOOLEAN", ...levelsOf(metadata, member) }, codecs);
  const list: unknown[] = [];
  await parquetRead({
    file: { byteLength: bytes.length, slice: (from, to) => arrayBuffer(bytes.subarray(from, to ?? bytes.length)) },
    metadata,
    columns: [member],
    rowStart: start,
    rowEnd: start + rows,
    compressors,
    onChunk: ({ columnData }) => {
      for (const value of columnData) list.push(value);
    },
  });
  if (list.length !== rows) throw new PageError(`its column \`${clip(member)}\` has ${list.length} rows where its footer says ${rows}`);
  if (list.includes(undefined)) throw new PageError(`its column \`${clip(member)}\` lacks values`);
  return list;
}

/** The largest levels of repetition and definition that values of a column can have. */
function levelsOf(metadata: FileMetaData, member: string): { readonly repetition: number; readonly definition: number } {
  let [repetition, definition] = [0, 0];
  for (let node = parquetSchema(metadata).children.find(({ element }) => element.name === member); node !== undefined; node = node.children[0]) {
    if (node.element.repetition_type === "REPEATED") repetition++;
    if (node.element.repetition_type !== "REQUIRED") definition++;
  }
  return { repetition, definition };
}

/** A value as JSON lines have it; whole numbers of 64 bits that are too large stay exact where they are names. */
function plain(value: unknown, isName: boolean): unknown {
  if (typeof value === "bigint") return isName && !Number.isSafeInteger(Number(value)) ? String(value) : Number(value);
  if (ArrayBuffer.isView(value) && !(value instanceof Uint8Array)) return Object.values(value);
  return Array.isArray(value) ? value.map((item: unknown) => plain(item, isName)) : value;
}

const isMissing = (value: unknown): boolean => value === null || Number.isNaN(value) || (Array.isArray(value) && value.some(isMissing));

function missingValue(column: ValueColumn | undefined, row: number): UserError {
  return new UserError(`\`${clip(column?.origin.member ?? "")}\` in row ${row} of \`${column?.origin.file ?? ""}\` misses a value.`, "Fill it in, or write `missing: drop` to leave such rows out.");
}

/** What goes wrong in a damaged file is the file's fault, whoever finds it. */
async function explained<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    const isOurs = error instanceof PageError || error instanceof ThriftError;
    throw new UserError(`\`${file}\` cannot be read: ${isOurs ? error.message : `its data are damaged (${error.message})`}.`, "Fetch the file again, or write it anew.");
  }
}
