// Random changes to images of training rows: what each does, exactly; that they depend on seed, epoch and row alone; that nothing else sees them.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { applyAugmentations, augment, type Augmentation, type AugmentStep } from "../../runtime/data/augment.js";
import { DataOrder, gatherBatch, gatherNumbers, TrainingBatches } from "../../runtime/data/batches.js";
import { field } from "../../runtime/data/field.js";
import type { Column } from "../../runtime/data/load.js";
import { selectBackend } from "../../runtime/index.js";

const [height, width, channels] = [4, 5, 2];
const shape = [height, width, channels];
const size = height * width * channels;
/** Every value another one, none 0. */
const original = Float32Array.from({ length: size }, (_, at) => at + 1);

/** The images that `steps` make of the same one, for as many rows. */
function changed(steps: readonly AugmentStep[], count: number, { seed = 3, epoch = 0 } = {}): readonly (readonly number[])[] {
  const values = new Float32Array(count * size);
  for (let row = 0; row < count; row++) values.set(original, row * size);
  applyAugmentations([augment(["image"], steps)], "image", shape, values, Int32Array.from({ length: count }, (_, row) => row), seed, epoch);
  return Array.from({ length: count }, (_, row) => [...values.subarray(row * size, (row + 1) * size)]);
}

/** The image whose pixel at (y, x) is that of the original at `from(y, x)`; 0 where that is outside. */
function image(from: (y: number, x: number) => readonly [number, number]): readonly number[] {
  return Array.from({ length: size }, (_, at) => {
    const [c, x, y] = [at % channels, Math.floor(at / channels) % width, Math.floor(at / channels / width)];
    const [v, u] = from(y, x);
    return v < 0 || u < 0 || v >= height || u >= width ? 0 : (original[(v * width + u) * channels + c] ?? NaN);
  });
}

/** How often each expected image is there; fails where another one is. */
function counts(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): readonly number[] {
  const known = new Map(expected.map((values, index) => [values.join(), index]));
  assert.is(known.size, expected.length);
  const count = expected.map(() => 0);
  for (const values of found) {
    const index = known.get(values.join());
    if (index === undefined) throw new Error(`an image that could not be: ${values.join(" ")}`);
    count[index] = (count[index] ?? 0) + 1;
  }
  return count;
}

/** Is each within five standard deviations of what equal chances give? */
function areEven(found: readonly number[]): void {
  const total = found.reduce((a, b) => a + b, 0);
  const chance = 1 / found.length;
  for (const count of found) assert.ok(Math.abs(count - total * chance) < 5 * Math.sqrt(total * chance * (1 - chance)), found.join(" "));
}

test("flips mirror half of the images", () => {
  const plain = image((y, x) => [y, x]);
  areEven(counts(changed([{ kind: "flip", along: "horizontal" }], 1000), [plain, image((y, x) => [y, width - 1 - x])]));
  areEven(counts(changed([{ kind: "flip", along: "vertical" }], 1000), [plain, image((y, x) => [height - 1 - y, x])]));
});

test("a crop moves the image by up to its border, every place alike", () => {
  const pad = 2;
  const all = Array.from({ length: 25 }, (_, index) => [Math.floor(index / 5) - pad, (index % 5) - pad] as const);
  areEven(counts(changed([{ kind: "crop", size: [height, width], pad }], 2500), all.map(([dy, dx]) => image((y, x) => [y + dy, x + dx]))));
});

test("changes follow each other in the order of the program", () => {
  const both = changed([{ kind: "flip", along: "horizontal" }, { kind: "crop", size: [height, width], pad: 1 }], 400);
  const all = [false, true].flatMap((isMirrored) => Array.from({ length: 9 }, (_, index) => image((y, x) => [y + Math.floor(index / 3) - 1, isMirrored && x + (index % 3) - 1 >= 0 && x + (index % 3) - 1 < width ? width - 1 - (x + (index % 3) - 1) : x + (index % 3) - 1])));
  areEven(counts(both, all));
});

test("cutout sets a square to zero, clipped at the borders", () => {
  const found = changed([{ kind: "cutout", size: 3 }], 2000);
  const all = Array.from({ length: height * width }, (_, index) => {
    const [top, left] = [Math.floor(index / width) - 1, (index % width) - 1];
    return image((y, x) => (y >= top && y < top + 3 && x >= left && x < left + 3 ? [-1, -1] : [y, x]));
  });
  areEven(counts(found, all));
});

test("noise is normal, of its deviation, another for each value", () => {
  const noise = changed([{ kind: "noise", deviation: 0.25 }], 500).flatMap((values) => values.map((value, at) => value - (original[at] ?? 0)));
  const mean = noise.reduce((a, b) => a + b, 0) / noise.length;
  const deviation = Math.sqrt(noise.reduce((a, b) => a + (b - mean) ** 2, 0) / noise.length);
  // Standard errors of the two: 0.25 / sqrt(n) and 0.25 / sqrt(2 n).
  assert.ok(Math.abs(mean) < (5 * 0.25) / Math.sqrt(noise.length) && Math.abs(deviation - 0.25) < (5 * 0.25) / Math.sqrt(2 * noise.length), `${mean} ${deviation}`);
  // Rounding makes some of them equal.
  assert.ok(new Set(noise).size > 0.5 * noise.length, `${new Set(noise).size}`);
});

const steps: readonly AugmentStep[] = [{ kind: "flip", along: "horizontal" }, { kind: "crop", size: [height, width], pad: 1 }, { kind: "noise", deviation: 1 }];

test("another seed, epoch, row or clause is another draw; the same one is the same", () => {
  const one = changed(steps, 30);
  assert.equal(changed(steps, 30), one);
  assert.not.equal(changed(steps, 30, { seed: 4 }), one);
  assert.not.equal(changed(steps, 30, { epoch: 1 }), one);
  assert.is(new Set(one.map((values) => values.join())).size, 30);
  const twice = new Float32Array(30 * size).map((_, at) => original[at % size] ?? 0);
  const flip: AugmentStep = { kind: "flip", along: "horizontal" };
  applyAugmentations([augment(["image"], [flip]), augment(["image"], [flip])], "image", shape, twice, Int32Array.from({ length: 30 }, (_, row) => row), 3, 0);
  // Were both draws one, every image would be back where it was.
  assert.ok(Array.from({ length: 30 }, (_, row) => twice[row * size]).some((first) => first !== original[0]));
});

const rows = 23;
const columns: Readonly<Record<string, Column>> = {
  image: { field: field({ dtype: "f32", shape }), values: Float32Array.from({ length: rows * size }, (_, at) => Math.sin(at)), size },
  mask: { field: field({ dtype: "i32", shape: [height, width], below: 9 }), values: Int32Array.from({ length: rows * height * width }, (_, at) => 1 + (at % 8)), size: height * width },
  edge: { field: field({ dtype: "bool", shape: [height, width] }), values: Int32Array.from({ length: rows * height * width }, (_, at) => at % 2), size: height * width },
  label: { field: field({ dtype: "class", shape: [], below: rows }), values: Int32Array.from({ length: rows }, (_, row) => row), size: 1 },
};
const train = Int32Array.from({ length: rows - 3 }, (_, at) => at + 3);
const clauses: readonly Augmentation[] = [augment(["image", "mask"], steps.slice(0, 2)), augment(["image"], steps.slice(2)), augment(["edge"], [{ kind: "flip", along: "vertical" }])];

/** What a row looks like in an epoch, by label, in batches of some size. */
function seen(batch: number, epoch: number): ReadonlyMap<number, string> {
  const order = new DataOrder(train, batch, 5);
  const batches = new TrainingBatches(columns, order, clauses, 5);
  const perEpoch = Math.ceil(train.length / batch);
  const found = new Map<number, string>();
  for (let step = epoch * perEpoch; step < (epoch + 1) * perEpoch; step++) {
    const values = Object.entries(columns).map(([name, column]) => [column.size, batches.numbers(name, column, order.at(step), step)] as const);
    for (const [place, row] of order.at(step).entries()) found.set(row, values.map(([length, all]) => all.slice(place * length, (place + 1) * length).join()).join(" | "));
  }
  return found;
}

test("a row of an epoch is the same in batches of any size, and the data stay as they are", () => {
  const before = JSON.stringify(columns);
  const whole = seen(20, 2);
  assert.is(whole.size, train.length);
  for (const batch of [1, 3, 7, 64]) for (const [row, values] of seen(batch, 2)) assert.is(values, whole.get(row), `row ${row} in batches of ${batch}`);
  assert.ok([...seen(20, 3)].every(([row, values]) => values !== whole.get(row)));
  assert.is(JSON.stringify(columns), before);
});

test("an image and its mask are changed alike, other fields not at all", () => {
  const order = new DataOrder(train, 20, 5);
  const twin: Readonly<Record<string, Column>> = { a: { ...at("mask"), field: field({ dtype: "f32", shape: [height, width] }), values: Float32Array.from(at("mask").values) }, b: at("mask"), label: at("label") };
  const batches = new TrainingBatches(twin, order, [augment(["a", "b"], steps.slice(0, 2))], 1);
  const [a, b] = [batches.numbers("a", twin["a"] ?? at("mask"), order.at(0), 0), batches.numbers("b", at("mask"), order.at(0), 0)];
  assert.equal([...a], [...b]);
  assert.not.equal([...b], [...gatherNumbers(at("mask"), order.at(0))]);
  assert.equal([...batches.numbers("label", at("label"), order.at(0), 0)], [...order.at(0)]);
});

function at(name: string): Column {
  const column = columns[name];
  if (column === undefined) throw new Error(name);
  return column;
}

test("tensors of a step have the changed values, those of an evaluation the plain ones", async () => {
  await selectBackend("cpu");
  const order = new DataOrder(train, 6, 5);
  const batches = new TrainingBatches(columns, order, clauses, 5);
  const [batch, plain] = [batches.of(order.at(4), 4), gatherBatch(columns, order.at(4))];
  for (const [name, column] of Object.entries(columns)) {
    assert.equal([...(batch[name]?.dataSync() ?? [])], [...batches.numbers(name, column, order.at(4), 4)], name);
    assert.equal([...(plain[name]?.dataSync() ?? [])], [...gatherNumbers(column, order.at(4))], name);
    assert.equal(batch[name]?.shape, plain[name]?.shape);
    assert.is(batch[name]?.dtype, plain[name]?.dtype);
  }
  assert.not.equal([...(batch["image"]?.dataSync() ?? [])], [...(plain["image"]?.dataSync() ?? [])]);
  tf.dispose([batch, plain]);
});

test.run();
