// A text as rows: windows of so many units, one behind the other, without overlap, so that no split holds a part of another's windows. A field
// `from next` holds the units one further on: the last of them is the first of the next window. What is left at the end is no row.

import { UserError } from "../program/errors.js";
import { fieldSize, fieldType, type Field } from "./field.js";
import { Growing } from "./grow.js";
import { requireMemory } from "./memory.js";
import { readDataFile } from "./read-file.js";
import type { TextSource } from "./source.js";
import type { RawColumn, Table } from "./table.js";
import { readTokenizer } from "./tokenizer.js";
import { requireText, textStart } from "./utf8.js";

/** The bytes of a file are held while it is read. */
const largestFile = 500_000_000;

/** The units of a text: numbers, or indices into `words`. */
interface Units {
  readonly values: Int32Array;
  readonly words: readonly string[] | null;
  /** The unit that is the end of a line; null: tokens do not tell. */
  readonly lineEnd: number | null;
  /** SHA-256 of the tokenizer file. */
  readonly tokenizer?: string;
}

/** Cuts the text into rows, at most `take` of them. */
export function readText(source: TextSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table {
  const file = readDataFile(source.file, directory, source.sha256?.[0] ?? null, largestFile);
  const size = windowOf(fields);
  const ahead = Object.values(fields).some(isNext) ? 1 : 0;
  const most = take === null ? Infinity : take * size + ahead;
  requireMemory(Math.min(file.bytes.length, most) * (1 + Object.keys(fields).length), 0, `\`${source.file}\``, "Divide the file, or `take` fewer rows.");
  if (source.unit === "characters" || source.tokenizer !== null) requireText(file, "a text file");
  const units = source.tokenizer !== null ? tokensOf(file.bytes, most, source.tokenizer, directory) : source.unit === "bytes" ? bytesOf(file.bytes, most) : charactersOf(file.bytes, most);
  const unit = source.tokenizer !== null ? "tokens" : source.unit;
  const rows = Math.floor((units.values.length - ahead) / size);
  if (rows < 1) throw new UserError(`\`${source.file}\` has ${units.values.length} ${unit}, expected at least ${size + ahead} for one row.`, "Name a longer text, or declare a shorter window.");
  const columns = Object.entries(fields).map(([name, declared]) => {
    const from = isNext(declared) ? 1 : 0;
    const values = units.values.subarray(from, from + rows * size);
    const column: RawColumn = units.words === null ? { kind: "numbers", values } : { kind: "words", words: units.words, indices: values, group: "text" };
    return [name, column] as const;
  });
  return {
    rows,
    columns: Object.fromEntries(columns),
    place: (row) => `row ${row + 1} of \`${source.file}\`${units.lineEnd === null ? "" : ` (from line ${lineOf(units, row * size)})`}`,
    kept: null,
    notes: [],
    hashes: units.tokenizer === undefined ? [file.sha256] : [file.sha256, units.tokenizer],
    ...(units.tokenizer === undefined ? {} : { tokenizer: units.tokenizer }),
  };
}

const isNext = ({ from }: Field): boolean => from !== null && "next" in from;

/** The length that all fields have. */
function windowOf(fields: Readonly<Record<string, Field>>): number {
  const sizes = new Set(Object.values(fields).map(fieldSize));
  const [size = 0, ...others] = sizes;
  if (others.length > 0 || size < 1) {
    throw new UserError(`The fields of a text are ${Object.values(fields).map(fieldType).join(", ")}, expected windows of one length.`, "Give all fields the same type.");
  }
  return size;
}

function bytesOf(bytes: Buffer, most: number): Units {
  return { values: Int32Array.from(bytes.subarray(0, Math.min(most, bytes.length))), words: null, lineEnd: 10 };
}

/** Tokens of a text in UTF-8; the file has been checked. */
function tokensOf(bytes: Buffer, most: number, file: string, directory: string): Units {
  const tokenizer = readTokenizer(file, directory);
  const tokens = new Growing((length) => new Int32Array(length));
  let count = 0;
  tokenizer.encode(bytes.toString("utf8", textStart(bytes)), (token) => {
    tokens.push(token);
    return ++count < most;
  });
  return { values: tokens.finish(), words: null, lineEnd: null, tokenizer: tokenizer.sha256 };
}

/** Code points of a text in UTF-8; the file has been checked. */
function charactersOf(bytes: Buffer, most: number): Units {
  const known = new Map<number, number>();
  const values = new Int32Array(Math.min(bytes.length, most));
  let length = 0;
  for (let at = textStart(bytes); at < bytes.length && length < most; ) {
    const first = bytes[at] ?? 0;
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let i = 1; i <= more; i++) point = (point << 6) | ((bytes[at + i] ?? 0) & 0x3f);
    at += 1 + more;
    const index = known.get(point) ?? known.size;
    if (index === known.size) known.set(point, index);
    values[length++] = index;
  }
  return { values: values.subarray(0, length), words: [...known.keys()].map((point) => String.fromCodePoint(point)), lineEnd: known.get(10) ?? -1 };
}

function lineOf({ values, lineEnd }: Units, position: number): number {
  let line = 1;
  for (let at = 0; at < position; at++) if (values[at] === lineEnd) line++;
  return line;
}
