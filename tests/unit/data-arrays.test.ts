// NumPy's npy and npz: what is right is read exactly, what is wrong or hostile is a sentence.

import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataset } from "../../runtime/data/dataset.js";
import { field, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows, type LoadedDataset } from "../../runtime/data/load.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { npy, npz, synthetic, type Source } from "../../runtime/data/source.js";
import { UserError } from "../../runtime/program/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sop-arrays-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const everything = { train: 1, valid: 0, test: 0, order: "file" } as const;
const declare = (source: Source, fields: Readonly<Record<string, FieldOptions>>, take: number | null = null) =>
  dataset({ name: "rows", source, fields: Object.fromEntries(Object.entries(fields).map(([name, options]) => [name, field(options)])), transforms: [], split: everything, take });

type Found = LoadedDataset | string;

/** What was read, or the message of a UserError. */
async function read(source: Source, fields: Readonly<Record<string, FieldOptions>>, take: number | null = null): Promise<Found> {
  try {
    return await loadDataset(declare(source, fields, take), folder);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const values = (found: Found, name: string): readonly number[] | string => (typeof found === "string" ? found : [...(found.columns[name]?.values ?? [])]);

/** An npy file with a header of NumPy's form. */
function npyBytes(descr: string, shape: string, content: Uint8Array, { order = "False", version = 1 } = {}): Buffer {
  const header = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const start = version === 1 ? 10 : 12;
  const padded = `${header.padEnd(64 * Math.ceil((start + header.length + 1) / 64) - start - 1)}\n`;
  const head = Buffer.alloc(start);
  head.write("\x93NUMPY", "latin1");
  head[6] = version;
  if (version === 1) head.writeUInt16LE(padded.length, 8);
  else head.writeUInt32LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, "latin1"), content]);
}

const bytesOf = (array: ArrayBufferView): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
const floats = (numbers: readonly number[]): Buffer => bytesOf(Float32Array.from(numbers));

/** A zip archive; `declared` overrides the size that its directory gives. */
function zip(entries: Readonly<Record<string, Buffer>>, { packed = true, declared = null as number | null, flags = 0, method = null as number | null } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = packed ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method ?? (packed ? 8 : 0), 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(declared ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), fields, Buffer.from(name), data);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, place, Buffer.from(name));
    at += 30 + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

const put = (name: string, content: Buffer): string => {
  writeFileSync(join(folder, name), content);
  return name;
};

const fromNpy = (content: Buffer, options: FieldOptions, take: number | null = null): Promise<Found> => read(npy({ files: [put("x.npy", content)] }), { x: options }, take);
const vector: FieldOptions = { dtype: "f32", shape: [3] };
const scalar: FieldOptions = { dtype: "f32", shape: [] };
const whole: FieldOptions = { dtype: "i32", shape: [] };

test("each type of number is read, in either order of its bytes", async () => {
  const numbers = [1, -2, 100];
  const cases: readonly (readonly [string, ArrayBufferView])[] = [
    ["'<f4'", Float32Array.from(numbers)],
    ["'<f8'", Float64Array.from(numbers)],
    ["'|i1'", Int8Array.from(numbers)],
    ["'<i2'", Int16Array.from(numbers)],
    ["'<i4'", Int32Array.from(numbers)],
    ["'<i8'", BigInt64Array.from(numbers.map(BigInt))],
    // 1, -2, 100 as binary16.
    ["'<f2'", Uint16Array.of(0x3c00, 0xc000, 0x5640)],
  ];
  for (const [descr, array] of cases) {
    assert.equal(values(await fromNpy(npyBytes(descr, "(3,)", bytesOf(array)), scalar), "x"), numbers, descr);
    if (!descr.includes("<f2")) assert.equal(values(await fromNpy(npyBytes(descr, "(3,)", bytesOf(array)), whole), "x"), numbers, descr);
    const width = array.byteLength / 3;
    const turned = Buffer.concat([0, 1, 2].map((at) => Buffer.from(bytesOf(array).subarray(at * width, (at + 1) * width)).reverse()));
    assert.equal(values(await fromNpy(npyBytes(descr.replace("<", ">"), "(3,)", turned), scalar), "x"), numbers, descr);
  }
  for (const [descr, array] of [["'|u1'", Uint8Array.of(0, 255)], ["'<u2'", Uint16Array.of(0, 65535)], ["'<u4'", Uint32Array.of(0, 70000)], ["'<u8'", BigUint64Array.of(0n, 70000n)], ["'|b1'", Uint8Array.of(0, 1)]] as const) {
    assert.equal(values(await fromNpy(npyBytes(descr, "(2,)", bytesOf(array)), scalar), "x"), [...array].map(Number), descr);
  }
  // The smallest and the largest number below infinity of binary16, and a subnormal one.
  assert.equal(values(await fromNpy(npyBytes("'<f2'", "(3,)", bytesOf(Uint16Array.of(0x0001, 0x7bff, 0x0400))), scalar), "x"), [2 ** -24, 65504, 2 ** -14]);
});

test("axes in Fortran's order, headers of later versions, axes of size 1, the first rows", async () => {
  const c = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  // Element (i, j, k) of shape (2, 2, 3) stands at i + 2 j + 4 k.
  const fortran = c.map((_, place) => 6 * (place % 2) + 3 * (Math.floor(place / 2) % 2) + Math.floor(place / 4));
  const cube: FieldOptions = { dtype: "f32", shape: [2, 3, 1] };
  for (const version of [1, 2, 3]) {
    assert.equal(values(await fromNpy(npyBytes("'<f4'", "(2, 2, 3)", floats(c), { version }), cube), "x"), c);
    assert.equal(values(await fromNpy(npyBytes("'<f4'", "(2, 2, 3)", floats(fortran), { version, order: "True" }), cube), "x"), c);
  }
  assert.equal(values(await fromNpy(npyBytes("'<f4'", "(2, 2, 3)", floats(fortran), { order: "True" }), cube, 1), "x"), c.slice(0, 6));
  assert.equal(values(await fromNpy(npyBytes("'<f4'", "(4, 3)", floats(c)), vector, 2), "x"), c.slice(0, 6));
});

test("what is wrong with an npy file is told", async () => {
  const says = async (content: Buffer, part: string, options = vector): Promise<void> => assert.match(String(values(await fromNpy(content, options), "x")), part);
  await says(Buffer.alloc(0), "`x.npy` is empty, expected an npy file");
  await says(Buffer.from("a,b,c\n1,2,3\n"), "`x.npy` starts with the bytes 612c622c630a312c, expected an npy file");
  await says(npyBytes("'|O'", "(3,)", Buffer.alloc(24)), "holds elements of type '|O', expected numbers");
  await says(npyBytes("'<U5'", "(3,)", Buffer.alloc(60)), "holds elements of type '<U5'");
  await says(npyBytes("[('a', '<f4')]", "(3,)", Buffer.alloc(12)), "holds elements of type records");
  await says(npyBytes("'<f4'", "()", floats([1])), "holds a single number, expected an axis of rows");
  await says(npyBytes("'<f4'", "(2, 4)", floats([1, 2, 3, 4, 5, 6, 7, 8])), "has rows of shape [4], expected f32[3] for the field `x`");
  await says(npyBytes("'<f4'", "(2, 3)", floats([1, 2, 3, 4, 5])), "is truncated: its header declares 152 bytes, it holds 148");
  await says(npyBytes("'<f4'", "(1, 3)", floats([1, 2, 3, 4])), "holds 144 bytes, more than the 140");
  await says(npyBytes("'<f4'", "(2, 3)", floats([1, 2, 3, 4, NaN, 6])), "Row 2 of `x.npy` holds NaN, expected a finite number for the field `x`");
  await says(npyBytes("'<f8'", "(1,)", bytesOf(Float64Array.of(1e300))), "Row 1 of `x.npy` holds 1e+300, expected a finite number", scalar);
  await says(npyBytes("'<f8'", "(2,)", bytesOf(Float64Array.of(1, 2.5))), "Row 2 of `x.npy` holds 2.5, expected a whole number", whole);
  await says(npyBytes("'<i8'", "(1,)", bytesOf(BigInt64Array.of(2n ** 40n))), "Row 1 of `x.npy` holds 1099511627776, expected a whole number", whole);
  await says(npyBytes("'<f4'", "(0, 3)", Buffer.alloc(0)), "`rows` has no rows");
  await says(npyBytes("'<f4'", "(99999999999, 3)", Buffer.alloc(0)), "declares 1200000000116 bytes, more than the 2147483647 that fit");
  await says(npyBytes("'<f4'", `(${"9".repeat(40)}, 3)`, Buffer.alloc(0)), "which no array has");
  const long = npyBytes("'<f4'", "(1, 3)", floats([1, 2, 3]), { version: 2 });
  long.writeUInt32LE(4_000_000_000, 8);
  await says(long, "declares a header of 4000000000 bytes");
  assert.match(String(await read(npy({ files: ["x.npy"] }), { x: vector, y: vector })), "2 fields and 1 npy files");
  put("two.npy", npyBytes("'<f4'", "(2,)", floats([1, 2])));
  put("three.npy", npyBytes("'<f4'", "(3,)", floats([1, 2, 3])));
  assert.match(String(await read(npy({ files: ["two.npy", "three.npy"] }), { x: scalar, y: scalar })), "`three.npy` holds 3 rows and `two.npy` 2, expected equally many");
  assert.match(String(await read(npy({ files: ["two.npy"] }), { x: { dtype: "class", shape: [], below: 2 } })), "Row 2 of `two.npy` holds 2, expected a label from 0 to 1 for `x`");
});

test("npz: arrays by their names, stored and deflated", async () => {
  const x = npyBytes("'<f4'", "(2, 3)", floats([1, 2, 3, 4, 5, 6]));
  const y = npyBytes("'<i8'", "(2,)", bytesOf(BigInt64Array.of(1n, 0n)));
  const label: FieldOptions = { dtype: "class", shape: [], below: 2, from: { column: "y" } };
  for (const packed of [true, false]) {
    put("a.npz", zip({ "x.npy": x, "y.npy": y }, { packed }));
    const found = await read(npz({ file: "a.npz" }), { x: vector, label });
    assert.equal([values(found, "x"), values(found, "label")], [[1, 2, 3, 4, 5, 6], [1, 0]]);
  }
  const says = async (content: Buffer, part: string): Promise<void> => assert.match(String(values(await read(npz({ file: put("b.npz", content) }), { x: vector }), "x")), part);
  await says(zip({ "xs.npy": x, "y.npy": y }), "`b.npz` has no array `x` for the field `x`; its arrays are `xs`, `y`");
  await says(zip({}), "it has none");
  await says(zip({ "x.npy": x }).subarray(0, 100), "not a whole zip archive");
  await says(zip({ "x.npy": x }, { flags: 1 }), "`b.npz/x.npy` is encrypted");
  await says(zip({ "x.npy": x }, { method: 12 }), "is packed by method 12");
  await says(zip({ "x.npy": Buffer.from("noise") }), "expected an npy file");
  const flipped = zip({ "x.npy": x }, { packed: false });
  const last = 30 + 5 + x.length - 2;
  flipped[last] = (flipped[last] ?? 0) ^ 1;
  await says(flipped, "its checksum differs");
  // A bomb: the directory tells the truth, the header does not; and the other way round.
  const bomb = Buffer.concat([x, Buffer.alloc(50_000_000)]);
  await says(zip({ "x.npy": bomb }), "more than the 152 that its header declares");
  await says(zip({ "x.npy": bomb }, { declared: x.length }), "holds more than the 152 bytes that its header declares");
});

test("noise and flipped bytes are read or told of", async () => {
  const x = npyBytes("'<f4'", "(2, 3)", floats([1, 2, 3, 4, 5, 6]));
  for (const [name, bytes, source] of [["n.npy", x, npy({ files: ["n.npy"] })], ["n.npz", zip({ "x.npy": x }), npz({ file: "n.npz" })], ["n.npz", zip({ "x.npy": x }, { packed: false }), npz({ file: "n.npz" })]] as const) {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), fc.integer({ min: bytes.length - 30, max: bytes.length }), async (changes, length) => {
        const broken = Buffer.from(bytes);
        for (const [at, value] of changes) broken[at] = value;
        put(name, broken.subarray(0, length));
        const found = await read(source, { x: vector });
        if (typeof found !== "string") assert.is(found.columns["x"]?.values.length, 3 * found.rows);
      }),
      { numRuns: 700 },
    );
  }
});

test("predictions take arrays, whatever the dataset's own format", async () => {
  put("images.npy", npyBytes("'<f4'", "(2, 28, 28)", Buffer.alloc(2 * 784 * 4)));
  put("images.npz", zip({ "image.npy": npyBytes("'<f4'", "(2, 28, 28)", Buffer.alloc(2 * 784 * 4)) }));
  const own = declare(synthetic({ generator: "digits", rows: 10, seed: 0 }), { image: { dtype: "f32", shape: [28, 28, 1] } });
  for (const [file, kind] of [["images.npy", "npy"], ["images.npz", "npz"]] as const) {
    const { dataset: applied, source } = predictionSource(own, ["image"], [file], folder);
    assert.is(source.kind, kind);
    assert.is((await loadRows(applied, source, ["image"], folder, { statistics: {}, vocabularies: {} })).rows, 2);
  }
  assert.throws(() => predictionSource(own, ["image"], ["images.npy", "images.npy"], folder), /expected one npy file for each, found 2/);
});

test.run();
