// Our kernels for the backend `cpu` against TensorFlow.js's, over many shapes.

import * as tf from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { stream, withOriginalKernels } from "../../runtime/index.js";
import { near, useCpu } from "../support/numeric.js";

const numbers = stream(5, "test");

function random<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
  return tf.tensor<R>(numbers.fillNormal(new Float32Array(tf.util.sizeFromShape(shape)), 1), shape);
}

/** Runs f on both sets of kernels and compares. */
function compare(f: () => tf.Tensor, what: string, tolerance = 1e-5): void {
  tf.tidy(() => {
    const ours = f();
    const theirs = withOriginalKernels(f);
    assert.equal(ours.shape, theirs.shape, what);
    assert.equal(ours.dtype, theirs.dtype, what);
    near(ours.dataSync(), theirs.dataSync(), tolerance, what);
  });
}

/** The gradient of the sum of f's result. */
function gradientOf(f: () => tf.Tensor, x: tf.Tensor): tf.Tensor {
  const [gradient] = tf.engine().gradients(() => tf.reshape<tf.Rank.R0>(tf.sum(f()), []), [x]).grads;
  if (gradient === undefined) throw new Error("no gradient");
  return gradient;
}

const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

test.before(useCpu);

test("matrix products, transposed or not", () => {
  fc.assert(
    fc.property(size(70), size(600), size(19), fc.boolean(), fc.boolean(), (m, k, n, transposeA, transposeB) => {
      const a = random<tf.Rank.R2>(transposeA ? [k, m] : [m, k]);
      const b = random<tf.Rank.R2>(transposeB ? [n, k] : [k, n]);
      compare(() => tf.matMul(a, b, transposeA, transposeB), `${m} ${k} ${n} ${transposeA} ${transposeB}`, 1e-4);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("matrix products in batches, broadcast, against products one by one", () => {
  for (const [a, b] of [[[2, 3], [2, 3]], [[2, 3], [1, 3]], [[2, 1], [1, 3]], [[3], [3]], [[], [2, 2]]] as const) {
    const x = random<tf.Rank>([...a, 4, 5]);
    const y = random<tf.Rank>([...b, 5, 3]);
    const product = tf.matMul(x, y);
    const batch = product.shape.slice(0, -2);
    const spread = (t: tf.Tensor): tf.Tensor[] => tf.unstack(tf.reshape(tf.broadcastTo(t, [...batch, ...t.shape.slice(-2)]), [-1, ...t.shape.slice(-2)]));
    const ys = spread(y);
    const expected = tf.stack(spread(x).map((one, i) => tf.matMul(one, ys[i] ?? one)));
    near(product.dataSync(), expected.dataSync(), 1e-6, `[${a}] [${b}]`);
  }
});

test("convolutions and their gradients", () => {
  const shape = fc.record({ batch: size(3), height: size(9), width: size(9), inputs: size(5), outputs: size(6), down: size(4), across: size(4), stride: fc.tuple(size(3), size(3)), padding: fc.constantFrom("same" as const, "valid" as const) });
  fc.assert(
    fc.property(shape, ({ batch, height, width, inputs, outputs, down, across, stride, padding }) => {
      fc.pre(padding === "same" || (height >= down && width >= across));
      const x = random<tf.Rank.R4>([batch, height, width, inputs]);
      const filter = random<tf.Rank.R4>([down, across, inputs, outputs]);
      const what = `${x.shape} ${filter.shape} ${stride} ${padding}`;
      compare(() => tf.conv2d(x, filter, stride, padding), what);
      const dy = random<tf.Rank.R4>(tf.conv2d(x, filter, stride, padding).shape);
      compare(() => gradientOf(() => tf.mul(tf.conv2d(x, filter, stride, padding), dy), x), `${what}: x`, 2e-5);
      compare(() => gradientOf(() => tf.mul(tf.conv2d(x, filter, stride, padding), dy), filter), `${what}: filter`, 5e-5);
    }),
    { seed: 2, numRuns: 120 },
  );
});

test("convolutions larger than a chunk", () => {
  const x = random<tf.Rank.R4>([3, 30, 31, 24]);
  const filter = random<tf.Rank.R4>([5, 5, 24, 9]);
  compare(() => tf.conv2d(x, filter, 1, "same"), "forward", 1e-4);
  const dy = random<tf.Rank.R4>([3, 30, 31, 9]);
  for (const of of [x, filter]) compare(() => gradientOf(() => tf.mul(tf.conv2d(x, filter, 1, "same"), dy), of), `gradient of [${of.shape}]`, 1e-3);
});

test("pools and their gradients", () => {
  const shape = fc.record({ batch: size(2), height: size(8), width: size(8), channels: size(3), window: fc.tuple(size(4), size(4)), stride: fc.tuple(size(3), size(3)), padding: fc.constantFrom("same" as const, "valid" as const) });
  fc.assert(
    fc.property(shape, ({ batch, height, width, channels, window, stride, padding }) => {
      fc.pre(padding === "same" || (height >= window[0] && width >= window[1]));
      const x = random<tf.Rank.R4>([batch, height, width, channels]);
      for (const pool of [tf.maxPool, tf.avgPool]) {
        const what = `${pool.name} ${x.shape} ${window} ${stride} ${padding}`;
        compare(() => pool(x, window, stride, padding), what);
        const dy = random<tf.Rank.R4>(pool(x, window, stride, padding).shape);
        compare(() => gradientOf(() => tf.mul(pool(x, window, stride, padding), dy), x), `${what}: gradient`);
      }
    }),
    { seed: 3, numRuns: 100 },
  );
});

test("element-wise arithmetic with broadcasting", () => {
  const axes = fc.array(fc.tuple(size(4), fc.boolean(), fc.boolean()), { maxLength: 4 });
  fc.assert(
    fc.property(axes, fc.integer({ min: 0, max: 4 }), (all, dropped) => {
      const a = random<tf.Rank>(all.map(([n, full]) => (full ? n : 1)));
      // Leading axes of an operand may be missing.
      const b = tf.add(tf.abs(random<tf.Rank>(all.map(([n, , full]) => (full ? n : 1)).slice(Math.min(dropped, all.length)))), 0.5);
      for (const op of [tf.add, tf.sub, tf.mul, tf.div]) {
        compare(() => op(a, b), `${op.name} [${a.shape}] [${b.shape}]`, 1e-6);
        compare(() => op(b, a), `${op.name} [${b.shape}] [${a.shape}]`, 1e-5);
      }
    }),
    { seed: 4, numRuns: 150 },
  );
});

test("empty tensors and integers", () => {
  compare(() => tf.add(tf.zeros([0, 3]), tf.ones([3])), "empty");
  compare(() => tf.add(tf.tensor1d([1, 2], "int32"), tf.tensor1d([3, 4], "int32")), "integers");
  compare(() => tf.mul(tf.cast(tf.tensor1d([1, 0], "bool"), "float32"), tf.ones([2])), "a cast that keeps its array");
  compare(() => tf.sum(tf.tensor1d([1, 2], "int32")), "sum of integers");
});

test("sums and means over any axes", () => {
  const x = random<tf.Rank.R4>([3, 4, 2, 5]);
  for (const axes of [[0], [3], [1], [1, 2], [0, 1, 2], [0, 1, 2, 3], [0, 2], [1, 3], [-1], [-2, -1]]) {
    for (const keepDims of [false, true]) {
      compare(() => tf.sum(x, axes, keepDims), `sum ${axes}`);
      compare(() => tf.mean(x, axes, keepDims), `mean ${axes}`);
    }
  }
  compare(() => tf.sum(tf.scalar(3)), "sum of a number");
});

test("relu and step keep a NaN", () => {
  const x = tf.tensor1d([-1, 0, 2, NaN, -0]);
  assert.equal([...tf.relu(x).dataSync()], [0, 0, 2, NaN, -0]);
  assert.equal([...tf.step(x, 0.5).dataSync()], [0.5, 0.5, 1, NaN, 0.5]);
  const images = tf.tensor4d([1, NaN, 3, 2], [1, 2, 2, 1]);
  assert.ok(Number.isNaN(tf.maxPool(images, 2, 2, "valid").dataSync()[0]));
});

test.run();
