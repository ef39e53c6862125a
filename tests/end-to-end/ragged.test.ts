// Sequences of unequal length: a prediction depends on its own example alone, not on its neighbors in the batch nor on what stands in the padding,
// and neither does what training learns.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { gatherBatch } from "../../runtime/data/batches.js";
import { lengthName } from "../../runtime/data/field.js";
import type { LoadedDataset } from "../../runtime/data/load.js";
import { selectBackend, type Run } from "../../runtime/index.js";
import { outputsOf } from "../../runtime/training/evaluate.js";
import { named, runsOf } from "../support/compiled.js";
import { distance } from "../support/numeric.js";
import { raggedFiles, raggedPrograms } from "../support/ragged-programs.js";
import { Stepping } from "../support/stepping.js";

type Outputs = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>;

async function outputs(run: Run, weights: Readonly<Record<string, tf.Tensor>>, { columns }: LoadedDataset, rows: readonly number[]): Promise<Outputs> {
  const batch = gatherBatch(columns, Int32Array.from(rows));
  const found: Record<string, Outputs[string]> = {};
  for (const [name, tensor] of Object.entries(outputsOf(run, weights, batch))) {
    found[name] = { shape: tensor.shape, values: Float32Array.from(await tensor.data()) };
    tensor.dispose();
  }
  tf.dispose(batch);
  return found;
}

/** The numbers of one row of an output at real positions. */
function realOf(run: Run, { columns }: LoadedDataset, all: Outputs, name: string, row: number, at: number): Float32Array {
  const { shape, values } = all[name] ?? { shape: [], values: new Float32Array() };
  const [, positions = 1] = shape;
  const size = shape.slice(1).reduce((product, n) => product * n, 1);
  const field = run.links[name]?.ragged;
  const length = field === undefined ? positions : (columns[lengthName(field)]?.values[row] ?? NaN);
  return values.subarray(at * size, at * size + (length * size) / positions);
}

/** The same rows with other numbers behind the sequences. */
function otherPadding(data: LoadedDataset): LoadedDataset {
  const columns = Object.fromEntries(
    Object.entries(data.columns).map(([name, column]) => {
      const lengths = data.columns[lengthName(name)]?.values;
      if (lengths === undefined) return [name, column];
      const perItem = column.size / (column.field.shape[0] ?? 1);
      const values = column.values.slice();
      for (const [row, length] of lengths.entries())
        for (let at = length * perItem; at < column.size; at++) values[row * column.size + at] = column.field.below === null ? ((row + at) % 9) - 4.25 : 1 + ((row * 5 + at) % (column.field.below - 1));
      return [name, { ...column, values }];
    }),
  );
  return { ...data, columns };
}

const bitsOf = (values: Float32Array): string => Buffer.from(Float32Array.from(values).buffer).toString("hex");

/** Runs something with a run of each program, two steps into its training. */
async function eachProgram(backend: "cpu" | "onnx", use: (name: string, run: Run, stepping: Stepping, folder: string) => Promise<void>): Promise<void> {
  for (const program of raggedPrograms) {
    const run = named(await runsOf(program.source), "net");
    const folder = mkdtempSync(join(tmpdir(), "sop-ragged-"));
    try {
      for (const [name, content] of Object.entries(raggedFiles(program, 30))) writeFileSync(join(folder, name), content);
      await selectBackend(backend);
      const stepping = await Stepping.over(run, folder);
      for (let step = 0; step < 2; step++) stepping.take();
      await use(program.name, run, stepping, folder);
      stepping.training.dispose();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const rows = [0, 1, 2, 3, 4, 5, 6, 7, 8];

for (const backend of ["cpu", "onnx"] as const) {
  test(`no prediction depends on its neighbors nor on padding, ${backend}`, async () => {
    await eachProgram(backend, async (program, run, stepping) => {
      const { data } = stepping;
      const weights = stepping.training.folded();
      const together = await outputs(run, weights, data, rows);
      assert.ok(Object.values(together).every(({ values }) => values.some((value) => value !== 0)), program);
      const padded = await outputs(run, weights, otherPadding(data), rows);
      const turned = await outputs(run, weights, data, [...rows].reverse());
      for (const row of rows) {
        const alone = await outputs(run, weights, data, [row]);
        for (const name of Object.keys(together)) {
          const what = `${program}: ${name} of row ${row}`;
          const expected = realOf(run, data, together, name, row, row);
          assert.ok(expected.length > 0 && expected.every(Number.isFinite), what);
          assert.is(bitsOf(realOf(run, data, padded, name, row, row)), bitsOf(expected), `${what}, other padding`);
          for (const [which, own] of [["others before it", realOf(run, data, turned, name, row, rows.length - 1 - row)], ["alone", realOf(run, data, alone, name, row, 0)]] as const) {
            // The engine adds up one row of a product in another order than many, and rounds a number at the end of a tensor otherwise than within.
            if (backend === "onnx") assert.ok(distance(own, expected) < 2e-6, `${what}, ${which}: ${distance(own, expected)}`);
            else assert.is(bitsOf(own), bitsOf(expected), `${what}, ${which}`);
          }
        }
      }
    });
  });

  test(`what training learns does not depend on padding, ${backend}`, async () => {
    await eachProgram(backend, async (program, run, stepping) => {
      const other = new Stepping(run, otherPadding(stepping.data));
      const plain = new Stepping(run, stepping.data);
      for (let step = 0; step < 3; step++) {
        const losses = [other.take(), plain.take()];
        assert.ok(Number.isFinite(losses[0]), program);
        assert.is(losses[0], losses[1], `${program}: loss of step ${step}`);
      }
      const expected = plain.training.tensors();
      for (const [name, tensor] of Object.entries(other.training.tensors())) assert.is(bitsOf(tensor.dataSync<"float32">()), bitsOf(expected[name]?.dataSync<"float32">() ?? new Float32Array()), `${program}: ${name}`);
      other.training.dispose();
      plain.training.dispose();
    });
  });
}

test.run();
