// Lists of unequal length in JSON lines: what is read, with lengths and padding; vocabularies, statistics and splits by what is real; what is wrong
// is a sentence. Sequences that must be equally long.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { requireAligned } from "../../runtime/data/aligned.js";
import { dataset } from "../../runtime/data/dataset.js";
import { field, fieldType, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows, type LoadedDataset } from "../../runtime/data/load.js";
import { jsonl } from "../../runtime/data/source.js";
import type { Split } from "../../runtime/data/split.js";
import { scale, standardize, type Transform } from "../../runtime/data/transforms.js";
import { UserError } from "../../runtime/program/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sop-ragged-data-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Given {
  readonly split?: Split;
  readonly take?: number;
  readonly transforms?: readonly Transform[];
  readonly tokenizer?: object;
}

const inOrder = (train: number, valid: number): Split => ({ train, valid, test: 0, order: "file" });

const declared = (fields: Readonly<Record<string, FieldOptions>>, { split = inOrder(1, 0), take, transforms = [], tokenizer }: Given) =>
  dataset({
    name: "rows",
    source: jsonl({ file: "rows.jsonl", ...(tokenizer === undefined ? {} : { tokenizer: "tokenizer.json" }) }),
    fields: Object.fromEntries(Object.entries(fields).map(([name, options]) => [name, field(options)])),
    transforms,
    split,
    take: take ?? null,
  });

function load(rows: readonly object[] | string, fields: Readonly<Record<string, FieldOptions>>, given: Given = {}): Promise<LoadedDataset> {
  writeFileSync(join(folder, "rows.jsonl"), typeof rows === "string" ? rows : rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  if (given.tokenizer !== undefined) writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(given.tokenizer));
  return loadDataset(declared(fields, given), folder);
}

const values = ({ columns }: Pick<LoadedDataset, "columns">, name: string): readonly number[] => [...(columns[name]?.values ?? [])];

/** The message of a UserError. */
async function told(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.help ?? ""}`;
    throw error;
  }
  return "nothing was wrong";
}

const numbers = (longest: number, more: Partial<FieldOptions> = {}): FieldOptions => ({ dtype: "i32", shape: [longest], ragged: true, below: 9, ...more });

test("numbers: padded by 0 to the longest that is declared, with their lengths", async () => {
  const found = await load([{ x: [3, 4] }, { x: [5] }, { x: [6, 7, 8] }], { x: numbers(3) });
  assert.equal(values(found, "x"), [3, 4, 0, 5, 0, 0, 6, 7, 8]);
  assert.equal(values(found, "x.length"), [2, 1, 3]);
  assert.is(fieldType(field(numbers(3))), "i32[..3] below 9");
});

test("numbers and truth values in lists of lists: items are of one shape", async () => {
  const found = await load(
    [
      { m: [[1, 2], [3, 4]], b: [true] },
      { m: [[5, 6]], b: [false, true] },
    ],
    { m: { dtype: "f32", shape: [3, 2], ragged: true }, b: { dtype: "bool", shape: [2], ragged: true } },
  );
  assert.equal(values(found, "m"), [1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0]);
  assert.equal(values(found, "m.length"), [2, 1]);
  assert.equal(values(found, "b"), [1, 0, 0, 1]);
});

test("words: padding is in no vocabulary and in no count", async () => {
  const rows = [{ w: ["to", "be", "or"] }, { w: ["be"] }, { w: ["not"] }, { w: ["be", "aye"] }];
  const found = await load(rows, { w: numbers(4, { below: 4 }) }, { split: inOrder(0.5, 0.5) });
  // Three words in the training rows, in order of their letters; others have the number 3.
  assert.equal(found.fitted.vocabularies, { w: ["be", "or", "to"] });
  assert.equal(values(found, "w"), [2, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0]);
  assert.equal(values(found, "w.length"), [3, 1, 1, 2]);
  assert.match(found.notes.join(), "2 of 7 values of `w`");
  // The most frequent words are kept: padding is not among them.
  const few = await load(rows, { w: numbers(4, { below: 2 }) }, { split: inOrder(0.5, 0.5) });
  assert.equal(few.fitted.vocabularies, { w: ["be"] });
});

test("texts become the tokens of a tokenizer file, as many as there are", async () => {
  const tokenizer = { normalizer: null, pre_tokenizer: { type: "WhitespaceSplit" }, model: { type: "WordLevel", vocab: { a: 1, b: 2, c: 3 }, unk_token: null } };
  const found = await load([{ text: "a b c" }, { text: "c" }], { text: numbers(4) }, { tokenizer });
  assert.equal(values(found, "text"), [1, 2, 3, 0, 3, 0, 0, 0]);
  assert.equal(values(found, "text.length"), [3, 1]);
  assert.match(await told(() => load([{ text: "a b c a b" }], { text: numbers(4) }, { tokenizer })), "`text` in line 1 of `rows.jsonl` holds 5 values, expected at most 4 values for `text: i32[..4] below 9`");
  assert.match(await told(() => load([{ text: "a" }, { text: "" }], { text: numbers(4) }, { tokenizer })), "`text` in line 2 of `rows.jsonl` holds 0 values, expected at least one");
});

test("what a decoder reads is as long as what it writes", async () => {
  const found = await load([{ y: [4, 5, 6] }, { y: [7] }, { y: [8, 1, 2, 3] }], { y: numbers(4), before: numbers(4, { from: { shift: "y" } }) });
  assert.equal(values(found, "before"), [0, 4, 5, 0, 0, 0, 0, 0, 0, 8, 1, 2]);
  assert.equal(values(found, "before.length"), values(found, "y.length"));
});

test("standardized by real items: numbers of one kind, features each by its own; padding stays 0", async () => {
  const rows = [{ x: [1], m: [[10, 0]] }, { x: [3, 5], m: [[20, 4], [30, 8]] }, { x: [100], m: [[0, 0]] }];
  const found = await load(rows, { x: { dtype: "f32", shape: [3], ragged: true }, m: { dtype: "f32", shape: [3, 2], ragged: true } }, { transforms: [scale(["x"], 2), standardize(["x", "m"])], split: inOrder(0.67, 0.33) });
  assert.equal(found.splits.train.length, 2);
  const deviation = Math.sqrt(((2 - 6) ** 2 + 0 + (10 - 6) ** 2) / 3);
  assert.equal(found.fitted.statistics["x"], { mean: [6], std: [deviation] });
  assert.equal(found.fitted.statistics["m"]?.mean, [20, 4]);
  const near = (a: readonly number[], b: readonly number[]): void => assert.equal(a.map((value) => value.toFixed(5)), b.map((value) => value.toFixed(5)));
  near(values(found, "x"), [-4 / deviation, 0, 0, 0, 4 / deviation, 0, 194 / deviation, 0, 0]);
  near(values(found, "m").slice(0, 6), [-10 / Math.sqrt(200 / 3), -4 / Math.sqrt(32 / 3), 0, 0, 0, 0]);
  // New rows meet the same numbers.
  const again = await loadRows(declared({ x: { dtype: "f32", shape: [3], ragged: true } }, { transforms: [scale(["x"], 2), standardize(["x"])] }), jsonl({ file: "rows.jsonl" }), ["x"], folder, found.fitted);
  assert.equal(values(again, "x"), values(found, "x"));
});

test("`take` and splits: rows with their lengths", async () => {
  const rows = Array.from({ length: 10 }, (_, row) => ({ x: Array.from({ length: 1 + (row % 3) }, () => row % 9) }));
  const found = await load(rows, { x: numbers(3) }, { take: 5, split: inOrder(0.6, 0.4) });
  assert.equal(values(found, "x.length"), [1, 2, 3, 1, 2]);
  assert.equal([...found.splits.train, ...found.splits.valid], [0, 1, 2, 3, 4]);
});

test("what is wrong is told, with its place", async () => {
  const wrong = (row: unknown, options: FieldOptions = numbers(3)): Promise<string> => told(() => load(`{"x": [1]}\n\n{"x": ${JSON.stringify(row)}}\n`, { x: options }));
  assert.match(await wrong([1, 2, 3, 4]), "`x` in line 3 of `rows.jsonl` holds 4 values, expected at most 3 values for `x: i32[..3] below 9`");
  assert.match(await wrong([]), "`x` in line 3 of `rows.jsonl` holds 0 values, expected at least one");
  assert.match(await wrong(5), "holds `5`, expected a list of at most 3");
  assert.match(await wrong("word"), "holds `word`, expected a list of at most 3");
  assert.match(await wrong(null), "holds null, expected a list of at most 3");
  assert.match(await wrong({ 0: 1 }), "holds an object, expected a list of at most 3");
  assert.match(await wrong([1, null]), "`x[1]` in line 3 of `rows.jsonl` holds null, expected a whole number");
  assert.match(await wrong([1, [2]]), "`x[1]` in line 3 of `rows.jsonl` holds 1 values, expected a whole number");
  assert.match(await wrong([1, 9]), "`x` in line 3 of `rows.jsonl` holds 9, expected a number from 0 to 8");
  assert.match(await wrong([1, "a"]), "holds `a`, expected a whole number");
  const matrix: FieldOptions = { dtype: "f32", shape: [3, 2], ragged: true };
  const nested = (row: unknown): Promise<string> => told(() => load([{ m: [[1, 2]] }, { m: row }], { m: matrix }));
  assert.match(await nested([[1, 2], [3]]), "`m[1]` in line 2 of `rows.jsonl` holds 1 values, expected 2 values for `m: f32[..3, 2]`");
  assert.match(await nested([1, 2]), "`m[0]` in line 2 of `rows.jsonl` holds `1`, expected a list of 2");
  assert.match(await nested([[1, 2], []]), "`m[1]` in line 2 of `rows.jsonl` holds 0 values, expected 2 values");
  assert.match(await told(() => load([{ x: [1] }, { y: [1] }], { x: numbers(3) })), "Line 2 of `rows.jsonl` has no `x`");
});

test("more than fits into memory is told before it is made", async () => {
  assert.match(await told(() => load([{ x: [1] }], { x: numbers(2 ** 40) })), /`x` of `rows.jsonl`, with 1 rows or more of 1099511627776 values each, would take .* GiB of memory/);
  assert.match(await told(() => load([{ x: [1] }], { x: numbers(2 ** 40) })), "in the place of `..1099511627776`");
});

test("sequences whose positions meet are equally long, or the row is named", async () => {
  const found = await load([{ a: [1, 2], b: [3, 4] }, { a: [1], b: [2, 3, 4] }], { a: numbers(3), b: numbers(3) });
  assert.match(await told(() => requireAligned([["a", "b"]], found)), "`a` in line 2 of `rows.jsonl` has 1 item and `b` 3 items; their positions meet, expected equally many.");
  assert.is(await told(() => requireAligned([["a", "a"]], found)), "nothing was wrong");
  // New rows have no labels.
  assert.is(await told(() => requireAligned([["a", "labels"]], found)), "nothing was wrong");
});

test.run();
