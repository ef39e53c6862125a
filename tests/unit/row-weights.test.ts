// Columns of weights that training reads beside the data, rows as points, and the file of chosen rows.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readSelection, writeSelection } from "../../runtime/checkpoint/selection.js";
import { embedRows } from "../../runtime/data/embed-rows.js";
import type { Column, LoadedDataset } from "../../runtime/data/load.js";
import { balanced, weightColumns } from "../../runtime/data/row-weights.js";
import { UserError } from "../../runtime/program/errors.js";
import { inFolder } from "../support/sop.js";

const column = (values: readonly number[], shape: readonly number[] = [], below: number | null = null): Column => ({
  field: { dtype: below === null ? "f32" : "class", shape, ragged: false, below, classes: null, from: null },
  values: below === null ? Float32Array.from(values) : Int32Array.from(values),
  size: shape.reduce((product, n) => product * n, 1),
});

const placeOf = (number: number, name: string): string => `row ${number} of \`rows.csv\`, \`${name}\`,`;

/** Six rows; the first four train. */
const dataset = (columns: LoadedDataset["columns"], kept: Int32Array | null = null): LoadedDataset => ({
  declaration: { name: "rows", source: { kind: "synthetic", generator: "spirals", rows: 6, seed: 0 }, fields: {}, transforms: [], augment: [], split: { train: 0.7, valid: 0.3, test: 0, order: "file" }, take: null },
  rows: 6,
  columns,
  splits: { train: Int32Array.of(0, 1, 2, 3), valid: Int32Array.of(4, 5), test: new Int32Array(0) },
  kept,
  names: null,
  place: (row, name) => placeOf(kept?.[row] ?? row + 1, name),
  fitted: { statistics: {}, vocabularies: {} },
  hash: "",
  notes: [],
});

function told(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.help ?? ""}`;
    throw error;
  }
  return "nothing";
}

test("balanced weights are n / (classes * count) over the training rows; a class that does not occur is none", () => {
  const label = column([0, 0, 2, 0, 1, 1], [], 4);
  assert.equal(balanced(label, Int32Array.of(0, 1, 2, 3)), [4 / (2 * 3), 0, 4 / (2 * 1), 0]);
  const { "weights.label": weights } = weightColumns({ classes: { fields: ["label"], weights: "balanced" } }, dataset({ label }), null);
  const train = weights?.values.subarray(0, 4) ?? [];
  assert.equal([...train], [2 / 3, 2 / 3, 2, 2 / 3].map(Math.fround));
  assert.ok(Math.abs(Array.from(train).reduce((sum, w) => sum + w, 0) / 4 - 1) < 1e-6, "their mean is 1");
});

test("labels of sequences are weighed position by position", () => {
  const tags = column([0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0], [2], 2);
  const found = weightColumns({ classes: { fields: ["tags"], weights: "balanced" } }, dataset({ tags }), null)["weights.tags"];
  assert.equal([found?.size, found?.field.shape], [2, [2]]);
  // Of eight labels five are 0 and three 1.
  assert.equal([...(found?.values.subarray(0, 4) ?? [])], [0.8, 8 / 6, 0.8, 0.8].map(Math.fround));
});

test("of sequences of unequal length the real positions are counted and embedded", () => {
  const tags: Column = { field: { dtype: "i32", shape: [3], ragged: true, below: 2, classes: null, from: null }, values: Int32Array.of(1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0), size: 3 };
  const lengths: Column = { field: { dtype: "i32", shape: [], ragged: false, below: null, classes: null, from: null }, values: Int32Array.of(1, 2, 1, 3, 3, 3), size: 1 };
  // Of the four training rows 1; 1, 1; 0; 1, 0, 0.
  const columns = { tags, "tags.length": lengths };
  assert.equal(balanced(tags, Int32Array.of(0, 1, 2, 3), lengths), [7 / 6, 7 / 8]);
  assert.equal([...(weightColumns({ classes: { fields: ["tags"], weights: "balanced" } }, dataset(columns), null)["weights.tags"]?.values.subarray(9, 12) ?? [])], [7 / 8, 7 / 6, 7 / 6].map(Math.fround));
  const found = embedRows(columns, Int32Array.of(1, 3), placeOf);
  assert.equal([found.size, ...found.values], [2, 0, 1, 2 / 3, 1 / 3].map(Math.fround));
});

test("given weights, a field's and a selection's are multiplied", () => {
  const columns = { label: column([0, 1, 1, 0, 0, 0], [], 2), importance: column([1, 2, 0, 4, 9, 9]) };
  const selected = { rows: Int32Array.of(1, 3), weights: Float32Array.of(0.5, 1.5) };
  const found = weightColumns({ classes: { fields: ["label"], weights: [1, 10] }, by: "importance" }, dataset(columns), selected);
  assert.equal(Object.keys(found).sort(), ["weights.*", "weights.label"]);
  const of = (name: string): readonly number[] => [1, 3].map((row) => found[name]?.values[row] ?? NaN);
  assert.equal(of("weights.*"), [1, 6]);
  assert.equal(of("weights.label"), [10, 6]);
  assert.equal(weightColumns(null, dataset(columns), null), {});
  assert.equal(Object.keys(weightColumns({ classes: { fields: ["label"], weights: [1, 10] } }, dataset(columns), null)), ["weights.label"]);
});

test("a field with no weights is told with its row", () => {
  for (const [weight, text] of [[-1, "holds -1"], [NaN, "holds NaN"], [Infinity, "holds Infinity"]] as const) {
    const message = told(() => weightColumns({ by: "importance" }, dataset({ importance: column([1, 1, weight, 1, 1, 1]) }, Int32Array.of(1, 2, 7, 8, 9, 10)), null));
    assert.match(message, new RegExp(`^Row 7 of \`rows.csv\`, \`importance\`, ${text}`));
    assert.match(message, /expected a weight of at least 0/);
  }
  assert.match(told(() => weightColumns({ by: "importance" }, dataset({ importance: column([0, 0, 0, 0, 1, 1]) }), null)), /nothing would be trained/);
  assert.is(told(() => weightColumns({ by: "importance" }, dataset({ importance: column([1, 0, 0, 0, -1, NaN]) }), null)), "nothing");
});

test("rows as points: numbers as they stand, labels as one of so many, tokens as shares", () => {
  const found = embedRows({ x: column([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2]), label: column([0, 1, 2, 0, 0, 0], [], 3), tokens: column([1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], [2], 2) }, Int32Array.of(1, 0), placeOf);
  assert.equal([found.count, found.size], [2, 7]);
  assert.equal([...found.values], [3, 4, 0, 1, 0, 0.5, 0.5, 1, 2, 1, 0, 0, 0, 1]);
  assert.match(told(() => embedRows({ x: column([1, NaN]) }, Int32Array.of(0, 1), (row, name) => placeOf(row + 1, name))), /^Row 2 of `rows.csv`, `x`, holds NaN/);
  assert.match(told(() => embedRows({ words: column([1], [], 2 ** 31) }, new Int32Array(100_000), placeOf)), /memory.*Embed rows by an output/);
});

test("chosen rows are read as they were written, and nothing else is", async () => {
  await inFolder({}, (folder) => {
    const path = join(folder, "selection.safetensors");
    const stored = { method: "sensitivity", rows: Int32Array.of(2, 5), weights: Float32Array.of(0.5, 1.5), of: 6, loss: 1.25 };
    assert.is(readSelection(path, "a", 6), null);
    writeSelection(path, "a", stored);
    assert.equal(readSelection(path, "a", 6), stored);
    assert.match(told(() => readSelection(path, "b", 6)), /belongs to another run.*--fresh/);
    assert.match(told(() => readSelection(path, "a", 5)), /does not hold rows of the data/);
    const bytes = readFileSync(path);
    for (const at of [bytes.length - 1, bytes.length - 5, 40]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      assert.not.equal(told(() => readSelection(path, "a", 6)), "nothing");
    }
    for (const length of [0, 4, 100, bytes.length - 3]) {
      writeFileSync(path, bytes.subarray(0, length));
      assert.not.equal(told(() => readSelection(path, "a", 6)), "nothing");
    }
    writeSelection(path, "a", { ...stored, weights: Float32Array.of(NaN, 1) });
    assert.match(told(() => readSelection(path, "a", 6)), /does not hold rows of the data/);
  });
});

test.run();
