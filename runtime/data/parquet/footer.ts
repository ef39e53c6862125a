// The footer of a Parquet file: columns, row groups, places. Bytes are gone over first, then hyparquet reads them; what it gives is checked as far as
// reading relies on it.

import { parquetMetadata, type FileMetaData } from "hyparquet";
import { PageError } from "./codecs.js";
import { ThriftReader } from "./thrift.js";

/** Objects made of it take many times as much. */
const largestFooter = 32_000_000;
const deepestSchema = 16;
const mostElements = 100_000;

/** The first and last bytes of each file. */
const parquetMagic = Buffer.from("PAR1", "latin1");

/** Reads the footer. Throws a PageError or ThriftError. */
export function readFooter(bytes: Buffer): FileMetaData {
  const magic = bytes.subarray(0, 4);
  if (bytes.length === 0) throw new PageError("it is empty");
  if (magic.toString("latin1") === "PARE") throw new PageError("it is encrypted");
  if (!magic.equals(parquetMagic)) throw new PageError(`it starts with the bytes ${magic.toString("hex")}, expected a Parquet file`);
  if (bytes.length < 12 || !bytes.subarray(-4).equals(parquetMagic)) throw new PageError("its data end early");
  const length = bytes.readUInt32LE(bytes.length - 8);
  const start = bytes.length - 8 - length;
  if (start < 4) throw new PageError("its data end early");
  if (length > largestFooter) throw new PageError(`its footer has ${length} bytes, more than the ${largestFooter} that are read`);
  new ThriftReader(bytes, start, bytes.length - 8).structure();
  // Its marks for maps are put before the elements are known to be a tree: a negative count of parts would lead it round and round.
  const metadata = parquetMetadata(arrayBuffer(bytes.subarray(start)), { geoparquet: false });
  checkSchema(metadata);
  return metadata;
}

/** The elements must be a tree. */
function checkSchema({ schema }: FileMetaData): void {
  if (schema.length > mostElements) throw new PageError(`it has more than ${mostElements} columns`);
  const open: number[] = [];
  for (const [index, { num_children: children = 0 }] of schema.entries()) {
    if (children < 0 || (index > 0 && open.length === 0)) throw new PageError("its footer is damaged");
    const last = open.length - 1;
    if (last >= 0) open[last] = (open[last] ?? 0) - 1;
    if (children > 0) open.push(children);
    while (open.length > 0 && open.at(-1) === 0) open.pop();
    if (open.length > deepestSchema) throw new PageError(`its columns are nested more than ${deepestSchema} deep`);
  }
  if (open.length > 0 || schema.length === 0) throw new PageError("its footer is damaged");
}

/** The bytes as an array of their own. */
export function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
