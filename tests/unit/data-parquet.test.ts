// Parquet files: of pyarrow in all codecs, of hyparquet-writer for what is to be varied. What is wrong or hostile is a sentence.

import * as fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataset, type Dataset } from "../../runtime/data/dataset.js";
import { field, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows, type LoadedDataset } from "../../runtime/data/load.js";
import { pagesOf } from "../../runtime/data/parquet/pages.js";
import { checkRuns } from "../../runtime/data/parquet/runs.js";
import { ThriftReader } from "../../runtime/data/parquet/thrift.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { parquet, synthetic, type Source } from "../../runtime/data/source.js";
import { UserError } from "../../runtime/program/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sop-parquet-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Files of pyarrow 25.0.1: 40 rows in groups of 25, x = [i/2, -i], n = i, kind is `dog` where i is a multiple of 3 and else `cat`, ok is whether i is even, grid = [[i, i+1], [i+2, i+3]]. */
const references: Readonly<Record<string, string>> = JSON.parse(readFileSync(new URL("parquet-references.json", import.meta.url), "utf8"));

const declare = (source: Source, fields: Readonly<Record<string, FieldOptions>>, take: number | null = null): Dataset =>
  dataset({ name: "rows", source, fields: Object.fromEntries(Object.entries(fields).map(([name, options]) => [name, field(options)])), transforms: [], split: { train: 1, valid: 0, test: 0, order: "file" }, take });

type Found = LoadedDataset | string;

/** What was read, or the message of a UserError. Anything else gets through. */
async function read(content: Uint8Array, fields: Readonly<Record<string, FieldOptions>>, { drops = false, take = null as number | null } = {}): Promise<Found> {
  writeFileSync(join(folder, "rows.parquet"), content);
  try {
    return await loadDataset(declare(parquet({ file: "rows.parquet", dropsMissing: drops }), fields, take), folder);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

type Columns = Parameters<typeof parquetWriteBuffer>[0]["columnData"];

const written = (columnData: Columns, options: { readonly rowGroupSize?: number } = {}): Buffer => Buffer.from(parquetWriteBuffer({ columnData, ...options }));
const values = (found: Found, name: string): readonly number[] | string => (typeof found === "string" ? found : [...(found.columns[name]?.values ?? [])]);
const says = (found: Found, part: string | RegExp): void => assert.match(typeof found === "string" ? found : "it was read", part);

const number: FieldOptions = { dtype: "f32", shape: [] };
const count: FieldOptions = { dtype: "i32", shape: [] };
const all: Readonly<Record<string, FieldOptions>> = { x: { dtype: "f32", shape: [2] }, n: { ...count, below: 40 }, kind: { dtype: "class", shape: [], below: 2 }, fine: { dtype: "bool", shape: [], from: { column: "ok" } }, grid: { dtype: "i32", shape: [2, 2] } };
const rows = Array.from({ length: 40 }, (_, i) => i);

for (const [name, content] of Object.entries(references)) {
  if (name === "DELTA_BYTE_ARRAY") continue;
  test(`pyarrow: ${name}`, async () => {
    const found = await read(Buffer.from(content, "base64"), all);
    assert.equal(Object.keys(all).map((column) => values(found, column)), [rows.flatMap((i) => [i / 2, 0 - i]), rows, rows.map((i) => (i % 3 === 0 ? 1 : 0)), rows.map((i) => (i % 2 === 0 ? 1 : 0)), rows.flatMap((i) => [i, i + 1, i + 2, i + 3])]);
    if (typeof found === "string") throw new Error(found);
    assert.equal(found.fitted.vocabularies, { kind: ["cat", "dog"] });
    assert.equal(values(await read(Buffer.from(content, "base64"), { n: count }, { take: 30 }), "n"), rows.slice(0, 30));
  });
}

test("types of columns: numbers of 64 bits, decimals of them, words by numbers, lists", async () => {
  const bytes = written([
    { name: "big", data: [1n, 2n, 3n], type: "INT64" },
    { name: "double", data: [0.5, 1e-3, -2], type: "DOUBLE" },
    { name: "id", data: [9007199254740993n, 9007199254740992n, 5n], type: "INT64" },
  ]);
  const found = await read(bytes, { big: count, double: number, id: { dtype: "class", shape: [], below: 3, classes: ["5", "9007199254740993", "9007199254740992"] } });
  assert.equal([values(found, "big"), values(found, "double"), values(found, "id")], [[1, 2, 3], [0.5, Math.fround(1e-3), -2], [1, 2, 0]]);
  says(await read(written([{ name: "n", data: [2n ** 40n], type: "INT64" }]), { n: count }), "`n` in row 1 of `rows.parquet` holds `1099511627776`, expected a whole number for `n: i32`");
});

test("missing values are an error that names row and column, or leave the row out", async () => {
  const bytes = written([{ name: "x", data: [1, null, 3, NaN, 5], type: "DOUBLE" }, { name: "k", data: ["a", "b", null, "b", "a"], type: "STRING" }], { rowGroupSize: 2 });
  const fields: Readonly<Record<string, FieldOptions>> = { x: number, k: { dtype: "class", shape: [], below: 2 } };
  says(await read(bytes, fields), "`x` in row 2 of `rows.parquet` misses a value");
  says(await read(bytes, { k: { dtype: "class", shape: [], below: 2 } }), "`k` in row 3 of `rows.parquet` misses a value");
  const found = await read(bytes, fields, { drops: true });
  assert.equal([values(found, "x"), values(found, "k")], [[1, 5], [0, 0]]);
  if (typeof found === "string") throw new Error(found);
  assert.equal([[...(found.kept ?? [])], found.notes], [[1, 5], ["3 of 5 rows of `rows.parquet` miss a value and are left out"]]);
  says(await read(written([{ name: "x", data: [null, null], type: "DOUBLE" }]), { x: number }, { drops: true }), "`rows` has no rows left: 2 of 2 rows");
});

test("what is wrong with a file is told", async () => {
  const bytes = written([{ name: "x", data: [1, 2], type: "DOUBLE" }, { name: "s", data: ["a", "b"], type: "STRING" }, { name: "t", data: [new Date(0), new Date(1)], type: "TIMESTAMP" }]);
  says(await read(bytes, { xx: number }), "`rows.parquet` has no column `xx` for the field `xx`; its columns are `x`, `s`, `t`");
  says(await read(bytes, { s: number }), "`s` in row 1 of `rows.parquet` holds `a`, expected a number for `s: f32`");
  says(await read(bytes, { t: number }), "`t` in row 1 of `rows.parquet` holds a date, expected a number");
  says(await read(bytes, { x: { dtype: "f32", shape: [2] } }), "`x` in row 1 of `rows.parquet` holds `1`, expected a list of 2");
  const lists = Buffer.from(references["snappy, pages of version 1.0"] ?? "", "base64");
  says(await read(lists, { x: { dtype: "f32", shape: [3] } }), "`x` in row 1 of `rows.parquet` holds 2 values, expected 3 values");
  says(await read(lists, { n: { ...count, below: 20 } }), "`n` in row 21 of `rows.parquet` holds 20, expected a number from 0 to 19");
  says(await read(Buffer.alloc(0), { x: number }), "`rows.parquet` cannot be read: it is empty");
  says(await read(Buffer.from("x,y\n1,2\n3,4\n"), { x: number }), "it starts with the bytes 782c790a, expected a Parquet file");
  says(await read(Buffer.from("PAR1 and no more"), { x: number }), "its data end early");
  says(await read(Buffer.from("PARE and no more"), { x: number }), "it is encrypted");
  says(await read(Buffer.from(references["DELTA_BYTE_ARRAY"] ?? "", "base64"), { kind: { dtype: "class", shape: [], below: 2 } }), "it has the encoding DELTA_BYTE_ARRAY");
  for (let length = 0; length < lists.length; length += 7) says(await read(lists.subarray(0, length), all), "cannot be read");
});

test("flipped bytes are read or told of", async () => {
  const files = Object.values(references).map((content) => Buffer.from(content, "base64"));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (bytes, changes) => {
      const broken = Buffer.from(bytes);
      for (const [at, value] of changes) broken[at % bytes.length] = value;
      const found = await read(broken, all);
      if (typeof found !== "string") assert.is(found.columns["x"]?.values.length, 2 * found.rows);
    }),
    { numRuns: 500 },
  );
});

test("every byte of a footer as a small negative number is read or told of", async () => {
  const bytes = Buffer.from(references["gzip, pages of version 2.0"] ?? "", "base64");
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  // -1, -2, -3 and -7 as they are written: a column with so many parts once led backwards, and round and round.
  for (const value of [1, 3, 5, 13]) {
    for (let at = start; at < bytes.length - 8; at++) {
      const broken = Buffer.from(bytes);
      broken[at] = value;
      const found = await read(broken, all);
      if (typeof found !== "string") assert.is(found.columns["x"]?.values.length, 2 * found.rows);
    }
  }
});

test("flipped bytes of a footer are read or told of", async () => {
  const bytes = Buffer.from(references["gzip, pages of version 2.0"] ?? "", "base64");
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 9 - start), fc.nat(255)), { minLength: 1, maxLength: 6 }), async (changes) => {
      const broken = Buffer.from(bytes);
      for (const [at, value] of changes) broken[start + at] = value;
      const found = await read(broken, all);
      if (typeof found !== "string") assert.is(found.columns["x"]?.values.length, 2 * found.rows);
    }),
    { numRuns: 300 },
  );
});

/** A number of Thrift's compact protocol. */
function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [128 + (value % 128), ...varint(Math.floor(value / 128))];
}

test("footers and pages that lie about sizes are refused before anything is made of them", () => {
  const refused = (bytes: readonly number[], part: string): void => assert.throws(() => new ThriftReader(Uint8Array.from(bytes), 0).structure(), (error: unknown) => error instanceof Error && error.message.includes(part));
  refused([0x15, ...new Array<number>(1000).fill(0xff)], "a number has no end");
  refused(new Array<number>(1000).fill(0x1c), "its structures are too deep");
  refused([0x19, 0xf5, ...varint(2 ** 31), 0], "its data end early");
  refused([0x18, ...varint(2 ** 31), 0], "its data end early");
  // A page of kind `kind` whose header declares sizes and a number of values.
  const page = (kind: number, unpacked: number, packed: number, header: number, values: number): Uint8Array => Uint8Array.from([0x15, ...varint(2 * kind), 0x15, ...varint(2 * unpacked), 0x15, ...varint(2 * packed), (header - 3) * 16 + 12, 0x15, ...varint(2 * values), 0, 0, ...new Array<number>(packed).fill(0)]);
  const told = (bytes: Uint8Array, values: number, part: string): void => assert.throws(() => pagesOf(bytes, { start: 0, end: bytes.length, values }), (error: unknown) => error instanceof Error && error.message.includes(part));
  const whole = page(0, 16, 8, 5, 2);
  assert.is(pagesOf(whole, { start: 0, end: whole.length, values: 2 }).unpacked, 16);
  told(page(0, 2 ** 31 - 1, 8, 5, 2), 2, "a page declares a size that it cannot have");
  told(page(0, 16, 8, 5, 2 ** 30), 2, "its pages hold more values than its footer says");
  told(page(0, 16, 8, 5, 2), 2 ** 40, "its pages hold fewer values than its footer says");
  told(page(2, 16, 8, 7, 2 ** 30), 2, "a dictionary declares more values than it has");
  told(page(0, 16, 8, 5, 2).subarray(0, 15), 2, "its data end early");
  // A run of 2^30 times the same number; runs that fit, the packed one filled up to eight.
  const runs = (bytes: readonly number[], values: number): void => checkRuns(Uint8Array.from(bytes), 0, bytes.length, 1, values);
  assert.throws(() => runs([...varint(2 * 2 ** 30), 1], 10), /a run that is longer than the page/);
  assert.throws(() => runs([...varint(2 * 2 ** 30 + 1), 1], 10), /a run that is longer than the page/);
  runs([6, 1, 3, 0b1010101], 10);
});

test("predictions take Parquet, whatever the dataset's own format", async () => {
  writeFileSync(join(folder, "new.parquet"), Buffer.from(references["zstd, pages of version 1.0"] ?? "", "base64"));
  for (const own of [declare(synthetic({ generator: "spirals", rows: 10, seed: 0 }), { x: { dtype: "f32", shape: [2] } }), declare(parquet({ file: "old.parquet", sha256: ["00"] }), { x: { dtype: "f32", shape: [2] } })]) {
    const { dataset: applied, source } = predictionSource(own, ["x"], ["new.parquet"], folder);
    assert.is((await loadRows(applied, source, ["x"], folder, { statistics: {}, vocabularies: {} })).rows, 40);
  }
  assert.throws(() => predictionSource(declare(parquet({ file: "old.parquet" }), { x: number }), ["x"], ["a", "b"], folder), /Rows come from one Parquet file, found several/);
});

test.run();
