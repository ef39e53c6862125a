// The npy format of NumPy (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic word, a version, a header that is
// a Python dictionary of three entries, then the elements. Objects, which only Python could read and which could run code, are refused.

import { UserError } from "../program/errors.js";
import { fieldSize, type Field } from "./field.js";
import { requireMemory } from "./memory.js";
import { readPerField, requireShape, type FieldArray } from "./per-field.js";
import { readDataFile } from "./read-file.js";
import type { NpySource } from "./source.js";
import type { Numbers, Table } from "./table.js";

/** The first bytes of each npy file. */
export const npyMagic = Buffer.from("\x93NUMPY", "latin1");
/** A header of three entries is never longer; more bytes are not looked at. */
export const longestNpyHead = 1 << 16;
/** Buffers of Node cannot be much larger. */
const largest = 2 ** 31 - 1;

interface ElementType {
  readonly bytes: number;
  readonly read: (data: DataView, offset: number, little: boolean) => number;
}

/** By what stands behind the byte order in `descr`. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  b1: { bytes: 1, read: (data, offset) => data.getUint8(offset) },
  i1: { bytes: 1, read: (data, offset) => data.getInt8(offset) },
  u1: { bytes: 1, read: (data, offset) => data.getUint8(offset) },
  i2: { bytes: 2, read: (data, offset, little) => data.getInt16(offset, little) },
  u2: { bytes: 2, read: (data, offset, little) => data.getUint16(offset, little) },
  i4: { bytes: 4, read: (data, offset, little) => data.getInt32(offset, little) },
  u4: { bytes: 4, read: (data, offset, little) => data.getUint32(offset, little) },
  i8: { bytes: 8, read: (data, offset, little) => Number(data.getBigInt64(offset, little)) },
  u8: { bytes: 8, read: (data, offset, little) => Number(data.getBigUint64(offset, little)) },
  f2: { bytes: 2, read: (data, offset, little) => halfToNumber(data.getUint16(offset, little)) },
  f4: { bytes: 4, read: (data, offset, little) => data.getFloat32(offset, little) },
  f8: { bytes: 8, read: (data, offset, little) => data.getFloat64(offset, little) },
};

interface Header {
  readonly type: ElementType;
  readonly little: boolean;
  /** The last axis varies slowest. */
  readonly fortran: boolean;
  readonly sizes: readonly number[];
  /** Where the elements begin. */
  readonly length: number;
}

/** Bytes of an array: the first ones, and all of them once it is known how many they must be. */
export interface NpyBytes {
  /** What messages call it. */
  readonly name: string;
  readonly head: Buffer;
  /** Bytes that `read` makes beside those of the file. */
  readonly extra: (expected: number) => number;
  /** The whole array; throws a UserError where it has more or fewer bytes than `expected`. */
  readonly read: (expected: number) => Buffer;
}

/** Reads one file per field, in order of the fields, the first `take` rows. */
export function readNpy(source: NpySource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table {
  const count = Object.keys(fields).length;
  if (count !== source.files.length) {
    throw new UserError(`The dataset has ${count} fields and ${source.files.length} npy files, expected one file per field.`, "Name one file for each field, in order of the fields.");
  }
  const hashes: string[] = [];
  return readPerField(fields, take, hashes, (field, declared, position) => {
    const name = source.files[position] ?? "";
    const { bytes, sha256 } = readDataFile(name, directory, source.sha256?.[position] ?? null);
    hashes.push(sha256);
    const read = (expected: number): Buffer => {
      requireLength(bytes.length, expected, name);
      return bytes;
    };
    return readArray({ name, head: bytes.subarray(0, longestNpyHead), extra: () => 0, read }, field, declared, take);
  });
}

/** The values of one array for one field, the first `take` rows of it. */
export function readArray(array: NpyBytes, field: string, declared: Field, take: number | null): FieldArray {
  const { name } = array;
  const header = readHeader(array.head, name);
  const [rows] = header.sizes;
  if (rows === undefined) throw new UserError(`\`${name}\` holds a single number, expected an axis of rows.`, "Save an array whose first axis counts the rows.");
  requireShape(header.sizes.slice(1), declared, name, field);
  const expected = header.length + header.sizes.reduce((product, size) => product * size, 1) * header.type.bytes;
  if (!(expected <= largest)) throw new UserError(`\`${name}\` declares ${expected} bytes, more than the ${largest} that fit.`, "Divide the file.");
  const taken = Math.min(rows, take ?? Infinity);
  requireMemory(taken * fieldSize(declared), array.extra(expected), `\`${name}\``, "Divide the file, or `take` fewer rows.");
  return { values: readElements(array.read(expected), header, taken, declared, name, field), declared: rows, name };
}

/** Throws a UserError unless there are as many bytes as the header declares. */
export function requireLength(found: number, expected: number, name: string): void {
  if (found < expected) throw new UserError(`\`${name}\` is truncated: its header declares ${expected} bytes, it holds ${found}.`, "Save the file again.");
  if (found > expected) throw new UserError(`\`${name}\` holds ${found} bytes, more than the ${expected} that its header declares.`, "Save the file again.");
}

function readHeader(head: Buffer, name: string): Header {
  const major = head[6] ?? 0;
  if (head.length < 10 || !head.subarray(0, 6).equals(npyMagic) || major < 1 || major > 3) {
    const found = head.length === 0 ? "is empty" : `starts with the bytes ${head.subarray(0, 8).toString("hex")}`;
    throw new UserError(`\`${name}\` ${found}, expected an npy file (93 4e 55 4d 50 59 and a version from 1 to 3).`, "Save the array with `numpy.save`.");
  }
  const start = major === 1 ? 10 : 12;
  const length = start + (major === 1 ? head.readUInt16LE(8) : head.length < 12 ? 0 : head.readUInt32LE(8));
  if (length > longestNpyHead) throw new UserError(`\`${name}\` declares a header of ${length - start} bytes, expected one of an array of numbers.`, "Save a plain array with `numpy.save`.");
  if (head.length < length) throw new UserError(`\`${name}\` is truncated: it ends within its header.`, "Save the file again.");
  const text = head.toString("latin1", start, length);
  const descr = /'descr': '([<>|=])([a-zA-Z]\d*)'/.exec(text);
  const order = /'fortran_order': (True|False)/.exec(text);
  const shape = /'shape': \(([\d, ]*)\)/.exec(text);
  if (descr === null || order === null || shape === null) {
    const found = /'descr': ('[^']{0,40}'|\[)/.exec(text)?.[1];
    if (found !== undefined && descr === null) throw wrongElements(name, found === "[" ? "records" : found);
    throw new UserError(`\`${name}\` has a header without \`descr\`, \`fortran_order\` and \`shape\`.`, "Save the array with `numpy.save`.");
  }
  const type = Object.hasOwn(elementTypes, descr[2] ?? "") ? elementTypes[descr[2] ?? ""] : undefined;
  if (type === undefined) throw wrongElements(name, `'${descr[1]}${descr[2]}'`);
  const sizes = (shape[1] ?? "").split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part.trim().replaceAll(" ", ""))]));
  if (sizes.some((size) => !Number.isSafeInteger(size))) throw new UserError(`\`${name}\` declares the shape (${(shape[1] ?? "").slice(0, 60)}), which no array has.`, "Save the file again.");
  return { type, little: descr[1] !== ">", fortran: order[1] === "True", sizes, length };
}

const wrongElements = (name: string, found: string): UserError =>
  new UserError(`\`${name}\` holds elements of type ${found}, expected numbers (b1, i1 to i8, u1 to u8, f2 to f8).`, "Convert the array first, as with `array.astype('float32')`.");

function readElements(content: Buffer, { type, little, fortran, sizes, length }: Header, rows: number, declared: Field, name: string, field: string): Numbers {
  const size = fieldSize(declared);
  const data = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const values = declared.dtype === "f32" ? new Float32Array(rows * size) : new Int32Array(rows * size);
  // Element e of row r stands at r * stride + offsets[e].
  const stride = fortran ? 1 : size;
  const offsets = fortran ? fortranOffsets(sizes, size) : null;
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < size; at++) {
      const value = type.read(data, length + (row * stride + (offsets?.[at] ?? at)) * type.bytes, little);
      if (declared.dtype === "f32" ? !Number.isFinite(Math.fround(value)) : !Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1) {
        throw new UserError(`Row ${row + 1} of \`${name}\` holds ${value}, expected ${declared.dtype === "f32" ? "a finite number" : "a whole number of 32 bits"} for the field \`${field}\`.`, "Correct the array.");
      }
      values[row * size + at] = value;
    }
  }
  return values;
}

/** Where the elements of the first row stand if the first axis varies fastest. */
function fortranOffsets(sizes: readonly number[], size: number): Float64Array {
  const offsets = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    let rest = at;
    let offset = 0;
    for (let axis = sizes.length - 1; axis > 0; axis--) {
      const axisSize = sizes[axis] ?? 1;
      const index = rest % axisSize;
      rest = Math.floor(rest / axisSize);
      offset += index * sizes.slice(0, axis).reduce((product, n) => product * n, 1);
    }
    offsets[at] = offset;
  }
  return offsets;
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
