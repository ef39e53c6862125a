// A reader of safetensors files that shares no code with sop: what an outsider writes from the format's description (eight bytes of
// length, a JSON header with byte ranges, little-endian data). Tests compare sop with it.

import { readFileSync } from "node:fs";

export interface PlainTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The float32 tensors of a file by name, in order of the header. */
export function readPlainTensors(path: string): Readonly<Record<string, PlainTensor>> {
  const bytes = readFileSync(path);
  const header = Number(bytes.readBigUInt64LE(0));
  const described: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(bytes.toString("utf8", 8, 8 + header));
  const found: Record<string, PlainTensor> = {};
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(described)) {
    if (name === "__metadata__") continue;
    if (dtype !== "F32") throw new Error(`${name} is ${dtype}`);
    const values: number[] = [];
    for (let at = range[0]; at < range[1]; at += 4) values.push(bytes.readFloatLE(8 + header + at));
    found[name] = { shape, values };
  }
  return found;
}

/** The tensor of that name. */
export function tensorOf(tensors: Readonly<Record<string, PlainTensor>>, name: string): PlainTensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`no tensor ${name}; there are ${Object.keys(tensors).join(", ")}`);
  return found;
}
