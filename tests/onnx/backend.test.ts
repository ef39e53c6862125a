// What the backend `onnx` promises beyond its kernels' numbers: fallbacks that are counted, arrays that are copied, sessions that are reused,
// errors that name the op.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installOnnxBackend, kernelCoverage } from "../../runtime/backends/onnx/install.js";
import { installGradients } from "../../runtime/index.js";

installGradients();
const installed = installOnnxBackend({ roots: [import.meta.url] });
if ("missing" in installed) throw new Error(installed.missing);
const { backend } = installed;
await tf.setBackend("onnx");

const numbers = (x: tf.Tensor): readonly number[] => [...x.dataSync()];

test("a kernel that ONNX does not express runs on cpu and is counted", () => {
  const before = backend.fallbacks.get(tf.Unique) ?? 0;
  const x = tf.mul(tf.tensor1d([1, 2, 1]), 2);
  assert.equal(numbers(tf.add(tf.unique(x).values, 1)), [3, 5]);
  assert.is(backend.fallbacks.get(tf.Unique), before + 1);
  const { native, fallback } = kernelCoverage();
  assert.ok(native.includes("Conv2D") && fallback.includes("Unique") && native.length >= 140, `${native.length} native, ${fallback.length} fallback`);
  assert.equal(native.filter((name) => fallback.includes(name)), []);
});

test("the fallback gives and takes empty, integer, complex and string tensors", () => {
  assert.equal(numbers(tf.concat([tf.tensor1d([]), tf.tensor1d([1])])), [1]);
  assert.equal(tf.add(tf.zeros([0, 3]), 1).shape, [0, 3]);
  assert.equal(numbers(tf.real(tf.fft(tf.complex([1, 0, 0, 0], [0, 0, 0, 0])))), [1, 1, 1, 1]);
  assert.equal(tf.concat([tf.tensor1d(["a"]), tf.tensor1d(["b"])]).dataSync() as unknown, ["a", "b"]);
  assert.equal(numbers(tf.floorDiv(tf.tensor1d([7, -7], "int32"), tf.scalar(2, "int32"))), [3, -4]);
});

test("an array that is changed later does not change its tensor, nor a read the next result", () => {
  const array = Float32Array.of(1, 2, 3);
  const x = tf.tensor1d(array);
  const doubled = tf.mul(x, 2);
  array.fill(9);
  const read = doubled.dataSync();
  assert.equal([...read], [2, 4, 6]);
  doubled.dispose();
  const sum = tf.add(x, 1);
  sum.dataSync();
  assert.equal([...read], [2, 4, 6]);
});

test("the same structure with other numbers is the same session, another shape is not", () => {
  const compute = (values: number[], factor: number): readonly number[] => numbers(tf.relu(tf.mul(tf.tensor1d(values), factor)));
  assert.equal(compute([1, -2, 3], 2), [2, 0, 6]);
  const { built } = backend.counts;
  assert.equal(compute([4, 5, -6], 0.5), [2, 2.5, 0]);
  assert.is(backend.counts.built, built);
  assert.equal(compute([4, 5, -6, 1], 0.5), [2, 2.5, 0, 0.5]);
  assert.is(backend.counts.built, built + 1);
});

test("rows of a tensor on the host are no ops, so that batches share a session", () => {
  const data = tf.tensor2d(Array.from({ length: 40 }, (_, i) => i), [10, 4]);
  const first = numbers(tf.sum(tf.slice(data, [0, 0], [2, 4])));
  const { built } = backend.counts;
  for (let row = 2; row < 10; row += 2) assert.equal(numbers(tf.sum(tf.slice(data, [row, 0], [2, 4]))), [(first[0] ?? 0) + 32 * row]);
  assert.is(backend.counts.built, built);
});

test("what no one holds is not computed", () => {
  const x = tf.tensor1d([1, 2]);
  tf.mul(x, 3).dispose();
  const kept = tf.add(x, 1);
  const { built } = backend.counts;
  assert.equal(numbers(kept), [2, 3]);
  // The same model as an addition alone.
  assert.equal(numbers(tf.add(tf.tensor1d([5, 6]), 2)), [7, 8]);
  assert.ok(backend.counts.built - built <= 1);
});

test("an error of the engine names the op, and later work goes on", () => {
  // The ids are not known when the op is recorded; the engine finds that one is no row.
  const wrong = tf.gather(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.mul(tf.tensor1d([1, 3], "int32"), tf.scalar(2, "int32")));
  assert.throws(() => wrong.dataSync(), /GatherV2/);
  assert.throws(() => wrong.dataSync(), /GatherV2/);
  wrong.dispose();
  assert.equal(numbers(tf.add(tf.tensor1d([1]), 1)), [2]);
});

test("broadcasts of a part stay exact", () => {
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const chosen = tf.where(tf.isNaN(tf.scalar(NaN)), x, tf.neg(x));
  assert.equal(numbers(chosen), [1, 2, 3, 4, 5, 6]);
  const tiled = tf.tile(tf.tensor2d([[1, 2, 3]]), [2, 1]);
  assert.equal([numbers(tf.mul(tiled, tiled)), numbers(tf.add(tiled, x))], [[1, 4, 9, 1, 4, 9], [2, 4, 6, 5, 7, 9]]);
  assert.equal(numbers(tf.mul(tf.broadcastTo(tf.scalar(2), [2, 3]), tf.tensor1d([1, 2, 3]))), [2, 4, 6, 2, 4, 6]);
});

test.run();
