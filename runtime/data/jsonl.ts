// JSON lines: an object in each line. A field reads the member of its own name, or that of its `from`: a number, a truth value or a word, or lists
// of them in the shape of the field; with a tokenizer file also a text, whose tokens are the list. Lines are parsed one by one; only the members that are asked for are kept.

import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import type { Field } from "./field.js";
import { Growing } from "./grow.js";
import { readDataFile } from "./read-file.js";
import type { JsonlSource } from "./source.js";
import type { Table } from "./table.js";
import { readTokenizer } from "./tokenizer.js";
import { requireText, textStart } from "./utf8.js";
import { clip, told, ValueColumn } from "./value-column.js";

/** The bytes of a file are held while it is read. */
const largestFile = 500_000_000;
/** What a line may make in memory is a multiple of its length. */
const largestLine = 8_000_000;

/** Reads the members of `fields`, the first `take` rows. */
export function readJsonl(source: JsonlSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table {
  const file = readDataFile(source.file, directory, source.sha256?.[0] ?? null, largestFile);
  requireText(file, "a file of JSON lines");
  const { bytes, name: fileName } = file;
  const tokenizer = source.tokenizer === null ? null : readTokenizer(source.tokenizer, directory);
  const columns = Object.entries(fields).map(([name, declared]) => new ValueColumn(name, declared, { file: fileName, member: memberOf(name, declared), unit: "line", tokenizer }));
  const lines = new Growing((length) => new Int32Array(length));
  let rows = 0;
  let line = 0;
  for (let from = textStart(bytes); from < bytes.length && rows < (take ?? Infinity); ) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    line++;
    if (to - from > largestLine) throw new UserError(`Line ${line} of \`${fileName}\` has ${to - from} bytes, more than the ${largestLine} of a row.`, "Write one object in each line.");
    const text = bytes.toString("utf8", from, to).trim();
    from = to + 1;
    if (text === "") continue;
    const row = parseLine(text, line, fileName);
    for (const column of columns) column.take(valueOf(column, row, line), line);
    lines.push(line);
    rows++;
  }
  const lineNumbers = lines.finish();
  return {
    rows,
    columns: Object.fromEntries(columns.map((column) => [column.name, column.finish()])),
    place: (row, name) => `\`${columns.find((column) => column.name === name)?.origin.member ?? name}\` in line ${lineNumbers[row] ?? "?"} of \`${fileName}\``,
    kept: null,
    notes: [],
    hashes: tokenizer === null ? [file.sha256] : [file.sha256, tokenizer.sha256],
    ...(tokenizer === null ? {} : { tokenizer: tokenizer.sha256 }),
  };
}

function parseLine(text: string, line: number, fileName: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const help = line === 1 && text.startsWith("[") ? "Write one object in each line, without a list around them." : "Correct the line: each holds one JSON object.";
    throw new UserError(`Line ${line} of \`${fileName}\` is not JSON.`, help);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UserError(`Line ${line} of \`${fileName}\` holds ${told(value)}, expected an object such as {"name": 1}.`, "Write one object in each line.");
}

/** The value of the column's member in that line. */
function valueOf({ name, origin: { member, file } }: ValueColumn, row: object, line: number): unknown {
  const value: unknown = Object.hasOwn(row, member) ? Reflect.get(row, member) : undefined;
  if (value !== undefined) return value;
  const keys = Object.keys(row);
  const close = nearest(member, keys);
  const some = keys.slice(0, 12).map((key) => `\`${clip(key)}\``).join(", ");
  throw new UserError(`Line ${line} of \`${file}\` has no \`${member}\` for the field \`${name}\`; it has ${some === "" ? "nothing" : some}.`, close === null ? "Add it to the line." : `Write \`from "${close}"\` if that is meant.`);
}

/** The key that a field reads. */
function memberOf(name: string, { from }: Field): string {
  if (from === null) return name;
  return "column" in from ? from.column : "shift" in from ? from.shift : name;
}
