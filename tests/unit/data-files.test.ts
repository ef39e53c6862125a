// Reading idx and CSV files: what is right is read exactly, what is wrong is a sentence that names file, place, expected and found.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataset, type Dataset } from "../../runtime/data/dataset.js";
import { field, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows } from "../../runtime/data/load.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { csv, idx } from "../../runtime/data/source.js";
import { standardize } from "../../runtime/data/transforms.js";
import { UserError } from "../../runtime/program/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sop-data-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: Buffer | string): string => {
  writeFileSync(join(folder, name), content);
  return name;
};

/** An idx file of bytes. */
const idxBytes = (sizes: readonly number[], values: readonly number[], type = 0x08): Buffer => {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt8(type, 2);
  header.writeUInt8(sizes.length, 3);
  for (const [axis, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([header, Buffer.from(values)]);
};

const everything = { train: 1, valid: 0, test: 0, order: "file" } as const;

const images = (imageFile: string, labelFile: string, shape: readonly number[] = [2, 2, 1], below = 10): Dataset =>
  dataset({
    name: "pictures",
    source: idx({ files: [imageFile, labelFile] }),
    fields: { image: field({ dtype: "f32", shape }), label: field({ dtype: "class", shape: [], below }) },
    transforms: [],
    split: everything,
  });

const rows = (text: string, fields: Readonly<Record<string, FieldOptions>>, options: { missing?: string; name?: string; standardize?: readonly string[] } = {}): Dataset =>
  dataset({
    name: "rows",
    source: csv({ file: put(options.name ?? "rows.csv", text), missing: options.missing ?? null }),
    fields: Object.fromEntries(Object.entries(fields).map(([name, declared]) => [name, field(declared)])),
    transforms: options.standardize === undefined ? [] : [standardize(options.standardize)],
    split: everything,
  });

async function fails(run: () => Promise<unknown>, ...parts: readonly string[]): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const part of parts) assert.ok(error.message.includes(part), `expected "${part}" in: ${error.message}`);
    return;
  }
  assert.unreachable(`expected an error with ${parts.join(", ")}`);
}

const number: FieldOptions = { dtype: "f32", shape: [] };

put("images.idx", idxBytes([3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]));
put("labels.idx", idxBytes([3], [1, 9, 0]));

test("idx files are read, plain or gzip, with or without axes of size 1", async () => {
  put("images.gz", gzipSync(idxBytes([3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255])));
  for (const file of ["images.idx", "images.gz"]) {
    const { columns, rows: count, hash } = await loadDataset(images(file, "labels.idx"), folder);
    assert.is(count, 3);
    assert.equal([...(columns["image"]?.values ?? [])], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]);
    assert.equal([...(columns["label"]?.values ?? [])], [1, 9, 0]);
    assert.match(hash, /^[0-9a-f]{64}$/);
  }
});

test("idx elements of other types are big-endian", async () => {
  const values = Buffer.alloc(8);
  values.writeFloatBE(1.5, 0);
  values.writeFloatBE(-2, 4);
  put("floats.idx", idxBytes([2], [...values], 0x0d));
  const declared = dataset({ name: "x", source: idx({ files: ["floats.idx"] }), fields: { x: field(number) }, transforms: [], split: everything });
  assert.equal([...((await loadDataset(declared, folder)).columns["x"]?.values ?? [])], [1.5, -2]);
});

test("what is wrong with an idx file is told", async () => {
  const whole = idxBytes([3, 2, 2], new Array<number>(12).fill(1));
  put("short.idx", whole.subarray(0, 20));
  put("short.gz", gzipSync(whole).subarray(0, 24));
  put("damaged.gz", Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(40, 7)]));
  put("long.gz", gzipSync(Buffer.concat([whole, Buffer.alloc(5_000_000)])));
  put("text.idx", "not an idx file");
  put("empty.idx", "");
  put("two.idx", idxBytes([2], [1, 2]));
  put("large.idx", idxBytes([3], [1, 10, 0]));
  put("huge.gz", gzipSync(idxBytes([4_000_000_000, 2, 2], [1])));
  await fails(() => loadDataset(images("none.idx", "labels.idx"), folder), "`none.idx`", "does not exist");
  await fails(() => loadDataset(images(".", "labels.idx"), folder), "is a folder");
  await fails(() => loadDataset(images("short.idx", "labels.idx"), folder), "`short.idx` is truncated", "28 bytes", "20");
  await fails(() => loadDataset(images("short.gz", "labels.idx"), folder), "`short.gz` is truncated");
  await fails(() => loadDataset(images("damaged.gz", "labels.idx"), folder), "`damaged.gz`", "damaged");
  await fails(() => loadDataset(images("long.gz", "labels.idx"), folder), "`long.gz` holds more than the 28 bytes");
  await fails(() => loadDataset(images("huge.gz", "labels.idx"), folder), "`huge.gz` declares");
  await fails(() => loadDataset(images("text.idx", "labels.idx"), folder), "`text.idx` starts with the bytes 6e6f7420");
  await fails(() => loadDataset(images("empty.idx", "labels.idx"), folder), "`empty.idx` is empty");
  await fails(() => loadDataset(images("images.idx", "two.idx"), folder), "`two.idx` holds 2 rows and `images.idx` 3");
  await fails(() => loadDataset(images("images.idx", "large.idx"), folder), "Row 2 of `large.idx` holds 10", "from 0 to 9", "`label`");
  await fails(() => loadDataset(images("images.idx", "labels.idx", [28, 28, 1]), folder), "rows of shape [2, 2]", "f32[28, 28, 1]");
  await fails(() => loadDataset(images("labels.idx", "images.idx"), folder), "rows of shape []", "f32[2, 2, 1]");
});

test("a SHA-256 that differs stops the reading", async () => {
  const declared = { ...images("images.idx", "labels.idx"), source: idx({ files: ["images.idx", "labels.idx"], sha256: ["0".repeat(64), "0".repeat(64)] }) };
  await fails(() => loadDataset(declared, folder), "`images.idx` has SHA-256", "expected 0000");
});

test("CSV columns are found by name, by other names and as ranges", async () => {
  const declared = rows('\ufeffname,a,b,c,"hours, a week"\nx,1,2,3,40\n"y ""z""",-1.5,2e1,.5,38\n', {
    middle: { dtype: "f32", shape: [2], from: { first: "a", last: "b" } },
    last: { dtype: "f32", shape: [2], from: { first: 4, last: 5 } },
    hours: { dtype: "i32", shape: [], from: { column: "hours, a week" } },
  });
  const { columns } = await loadDataset(declared, folder);
  assert.equal([...(columns["middle"]?.values ?? [])], [1, 2, -1.5, 20]);
  assert.equal([...(columns["last"]?.values ?? [])], [3, 40, 0.5, 38]);
  assert.equal([...(columns["hours"]?.values ?? [])], [40, 38]);
});

test("a bad cell is named by row, line, column and value", async () => {
  await fails(() => loadDataset(rows("a,b\n1,2\n3,many\n", { b: number }), folder), "Column `b` of row 2 (line 3) of `rows.csv` holds `many`", "expected a number");
  await fails(() => loadDataset(rows("a,b\n1,\n", { b: number }), folder), "Column `b` of row 1 (line 2)", "is empty");
  await fails(() => loadDataset(rows("a\n1e999\n", { a: number }), folder), "holds `1e999`");
  await fails(() => loadDataset(rows("a\n1.5\n", { a: { dtype: "i32", shape: [], below: 4 } }), folder), "expected a whole number");
  await fails(() => loadDataset(rows("a\n4\n", { a: { dtype: "i32", shape: [], below: 4 } }), folder), "holds 4", "from 0 to 3");
  await fails(() => loadDataset(rows("a\nmaybe\n", { a: { dtype: "bool", shape: [] } }), folder), "expected true or false");
});

test("what is wrong with a CSV file is told", async () => {
  await fails(() => loadDataset(rows("", { a: number }), folder), "is empty");
  await fails(() => loadDataset(rows("a\n", { a: number }), folder), "has a header but no rows");
  await fails(() => loadDataset(rows("age,b\n1,2\n", { agee: number }), folder), "no column `agee`");
  await fails(() => loadDataset(rows("a,a\n1,2\n", { a: number }), folder), "two columns `a`");
  await fails(() => loadDataset(rows("a,b\n1,2\n3\n", { a: number }), folder), "Row 2 (line 3)", "has 1 cells, the header 2");
  await fails(() => loadDataset(rows('a,b\n1,"2\n', { a: number }), folder), "a quote is never closed");
  await fails(() => loadDataset(rows("a,b\n1,2\n", { a: { dtype: "f32", shape: [3], from: { first: "a", last: "b" } } }), folder), "needs 3 columns", "found 2");
  await fails(() => loadDataset(rows("a\u0000b\n1\n", { a: number }), folder), "zero byte");
});

test("rows that miss a value are left out and counted", async () => {
  const declared = rows("a,b\n1,2\n?,4\n5,?\n7,8\n", { a: number }, { missing: "?" });
  const { columns, notes } = await loadDataset(declared, folder);
  assert.equal([...(columns["a"]?.values ?? [])], [1, 5, 7]);
  assert.is(notes.length, 1);
  assert.match(notes[0] ?? "", /1 of 4 rows/);
});

test("classes: declared names, numbers, or the training rows' words in order", async () => {
  const kind = { dtype: "class", shape: [] } as const;
  const labels = async (declared: Dataset): Promise<readonly number[]> => [...((await loadDataset(declared, folder)).columns["k"]?.values ?? [])];
  assert.equal(await labels(rows("k\nyes\nno\n", { k: { ...kind, classes: ["no", "yes"] } })), [1, 0]);
  assert.equal(await labels(rows("k\n2\n0\n", { k: { ...kind, below: 3 } })), [2, 0]);
  const words = rows("k\npear\napple\nfig\napple\n", { k: { ...kind, below: 4 } });
  assert.equal(await labels(words), [2, 0, 1, 0]);
  assert.equal((await loadDataset(words, folder)).fitted.vocabularies, { k: ["apple", "fig", "pear"] });
  await fails(() => labels(rows("k\n3\n", { k: { ...kind, below: 3 } })), "holds `3`", "from 0 to 2");
  await fails(() => labels(rows("k\nyess\n", { k: { ...kind, classes: ["no", "yes"] } })), "Column `k` of row 1", "`yess`");
  await fails(() => labels(rows("k\na\nb\nc\n", { k: { ...kind, below: 2 } })), "3 different values", "at most 2");
  const unseen: Dataset = { ...rows("k\na\nb\na\nz\n", { k: { ...kind, below: 3 } }), split: { train: 0.75, valid: 0, test: 0.25, order: "file" } };
  await fails(() => loadDataset(unseen, folder), "row 4 (line 5)", "the class `z`");
});

test("statistics are those of the training split, and new rows meet the same", async () => {
  const declared: Dataset = { ...rows("x,y\n1,0\n3,0\n100,0\n200,0\n", { x: number }, { standardize: ["x"] }), split: { train: 0.5, valid: 0, test: 0.5, order: "file" } };
  const { columns, fitted } = await loadDataset(declared, folder);
  assert.equal(fitted.statistics, { x: { mean: [2], std: [1] } });
  assert.equal([...(columns["x"]?.values ?? [])], [-1, 1, 98, 198]);
  put("new.csv", "x\n5\n");
  const { dataset: same, source } = predictionSource(declared, ["x"], ["new.csv"], folder);
  assert.equal([...((await loadRows(same, source, ["x"], folder, fitted)).columns["x"]?.values ?? [])], [3]);
});

test("new rows of a dataset of idx files may come as CSV", async () => {
  put("new-images.csv", "image.0,image.1,image.2,image.3\n1,2,3,4\n");
  const { dataset: same, source } = predictionSource(images("images.idx", "labels.idx"), ["image"], ["new-images.csv"], folder);
  const found = await loadRows(same, source, ["image"], folder, { statistics: {}, vocabularies: {} });
  assert.equal([...(found.columns["image"]?.values ?? [])], [1, 2, 3, 4]);
});

test.run();
