// Data files from anywhere: noise, damage and sizes that would not fit end in a sentence, never in a crash, and fill no memory.

import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataset, type Dataset } from "../../runtime/data/dataset.js";
import { field, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows, type LoadedDataset } from "../../runtime/data/load.js";
import { requireMemory } from "../../runtime/data/memory.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { csv, idx, synthetic, type Source } from "../../runtime/data/source.js";
import { applyScale, applyStatistics, scale, standardize, undoTransforms } from "../../runtime/data/transforms.js";
import { UserError } from "../../runtime/program/errors.js";
import { rejects } from "../support/rejects.js";

const folder = mkdtempSync(join(tmpdir(), "sop-hostile-data-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const everything = { train: 1, valid: 0, test: 0, order: "file" } as const;
const declare = (source: Source, fields: Readonly<Record<string, FieldOptions>>, take: number | null = null): Dataset =>
  dataset({ name: "rows", source, fields: Object.fromEntries(Object.entries(fields).map(([name, options]) => [name, field(options)])), transforms: [], split: everything, take });

/** What was read, or the message of a UserError. Anything else gets through. */
async function read(declared: Dataset): Promise<LoadedDataset | string> {
  try {
    return await loadDataset(declared, folder);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function fromCsv(content: string | Uint8Array, fields: Readonly<Record<string, FieldOptions>>, options: { readonly missing?: string; readonly separator?: string; readonly take?: number } = {}): Promise<LoadedDataset | string> {
  writeFileSync(join(folder, "rows.csv"), content);
  return read(declare(csv({ file: "rows.csv", missing: options.missing ?? null, separator: options.separator ?? "," }), fields, options.take ?? null));
}

/** It was not read, and the message says so. */
function says(found: LoadedDataset | string, part: string | RegExp): void {
  if (typeof found !== "string") assert.unreachable(`expected a message with ${String(part)}`);
  else assert.match(found, part);
}

const number: FieldOptions = { dtype: "f32", shape: [] };
const kind: FieldOptions = { dtype: "class", shape: [], below: 3 };
const numbersOf = (found: LoadedDataset | string, name: string): readonly number[] | string => (typeof found === "string" ? found : [...(found.columns[name]?.values ?? [])]);

test("noise for a CSV file is read or told of", async () => {
  const cell = fc.oneof(fc.constantFrom("1", "2.5", "a", "?", "", '"', '""', "NaN", "1e999", "\u0000", "\ufeff", "x", "k"), fc.string({ maxLength: 4 }));
  const text = fc.array(fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(",")), { maxLength: 6 }).chain((lines) => fc.constantFrom("\n", "\r\n", "\r").map((end) => lines.join(end)));
  await fc.assert(fc.asyncProperty(text, async (lines) => void await fromCsv(`x,k\n${lines}`, { x: number, k: kind }, { missing: "?" })), { numRuns: 2000 });
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => void await fromCsv(bytes, { x: number }, {})), { numRuns: 1000 });
});

test("a flipped byte of an idx file, plain or gzip, is read or told of", async () => {
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2]);
  const images = Buffer.concat([header, Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])]);
  for (const bytes of [images, gzipSync(images)]) {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), fc.nat(bytes.length), async (changes, length) => {
        const broken = Buffer.from(bytes);
        for (const [at, value] of changes) broken[at] = value;
        writeFileSync(join(folder, "images"), broken.subarray(0, length));
        const found = await read(declare(idx({ files: ["images"] }), { image: { dtype: "f32", shape: [2, 2, 1] } }));
        if (typeof found !== "string") assert.is(found.columns["image"]?.values.length, 4 * found.rows);
      }),
      { numRuns: 1500 },
    );
  }
});

test("what would not fit into memory is told of before it is made", async () => {
  const digits = { image: { dtype: "f32", shape: [28, 28, 1] }, label: { ...kind, below: 10 } } as const;
  says(await read(declare(synthetic({ generator: "digits", rows: 100_000_000, seed: 0 }), digits)), /`digits` with 100000000 rows would take 292\.\d GiB of memory/);
  const header = (rows: number): Buffer => {
    const bytes = Buffer.from([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28]);
    bytes.writeUInt32BE(rows, 4);
    return bytes;
  };
  for (const rows of [2 ** 31, 2 ** 32 - 1, 2_739_136]) {
    for (const bytes of [header(rows), gzipSync(header(rows))]) {
      writeFileSync(join(folder, "huge"), bytes);
      says(await read(declare(idx({ files: ["huge"] }), { image: digits.image })), /`huge` (declares|is truncated)/);
    }
  }
  // A bomb: a few kilobytes that make megabytes where the header declares 4 rows.
  writeFileSync(join(folder, "bomb.gz"), gzipSync(Buffer.concat([header(4), Buffer.alloc(50_000_000)])));
  says(await read(declare(idx({ files: ["bomb.gz"] }), { image: digits.image })), "holds more than the 3152 bytes that its header declares");
  assert.throws(() => requireMemory(1e15, 0, "`x`", ""), (error: unknown) => error instanceof UserError);
});

test("CSV: marks, line ends, quotes over lines, encodings, separators, the first rows", async () => {
  assert.equal(numbersOf(await fromCsv('\ufeffx,"a\r\nb"\r\n1,"q\r\n""r"""\r\n2,\r\n', { x: number }), "x"), [1, 2]);
  assert.equal(numbersOf(await fromCsv("x\r1\r2\r", { x: number }), "x"), [1, 2]);
  says(await fromCsv('x,y\n1,"a\nb"\n"1\n2",c\n', { x: number }), "Column `x` of row 2 (line 5) of `rows.csv` holds `1\n2`, expected a number");
  says(await fromCsv(Buffer.from("x,k\n1,caf\u00e9\n", "latin1"), { x: number }), "Line 2 of `rows.csv` is not UTF-8 text");
  says(await fromCsv(Buffer.from("\ufeffx\n1\n", "utf16le"), { x: number }), "zero byte");
  says(await fromCsv("x;y\n1;2\n", { x: number }), "no column `x`");
  assert.equal(numbersOf(await fromCsv("x;y\n1;2\n", { x: number }, { separator: ";" }), "x"), [1]);
  // What stands behind the rows that are taken is not looked at.
  assert.equal(numbersOf(await fromCsv("x,y\n1,2\n3,4\n5\nx,y,z\n", { x: number }, { take: 2 }), "x"), [1, 3]);
  says(await fromCsv("x,y\n?,2\n?,4\n", { x: number }, { missing: "?" }), "`rows` has no rows left: 2 of 2 rows of `rows.csv` miss a value (`?`) and are left out");
  says(await fromCsv(`x,k\n${"1,\u001b[2J\n"}`, { x: number, k: { ...kind, classes: ["a", "b"], below: 2 } }), "Column `k` of row 1 (line 2)");
});

test("fields may be called as every object's members are", async () => {
  const labels = { constructor: kind, toString: number };
  const text = "constructor,toString\n0,1\n2,2\n";
  const found = await fromCsv(text, labels);
  assert.equal(numbersOf(found, "constructor"), [0, 2]);
  const { dataset: same, source } = predictionSource(declare(csv({ file: "rows.csv" }), labels), ["constructor"], ["rows.csv"], folder);
  // Nothing was fitted: the labels were numbers.
  assert.equal([...((await loadRows(same, source, ["constructor"], folder, { statistics: {}, vocabularies: {} })).columns["constructor"]?.values ?? [])], [0, 2]);
});

test("a named pipe for rows is refused, not waited for", async () => {
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const declared = declare(synthetic({ generator: "digits", rows: 10, seed: 0 }), { image: { dtype: "f32", shape: [28, 28, 1] } });
  const { source } = predictionSource(declared, ["image"], ["pipe"], folder);
  await rejects(loadRows(declared, source, ["image"], folder, { statistics: {}, vocabularies: {} }), "`pipe` is not a regular file");
});

test("transforms are undone in the opposite order", () => {
  const values = Float32Array.of(1, 20, 3, 40);
  const there = Float32Array.from(values);
  const statistics = { mean: [0.5, 2], std: [0.25, 4] };
  applyScale(there, 0.1);
  applyStatistics(there, statistics);
  applyScale(there, 3);
  undoTransforms(there, "y", [scale(["y"], 0.1), standardize(["x", "y"]), scale(["x"], 7), scale(["y"], 3)], statistics);
  for (const [i, value] of values.entries()) assert.ok(Math.abs((there[i] ?? NaN) - value) < 1e-4, `${there[i]} and ${value}`);
});

test.run();
