// Splits, batches, the order of epochs and the synthetic digits.

import { cpu } from "../../runtime/backends/cpu.js";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DataOrder, gatherBatch, pieces, stepsPerEpoch } from "../../runtime/data/batches.js";
import { field } from "../../runtime/data/field.js";
import { splitRows } from "../../runtime/data/split.js";
import { drawDigits } from "../../runtime/data/synthetic/digits.js";
import { UserError } from "../../runtime/program/errors.js";

await cpu.load({ device: null, threads: null });
await tf.setBackend("cpu");

test("splits are disjoint, use every row when shares sum to 1, and are the same each time", () => {
  for (const order of ["shuffled", "file"] as const) {
    for (const rows of [10, 101, 997]) {
      const split = { train: 0.8, valid: 0.1, test: 0.1, order };
      const { train, valid, test: rest } = splitRows(split, rows, "d");
      const all = [...train, ...valid, ...rest];
      assert.is(all.length, rows);
      assert.is(new Set(all).size, rows);
      assert.equal(splitRows(split, rows, "d"), { train, valid, test: rest });
      assert.is(all.every((row, at) => row === at), order === "file");
    }
  }
  const { train, valid, test: rest } = splitRows({ train: 0.5, valid: 0.25, test: 0, order: "file" }, 8, "d");
  assert.equal([train.length, valid.length, rest.length], [4, 2, 0]);
});

test("a split without rows is an error", () => {
  assert.throws(() => splitRows({ train: 0.9, valid: 0.1, test: 0, order: "file" }, 3, "d"), (error: unknown) => error instanceof UserError && error.message.includes("too few for a valid split"));
});

test("an epoch takes each training row once, the last batch is what is left", () => {
  const rows = Int32Array.from({ length: 10 }, (_, row) => 100 + row);
  const order = new DataOrder(rows, 4, 7);
  assert.is(stepsPerEpoch(10, 4), 3);
  const sizes: number[] = [];
  const epochs = [0, 1].map((epoch) => {
    const seen = [0, 1, 2].flatMap((step) => [...order.at(epoch * 3 + step)]);
    sizes.push(...[0, 1, 2].map((step) => order.at(epoch * 3 + step).length));
    assert.equal([...seen].sort(), [...rows]);
    return seen;
  });
  assert.equal(sizes, [4, 4, 2, 4, 4, 2]);
  assert.not.equal(epochs[0], epochs[1]);
  // Asked for out of order, as after a resume.
  assert.equal([...new DataOrder(rows, 4, 7).at(4)], [...order.at(4)]);
  assert.not.equal([...new DataOrder(rows, 4, 8).at(0)], [...new DataOrder(rows, 4, 7).at(0)]);
  assert.equal([...pieces(rows, 4)].map((piece) => piece.length), [4, 4, 2]);
});

test("batches hold the rows asked for, with the batch in front", async () => {
  const columns = {
    x: { field: field({ dtype: "f32", shape: [2] }), values: Float32Array.of(0, 1, 2, 3, 4, 5), size: 2 },
    k: { field: field({ dtype: "class", shape: [], below: 3 }), values: Int32Array.of(0, 1, 2), size: 1 },
  };
  const { x, k } = gatherBatch(columns, Int32Array.of(2, 0));
  assert.equal([x?.shape, x?.dtype, k?.shape, k?.dtype], [[2, 2], "float32", [2], "int32"]);
  assert.equal([...((await x?.data()) ?? [])], [4, 5, 0, 1]);
  assert.equal([...((await k?.data()) ?? [])], [2, 0]);
});

test("synthetic digits: the same for a seed, more rows keep the first, ink where a stroke is", () => {
  const few = drawDigits(20, 3);
  const more = drawDigits(60, 3);
  assert.equal(more.image.slice(0, few.image.length), few.image);
  assert.equal(more.label.slice(0, 20), few.label);
  assert.not.equal(drawDigits(20, 4).image, few.image);
  assert.ok(new Set(more.label).size === 10);
  for (let row = 0; row < 60; row++) {
    const image = more.image.subarray(row * 784, (row + 1) * 784);
    assert.ok(image.every((value) => Number.isInteger(value) && value >= 0 && value <= 255));
    const bright = image.filter((value) => value > 100).length;
    assert.ok(bright > 10 && bright < 300, `row ${row} has ${bright} bright pixels`);
  }
});

test.run();
