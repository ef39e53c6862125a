// Fields of several numbers in one cell of a CSV file: lists of numbers, characters, bytes, tokens; wrong counts; new rows of a finished run.

import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { dataset, type Dataset } from "../../runtime/data/dataset.js";
import { field, type FieldOptions } from "../../runtime/data/field.js";
import { loadDataset, loadRows } from "../../runtime/data/load.js";
import { predictionSource } from "../../runtime/data/prediction-source.js";
import { csv } from "../../runtime/data/source.js";
import { rejects } from "../support/rejects.js";
import { UserError } from "../../runtime/program/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sop-lists-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

type Options = Omit<Parameters<typeof csv>[0], "file">;

function declare(fields: Readonly<Record<string, FieldOptions>>, options: Options = {}): Dataset {
  return dataset({ name: "rows", source: csv({ file: "rows.csv", ...options }), fields: Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, field(one)])), transforms: [], split: { train: 1, valid: 0, test: 0, order: "file" }, take: null });
}

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The numbers of the field `x` in a file of these cells, or the message and the help of a UserError. */
async function read(cells: readonly string[], options: FieldOptions, more: Options = {}): Promise<readonly number[] | string> {
  writeFileSync(join(folder, "rows.csv"), `id,x\n${cells.map((text, row) => `${row},${cell(text)}\n`).join("")}`);
  try {
    return [...((await loadDataset(declare({ x: options }, more), folder)).columns["x"]?.values ?? [])];
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.help}`;
    throw error;
  }
}

const floats: FieldOptions = { dtype: "f32", shape: [3] };
const labels: FieldOptions = { dtype: "i32", shape: [3], below: 9 };

test("numbers stand between spaces or commas, with or without brackets", async () => {
  const forms = ["1 -2.5 3e2", "  1   -2.5\n3e2 ", "1,-2.5,3e2", "1 , -2.5 , 3e2", "[1, -2.5, 300]", "[1 -2.5\t300.]", "[ 1,-2.5,300 ]"];
  assert.equal(await read(forms, floats), forms.flatMap(() => [1, -2.5, 300]));
  assert.equal(await read(["1 2 3", "[4, 5, 6]"], labels), [1, 2, 3, 4, 5, 6]);
  assert.equal(await read(["true 0 yes"], { dtype: "bool", shape: [3] }), [1, 0, 1]);
  // One number is a list of one.
  assert.equal(await read(["7", "[8]"], { dtype: "f32", shape: [1] }), [7, 8]);
  assert.equal(await read(["-7 100 3"], { dtype: "i32", shape: [3] }), [-7, 100, 3]);
});

test("lists of lists have the shape of the field, flat ones its numbers row by row", async () => {
  const matrix: FieldOptions = { dtype: "f32", shape: [2, 2] };
  assert.equal(await read(["[[1, 2], [3, 4]]", "[[1 2]\n [3 4.]]", "1 2 3 4"], matrix), [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  for (const wrong of ["[[1, 2, 3], [4]]", "[[1, 2], [3, 4]", "[[1, 2], [3, 4]]]", "[[[1, 2], [3, 4]]]", "[1, [2, 3], 4]", `${"[".repeat(100_000)}`]) assert.match(String(await read([wrong], matrix)), /expected lists in the shape \[2, 2\] for `x: f32\[2, 2\]`/);
});

test("a wrong count names row, line, column and both sizes", async () => {
  assert.match(String(await read(["1 2 3", "1 2"], floats)), /^Column `x` of row 2 \(line 3\) of `rows\.csv` holds 2 numbers, expected 3 for `x: f32\[3\]`\. Correct the cell, or the type of `x`\.$/);
  assert.match(String(await read(["abc", "abcd"], labels)), /Column `x` of row 2 \(line 3\) of `rows\.csv` holds 4 characters, expected 3/);
  assert.match(String(await read(["a\nb", "abcd"], labels)), /row 2 \(line 4\)/);
  assert.match(String(await read(["1 2 3", ""], floats)), /Column `x` of row 2 \(line 3\) of `rows\.csv` is empty, expected 3 for/);
  assert.match(String(await read(["1 2 x"], floats)), /holds `x`, expected 3 numbers for `x: f32\[3\]`/);
  assert.match(String(await read(["1,,3"], floats)), /holds `1,,3`, expected 3 numbers/);
  assert.match(String(await read(["1 2 3.5"], { dtype: "i32", shape: [3] })), /holds `3\.5`, expected 3 whole numbers/);
  assert.match(String(await read(["1 2 9"], labels)), /holds 9, expected a number from 0 to 8/);
  assert.match(String(await read(["1 2 1e999"], floats)), /expected 3 numbers/);
  // The first row tells that cells are numbers; the message has the way out if they are not.
  assert.match(String(await read(["012", "abc"], labels)), /holds 1 number, expected 3 .*write `unit: characters` in `csv`/);
});

test("characters have the numbers of the vocabulary of the training split", async () => {
  assert.equal(await read(["cab", "a c", "éa😀"], labels), [3, 1, 2, 1, 0, 3, 4, 1, 5]);
  assert.equal(await read(["012", "210"], labels, { unit: "characters" }), [0, 1, 2, 2, 1, 0]);
  // Spaces of a text are characters too.
  assert.equal(await read([" a ", "a  "], labels), [0, 1, 0, 1, 0, 0]);
  writeFileSync(join(folder, "rows.csv"), "x\nabc\nabd\n");
  const found = await loadDataset({ ...declare({ x: labels }), split: { train: 0.5, valid: 0, test: 0.5, order: "file" } }, folder);
  assert.equal(found.fitted.vocabularies, { x: ["a", "b", "c"] });
  assert.equal([...(found.columns["x"]?.values ?? [])], [0, 1, 2, 0, 1, 3]);
  assert.match(found.notes.join(), /1 of 6 values of `x` \(such as `d`\) are not among the 3 that are known/);
});

test("bytes are as they are", async () => {
  assert.equal(await read(["aé", "abc"], { dtype: "i32", shape: [3], below: 256 }, { unit: "bytes" }), [97, 0xc3, 0xa9, 97, 98, 99]);
  assert.match(String(await read(["abc"], labels, { unit: "bytes" })), /holds 97, expected a number from 0 to 8/);
});

test("with a tokenizer file every cell is a text", async () => {
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ added_tokens: [], pre_tokenizer: { type: "WhitespaceSplit" }, model: { type: "WordLevel", unk_token: null, vocab: { to: 0, be: 1, "7": 2 } } }));
  assert.equal(await read(["to be 7", "7 7 to"], labels, { tokenizer: "tokenizer.json" }), [0, 1, 2, 2, 2, 0]);
  assert.match(String(await read(["to be"], labels, { tokenizer: "tokenizer.json" })), /holds 2 tokens, expected 3/);
  const declared = declare({ x: labels }, { tokenizer: "tokenizer.json" });
  const { fitted, hash } = await loadDataset({ ...declared, source: csv({ file: "rows.csv", tokenizer: "tokenizer.json" }), fields: { x: field({ ...labels, shape: [2] }) } }, folder);
  assert.match(fitted.tokenizer ?? "", /^[0-9a-f]{64}$/);
  assert.is.not(hash, (await loadDataset({ ...declare({ id: { dtype: "i32", shape: [] } }) }, folder)).hash);
});

test("new rows are read as those that the run was trained on, whatever the first one looks like", async () => {
  writeFileSync(join(folder, "rows.csv"), "x\ncab\n123\n");
  const declared = declare({ x: labels });
  const { fitted } = await loadDataset(declared, folder);
  writeFileSync(join(folder, "new.csv"), "x\n321\n1 3\nabc\n");
  const { source } = predictionSource(declared, ["x"], ["new.csv"], folder, folder);
  assert.equal([...((await loadRows(declared, source, ["x"], folder, fitted)).columns["x"]?.values ?? [])], [2, 1, 0, 0, 6, 2, 3, 4, 5]);
  const numbers = { ...fitted, vocabularies: {} };
  await rejects(loadRows(declared, source, ["x"], folder, numbers), /row 1 \(line 2\) of `new\.csv` holds 1 number, expected 3/);
});

test("missing cells leave their row out; other columns stay in step", async () => {
  writeFileSync(join(folder, "rows.csv"), "x,y\n1 2 3,1\n?,2\n4 5 6,3\n");
  const { columns, kept } = await loadDataset(declare({ x: floats, y: { dtype: "f32", shape: [] } }, { missing: "?" }), folder);
  assert.equal([[...(columns["x"]?.values ?? [])], [...(columns["y"]?.values ?? [])], [...(kept ?? [])]], [[1, 2, 3, 4, 5, 6], [1, 3], [1, 3]]);
});

test("whatever stands in a cell, it is read or refused with a sentence", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("[", "]", ",", " ", "1", "-", ".", "e", "\n", '"') })), { minLength: 1, maxLength: 4 }), fc.constantFrom<FieldOptions>(floats, labels, { dtype: "f32", shape: [2, 2] }, { dtype: "bool", shape: [2] }), async (cells, options) => {
      const found = await read(cells, options);
      if (typeof found !== "string") assert.ok(found.every(Number.isFinite) && found.length > 0);
    }),
    { numRuns: 300 },
  );
});

test.run();
