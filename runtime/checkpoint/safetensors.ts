// The safetensors format: eight bytes of header length (little-endian), a JSON header with dtype, shape and offsets of each
// tensor, then the data without gaps. What is read is checked whole before anything is used: the file may come from anywhere.

import { UserError } from "../program/errors.js";

export type StoredDtype = "F32" | "I32" | "BOOL";

/** A tensor as a file holds it. */
export interface StoredTensor {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export interface Safetensors {
  /** In order of the data. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const bytesPerElement: Readonly<Record<StoredDtype, number>> = { F32: 4, I32: 4, BOOL: 1 };
/** The limit of the reference implementation. */
const largestHeader = 100_000_000;

/** The bytes of a file. Tensors and metadata appear in the order given; the same input gives the same bytes. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Buffer {
  const header: [string, unknown][] = metadata.size === 0 ? [] : [["__metadata__", Object.fromEntries(metadata)]];
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, values }] of tensors) {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    header.push([name, { dtype, shape, data_offsets: [offset, offset + bytes.length] }]);
    parts.push(bytes);
    offset += bytes.length;
  }
  const json = Buffer.from(`{${header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(",")}}`);
  const padding = (8 - (json.length % 8)) % 8;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding));
  return Buffer.concat([length, json, Buffer.alloc(padding, " "), ...parts]);
}

/** Reads a whole file's bytes; `name` is for messages. Throws a UserError for whatever is not a sound file. */
export function decodeSafetensors(bytes: Buffer, name: string): Safetensors {
  if (bytes.length < 8) throw broken(name, `has ${bytes.length} bytes, expected a safetensors file`);
  const headerLength = bytes.readBigUInt64LE();
  if (headerLength > BigInt(largestHeader)) throw broken(name, `is not a safetensors file: its header would have ${headerLength} bytes`);
  const start = 8 + Number(headerLength);
  if (start > bytes.length) throw broken(name, `is truncated: its header has ${headerLength} bytes, the file ${bytes.length}`);
  const header = parseHeader(bytes.subarray(8, start), name);
  const data = bytes.subarray(start);

  const metadata = new Map<string, string>();
  const entries: { readonly tensor: string; readonly dtype: StoredDtype; readonly shape: readonly number[]; readonly from: number; readonly to: number }[] = [];
  for (const [key, entry] of Object.entries(header)) {
    if (key === "__metadata__") {
      if (!isRecord(entry)) throw broken(name, "has metadata that are not an object");
      for (const [word, value] of Object.entries(entry)) {
        if (typeof value !== "string") throw broken(name, `has metadata \`${clip(word)}\` that are not text`);
        metadata.set(word, value);
      }
    } else entries.push({ tensor: key, ...readEntry(entry, key, name) });
  }
  entries.sort((left, right) => left.from - right.from || left.to - right.to);

  const tensors = new Map<string, StoredTensor>();
  let offset = 0;
  for (const { tensor, dtype, shape, from, to } of entries) {
    if (from !== offset) throw broken(name, `has ${from < offset ? "overlapping data" : "a gap"} before \`${clip(tensor)}\``);
    if (to > data.length) throw broken(name, `is truncated: \`${clip(tensor)}\` ends at byte ${to} of ${data.length}`);
    tensors.set(tensor, { dtype, shape, values: toArray(dtype, data.subarray(from, to)) });
    offset = to;
  }
  if (offset !== data.length) throw broken(name, `has ${data.length - offset} bytes that belong to no tensor`);
  return { tensors, metadata };
}

function parseHeader(bytes: Buffer, name: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isRecord(header)) return header;
  } catch {
    // What is wrong with the text does not help anyone.
  }
  throw broken(name, "is not a safetensors file: its header is not a JSON object");
}

function readEntry(entry: unknown, tensor: string, name: string): { readonly dtype: StoredDtype; readonly shape: readonly number[]; readonly from: number; readonly to: number } {
  const what = `\`${clip(tensor)}\``;
  if (!isRecord(entry)) throw broken(name, `has no description of ${what}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32" && dtype !== "I32" && dtype !== "BOOL") throw broken(name, `holds ${what} as \`${clip(String(dtype))}\`, expected F32, I32 or BOOL`);
  if (!isSizes(shape) || shape.length > 16) throw broken(name, `has no shape for ${what}`);
  if (!isSizes(offsets)) throw broken(name, `has no offsets for ${what}`);
  const [from, to] = offsets;
  if (from === undefined || to === undefined || offsets.length !== 2 || from > to) throw broken(name, `has offsets of ${what} that are not two rising numbers`);
  const size = shape.reduce((product, n) => product * n, 1) * bytesPerElement[dtype];
  if (size !== to - from) throw broken(name, `gives ${what} of shape [${shape.join(", ")}] ${to - from} bytes, expected ${size}`);
  return { dtype, shape, from, to };
}

function toArray(dtype: StoredDtype, bytes: Buffer): StoredTensor["values"] {
  const copy = Uint8Array.from(bytes);
  if (dtype === "BOOL") return copy;
  return dtype === "F32" ? new Float32Array(copy.buffer) : new Int32Array(copy.buffer);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

const broken = (name: string, what: string): UserError => new UserError(`\`${name}\` ${what}.`, "Name a file that is whole, or delete it and train again.");
