// The idx format of MNIST: two zero bytes, a type, the number of axes, sizes as big-endian integers, then the elements.
// Relies on gunzip.ts to stop at the size that the header declares.

import { UserError } from "../program/errors.js";
import { fieldSize, type Field } from "./field.js";
import { gunzip, gunzipHead, isGzip } from "./gunzip.js";
import { requireMemory } from "./memory.js";
import { readPerField, requireShape } from "./per-field.js";
import { readDataFile } from "./read-file.js";
import type { IdxSource } from "./source.js";
import type { Numbers, Table } from "./table.js";

/** Bytes per element and reader, by the type byte of the header. */
const elementTypes: Readonly<Record<number, { readonly bytes: number; readonly read: (data: DataView, offset: number) => number }>> = {
  0x08: { bytes: 1, read: (data, offset) => data.getUint8(offset) },
  0x09: { bytes: 1, read: (data, offset) => data.getInt8(offset) },
  0x0b: { bytes: 2, read: (data, offset) => data.getInt16(offset) },
  0x0c: { bytes: 4, read: (data, offset) => data.getInt32(offset) },
  0x0d: { bytes: 4, read: (data, offset) => data.getFloat32(offset) },
  0x0e: { bytes: 8, read: (data, offset) => data.getFloat64(offset) },
};

/** Content of a gzip file may not be larger; Node's buffers end here. */
const largest = 2 ** 31 - 1;
/** Deflate never expands by more. */
const largestExpansion = 1040;

interface Header {
  readonly type: number;
  readonly sizes: readonly number[];
  readonly length: number;
}

/** Reads one file per field, in order of the fields, the first `take` rows. */
export function readIdx(source: IdxSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table {
  const names = Object.keys(fields);
  if (names.length !== source.files.length) {
    throw new UserError(`The dataset has ${names.length} fields and ${source.files.length} idx files, expected one file per field.`, "Name one file for each field, in order of the fields.");
  }
  const hashes: string[] = [];
  return readPerField(fields, take, hashes, (name, declared, position) => {
    const fileName = source.files[position] ?? "";
    const file = readDataFile(fileName, directory, source.sha256?.[position] ?? null);
    hashes.push(file.sha256);
    return { ...readIdxBytes(file.bytes, fileName, name, declared, take), name: fileName };
  });
}

/** The values of one file for one field. `declared` is the number of rows in the file. */
export function readIdxBytes(bytes: Buffer, fileName: string, name: string, declared: Field, take: number | null): { readonly values: Numbers; readonly declared: number } {
  const compressed = isGzip(bytes);
  const header = readHeader(compressed ? gunzipHead(bytes, fileName) : bytes, fileName, compressed);
  const rows = header.sizes[0] ?? 0;
  requireShape(header.sizes.slice(1), declared, fileName, name);
  const element = elementTypes[header.type];
  if (element === undefined) throw new Error(`idx type ${header.type} passed the header`);
  const expected = header.length + header.sizes.reduce((product, size) => product * size, 1) * element.bytes;
  if (expected > largest) throw new UserError(`\`${fileName}\` declares ${expected} bytes, more than the ${largest} that fit.`, "Divide the file.");
  if (compressed && expected > bytes.length * largestExpansion + 1024) throw truncated(fileName, expected, null);
  const taken = Math.min(rows, take ?? Infinity);
  requireMemory(taken * fieldSize(declared), compressed ? expected : 0, `\`${fileName}\``, "Divide the file, or `take` fewer rows.");
  const content = compressed ? gunzip(bytes, fileName, expected) : bytes;
  if (content.length < expected) throw truncated(fileName, expected, content.length);
  if (content.length > expected) throw new UserError(`\`${fileName}\` holds ${content.length} bytes, more than the ${expected} that its header declares.`, "Fetch the file again.");
  return { values: readElements(content, header, taken, declared, fileName, name), declared: rows };
}

function readHeader(head: Buffer, fileName: string, compressed: boolean): Header {
  const axes = head[3] ?? 0;
  const type = head[2] ?? 0;
  if (head.length < 4 || head[0] !== 0 || head[1] !== 0 || elementTypes[type] === undefined || axes < 1 || axes > 8) {
    const start = head.length === 0 ? "is empty" : `starts with the bytes ${head.subarray(0, 4).toString("hex")}`;
    throw new UserError(`${compressed ? "The content of " : ""}\`${fileName}\` ${start}, expected ${compressed ? "" : "a gzip file or "}an idx file (00 00, a type, a number of axes).`, "Name an idx file, such as those of MNIST.");
  }
  const length = 4 + 4 * axes;
  if (head.length < length) throw truncated(fileName, length, head.length);
  const sizes = Array.from({ length: axes }, (_, axis) => head.readUInt32BE(4 + 4 * axis));
  return { type, sizes, length };
}

const truncated = (fileName: string, expected: number, found: number | null): UserError =>
  new UserError(`\`${fileName}\` is truncated: its header declares ${expected} bytes${found === null ? "" : `, it holds ${found}`}.`, "Fetch the file again.");

function readElements(content: Buffer, header: Header, rows: number, declared: Field, fileName: string, name: string): Numbers {
  const count = rows * fieldSize(declared);
  const element = elementTypes[header.type];
  if (element === undefined) throw new Error(`idx type ${header.type} passed the header`);
  if (declared.dtype === "f32" && header.type === 0x08) return Float32Array.from(content.subarray(header.length, header.length + count));
  const data = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const values = declared.dtype === "f32" ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const value = element.read(data, header.length + i * element.bytes);
    if (declared.dtype === "f32" ? !Number.isFinite(value) : !Number.isInteger(value)) {
      throw new UserError(`Row ${rowOf(i, declared)} of \`${fileName}\` holds ${value}, expected ${declared.dtype === "f32" ? "a finite number" : "a whole number"} for the field \`${name}\`.`);
    }
    values[i] = value;
  }
  return values;
}

const rowOf = (element: number, declared: Field): number => Math.floor(element / Math.max(1, fieldSize(declared))) + 1;
