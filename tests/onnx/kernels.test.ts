// Each kernel of the backend `onnx` that is more than one op of the engine against TensorFlow.js's own on `cpu`: the numbers, to the last bit
// where nothing is rounded in another order, and that the engine really computed them. Gradients of linear kernels also against finite
// differences, which with steps of 1 are exact but for rounding. Relies on onnxruntime-node, which is an optional package.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installOnnxBackend, kernelCoverage } from "../../runtime/backends/onnx/install.js";
import { fallbackReasons } from "../../runtime/backends/onnx/kernels/left-to-fallback.js";
import { installGradients } from "../../runtime/index.js";

installGradients();
const installed = installOnnxBackend({ roots: [import.meta.url], threads: 1 });
if ("missing" in installed) throw new Error(installed.missing);
const { backend } = installed;

type Results = tf.Tensor | readonly tf.Tensor[];
interface Result {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly numbers: readonly number[];
}

async function on(name: string, make: () => Results): Promise<readonly Result[]> {
  await tf.setBackend(name);
  const made = tf.tidy(() => [make()].flat() as tf.Tensor[]);
  return made.map((tensor) => {
    const result = { shape: tensor.shape, dtype: tensor.dtype, numbers: [...tensor.dataSync()] };
    tensor.dispose();
    return result;
  });
}

/** Runs on the engine, and nothing else. */
async function natively(make: () => Results): Promise<readonly Result[]> {
  backend.fallbacks.clear();
  const results = await on("onnx", make);
  assert.equal([...backend.fallbacks.keys()], [], "fallbacks");
  return results;
}

const bits = new DataView(new ArrayBuffer(4));
/** How many floats lie between two. */
function units(a: number, b: number): number {
  const place = (x: number): number => {
    bits.setFloat32(0, x);
    const found = bits.getInt32(0);
    return found < 0 ? -(found & 0x7fffffff) : found;
  };
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  return Math.abs(place(a) - place(b));
}

interface Tolerance {
  /** Units in the last place. */
  readonly units?: number;
  /** Relative to the largest number of a result. */
  readonly relative?: number;
  /** 0 and -0 are the same: the engine's choice between two tensors gives 0 for both. */
  readonly isUnsigned?: boolean;
}

/** The same on `cpu` and on the engine. Bit by bit, zeros' signs included, if there is no tolerance. */
async function agree(what: string, make: () => Results, tolerance: Tolerance = {}): Promise<void> {
  const expected = await on("cpu", make);
  near(what, await natively(make), expected, tolerance);
}

function near(what: string, found: readonly Result[], expected: readonly Result[], { units: most = 0, relative = 0, isUnsigned = false }: Tolerance): void {
  assert.equal(found.map(({ shape, dtype }) => [dtype, ...shape]), expected.map(({ shape, dtype }) => [dtype, ...shape]), what);
  for (const [i, { numbers }] of expected.entries()) {
    const largest = relative === 0 ? 0 : Math.max(...numbers.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)));
    for (const [j, wanted] of numbers.entries()) {
      const got = found[i]?.numbers[j] ?? NaN;
      const isSame = relative > 0 ? Object.is(wanted, got) || Math.abs(wanted - got) <= relative * largest : most > 0 ? units(wanted, got) <= most : Object.is(wanted, got) || (isUnsigned && wanted === got);
      assert.ok(isSame, `${what}: result ${i}, number ${j} is ${got}, expected ${wanted}`);
    }
  }
}

let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
  return (seed >>> 8) / 2 ** 24;
}
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
/** A maker of one tensor of random numbers, the same on each backend. */
function floats<R extends tf.Rank = tf.Rank>(shape: readonly number[], from = -2, to = 2): () => tf.Tensor<R> {
  const numbers = Array.from({ length: sizeOf(shape) }, () => Math.fround(from + (to - from) * random()));
  return () => tf.tensor(numbers, [...shape] as tf.ShapeMap[R], "float32");
}
function integers<R extends tf.Rank = tf.Rank>(shape: readonly number[], from: number, to: number): () => tf.Tensor<R> {
  const numbers = Array.from({ length: sizeOf(shape) }, () => from + Math.floor((to - from) * random()));
  return () => tf.tensor(numbers, [...shape] as tf.ShapeMap[R], "int32");
}
/** Different numbers in random order: no two are the same. */
function distinct<R extends tf.Rank = tf.Rank>(shape: readonly number[]): () => tf.Tensor<R> {
  const order = Array.from({ length: sizeOf(shape) }, (_, i) => [random(), i - sizeOf(shape) / 2] as const).sort(([a], [b]) => a - b);
  return () => tf.tensor(order.map(([, number]) => number), [...shape] as tf.ShapeMap[R], "float32");
}
const kernel = (name: string, inputs: Readonly<Record<string, tf.Tensor>>, attrs: object = {}): Results => tf.engine().runKernel(name, { ...inputs }, attrs as tf.NamedAttrMap) as Results;

/** The gradient of sum(f(x) dy) as finite differences, f being linear in x (or piecewise, within `step`). */
async function differences(f: (x: tf.Tensor) => tf.Tensor, x: () => tf.Tensor, dy: () => tf.Tensor, step = 1): Promise<readonly Result[]> {
  await tf.setBackend("cpu");
  return tf.tidy(() => {
    const at = x();
    const numbers = [...at.dataSync()];
    const value = (i: number, by: number): number => {
      const moved = tf.tensor(numbers.map((number, j) => (j === i ? number + by : number)), at.shape);
      const [results, weights] = [f(moved).dataSync(), dy().dataSync()];
      return [...results].reduce((sum, result, j) => sum + result * (weights[j] ?? NaN), 0);
    };
    return [{ shape: at.shape, dtype: "float32", numbers: numbers.map((_, i) => (value(i, step) - value(i, -step)) / (2 * step)) }];
  });
}

const specials = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-40, -1e-40, 1e-30, -1e-30, 3e38, -3e38, 0.5, -0.5, 0.99999994, -0.99999994, 1.0000001, 2, -2, 88.7, -88.7, 90, -104, 1e-7, 1e-8, -1e-9];

test("kernels that are left to the fallback are those with a reason", () => {
  assert.equal(Object.keys(fallbackReasons).sort(), [...kernelCoverage().fallback].sort());
  for (const reason of Object.values(fallbackReasons)) assert.match(reason, /^(?!.*\.$)[a-z].{15,}$/);
});

test("functions of one number, at borders, infinities, NaN and both zeros", async () => {
  const spread = [...specials, ...Array.from({ length: 600 }, (_, i) => (i - 300) / 37), ...Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 2 ** (-i / 8)), ...Array.from({ length: 200 }, () => random() * 2 - 1)];
  const x = (): tf.Tensor => tf.tensor1d(spread.map(Math.fround));
  for (const name of [tf.Acos, tf.Acosh, tf.Asin, tf.Asinh, tf.Atan, tf.Atanh, tf.Cosh, tf.Sinh, tf.Expm1, tf.Log1p]) await agree(name, () => kernel(name, { x: x() }), { units: 1 });
  // Just below 0 `cpu` loses the difference of exp(x) and 1.
  const apart = spread.filter((each) => !(Math.abs(each) < 1e-6) || each === 0).map(Math.fround);
  await agree("selu", () => tf.selu(tf.tensor1d(apart)), { units: 8, isUnsigned: true });
});

test("atan2 in all quarters, between zeros and infinities", async () => {
  const numbers = specials.flatMap((a) => specials.map((b) => [a, b] as const));
  await agree("atan2", () => tf.atan2(tf.tensor1d(numbers.map(([a]) => a)), tf.tensor1d(numbers.map(([, b]) => b))), { units: 1 });
  const [a, b] = [floats([40, 1], -5, 5), floats([30], -5, 5)];
  await agree("atan2, broadcast", () => tf.atan2(a(), b()), { units: 1 });
});

test("prelu chooses by sign and broadcasts", async () => {
  const numbers = specials.flatMap((a) => [0.25, -1, 0, Infinity, NaN].map((b) => [a, b] as const));
  await agree("prelu", () => tf.prelu(tf.tensor1d(numbers.map(([a]) => a)), tf.tensor1d(numbers.map(([, b]) => b))), { isUnsigned: true });
  const [x, alpha, high] = [floats([2, 3, 4, 5]), floats([5]), floats([3, 1, 5])];
  await agree("prelu, by channel", () => [tf.prelu(x(), alpha()), tf.prelu(x(), high())]);
  await agree("prelu, after a convolution", () => tf.prelu(tf.conv2d(x() as tf.Tensor4D, tf.ones([1, 1, 5, 5]), 1, "same"), alpha()), { relative: 1e-6 });
});

test("integer division, its rest and bits are those of JavaScript", async () => {
  const edges = [0, 1, -1, 2, -2, 3, 7, -7, 10, 2147483647, -2147483648, 65536, -65537];
  const pairs = edges.flatMap((a) => edges.map((b) => [a, b] as const));
  const [a, b] = [(): tf.Tensor => tf.tensor1d(pairs.map(([first]) => first), "int32"), (): tf.Tensor => tf.tensor1d(pairs.map(([, second]) => second), "int32")];
  await agree("integers", () => [tf.floorDiv(a(), b()), tf.mod(a(), b()), kernel(tf.BitwiseAnd, { a: a(), b: b() })].flat() as tf.Tensor[]);
  const real = [0, -0, 1, -1, 0.3, -0.3, 7.5, -7.5, 1e-10, -1e-10, 3e9, -3e9, 5e9, 1e20, -1e20, 3e38, Infinity, -Infinity, NaN];
  const reals = real.flatMap((first) => real.map((second) => [first, second] as const));
  const [x, y] = [(): tf.Tensor => tf.tensor1d(reals.map(([first]) => first)), (): tf.Tensor => tf.tensor1d(reals.map(([, second]) => second))];
  await agree("reals", () => [tf.floorDiv(x(), y()), tf.mod(x(), y())], { isUnsigned: true });
  const [column, row] = [integers([30, 1], -100, 100), integers([1, 31], -9, 9)];
  await agree("broadcast", () => [tf.floorDiv(column(), row()), tf.mod(column(), row())]);
});

test("volumes: convolutions and their gradients", async () => {
  for (const [space, window, stride, pad] of [[[5, 6, 7], [3, 2, 3], [1, 1, 1], "same"], [[5, 6, 7], [3, 2, 3], [2, 1, 3], "same"], [[6, 5, 8], [2, 3, 1], [1, 2, 2], "valid"], [[4, 4, 4], [1, 1, 1], [2, 2, 2], "valid"]] as const) {
    const what = `${space.join()} by ${window.join()}, steps of ${stride.join()}, ${pad}`;
    const [x, filter] = [floats<tf.Rank.R5>([2, ...space, 3]), floats<tf.Rank.R5>([...window, 3, 4])];
    const run = (): tf.Tensor5D => tf.conv3d(x(), filter(), [...stride], pad);
    await agree(what, run, { relative: 1e-6 });
    const [y] = await on("cpu", run);
    const dy = floats(y?.shape ?? []);
    const gradients = (): Results => Object.values(tf.grads((a, b) => tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, [...stride], pad))([x(), filter()], dy()));
    await agree(`gradients of ${what}`, gradients, { relative: 1e-6 });
  }
  const [x, filter] = [floats<tf.Rank.R5>([1, 7, 7, 7, 2]), floats<tf.Rank.R5>([2, 3, 2, 2, 3])];
  await agree("dilated", () => tf.conv3d(x(), filter(), 1, "valid", "NDHWC", [2, 1, 3]), { relative: 1e-6 });
  const [few, narrow] = [floats<tf.Rank.R5>([1, 3, 4, 3, 2]), floats<tf.Rank.R5>([2, 2, 3, 2, 2])];
  const run = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, [1, 2, 1], "same");
  const dy = floats([1, 3, 2, 3, 2]);
  near("by differences, x", await natively(() => tf.grad((a) => run(a, narrow()))(few(), dy())), await differences((a) => run(a, narrow()), few, dy), { relative: 1e-6 });
  near("by differences, filter", await natively(() => tf.grad((b) => run(few(), b))(narrow(), dy())), await differences((b) => run(few(), b), narrow, dy), { relative: 1e-6 });
});

test("volumes: pools and their gradients", async () => {
  for (const [space, window, stride, pad] of [[[5, 6, 7], 2, 2, "same"], [[5, 6, 7], 3, 1, "same"], [[6, 6, 6], 2, 1, "valid"], [[5, 5, 5], 3, 2, "valid"], [[4, 4, 4], 3, 2, "same"]] as const) {
    const what = `${space.join()} by ${window}, steps of ${stride}, ${pad}`;
    const x = floats<tf.Rank.R5>([2, ...space, 3]);
    const y = (): readonly [tf.Tensor5D, tf.Tensor5D] => [tf.maxPool3d(x(), window, stride, pad), tf.avgPool3d(x(), window, stride, pad)];
    await agree(what, y, { relative: 1e-6 });
    const [shape] = await on("cpu", y);
    const dy = floats(shape?.shape ?? []);
    await agree(`gradients of ${what}`, () => [tf.grad((a) => tf.maxPool3d(a as tf.Tensor5D, window, stride, pad))(x(), dy()), tf.grad((a) => tf.avgPool3d(a as tf.Tensor5D, window, stride, pad))(x(), dy())], { relative: 1e-6 });
    // After relu many numbers are the same: of several largest the same one counts.
    const relu = (): tf.Tensor => tf.relu(tf.sub(x(), 1));
    await agree(`gradient of ties of ${what}`, () => tf.grad((a) => tf.maxPool3d(a as tf.Tensor5D, window, stride, pad))(relu(), dy()), { relative: 1e-6 });
  }
  // Windows of unequal sides, whose gradient `cpu` has wrong.
  const [x, dy] = [distinct([1, 4, 5, 6, 2]), floats([1, 2, 5, 3, 2])];
  const pool = (a: tf.Tensor): tf.Tensor => tf.maxPool3d(a as tf.Tensor5D, [2, 3, 4], [2, 1, 2], "same");
  near("by differences", await natively(() => tf.grad(pool)(x(), dy())), await differences(pool, x, dy, 0.25), { relative: 1e-6 });
});

test("depthwise convolutions' gradients", async () => {
  for (const [height, width, window, multiplier, stride, pad, dilation] of [[7, 6, [3, 3], 1, 1, "same", 1], [7, 6, [3, 2], 2, 1, "valid", 1], [8, 7, [3, 3], 1, 2, "same", 1], [8, 7, [2, 3], 3, 2, "valid", 1], [9, 9, [3, 3], 2, 1, "same", 2], [9, 9, [2, 2], 1, 1, "valid", 3], [6, 6, [1, 1], 2, 2, "same", 1], [7, 7, [3, 3], 1, 3, "valid", 1]] as const) {
    const what = `${height},${width} by ${window.join()}, ${multiplier} each, steps of ${stride}, ${pad}, dilation ${dilation}`;
    const [x, filter] = [floats<tf.Rank.R4>([2, height, width, 5]), floats<tf.Rank.R4>([...window, 5, multiplier])];
    const run = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad, "NHWC", dilation);
    await agree(what, () => run(x(), filter()), { relative: 1e-6 });
    const [y] = await on("cpu", () => run(x(), filter()));
    const dy = floats(y?.shape ?? []);
    const shapes = { filterShape: [...window, 5, multiplier], inputShape: [2, height, width, 5] };
    const attrs = { strides: [stride, stride], pad, dilations: [dilation, dilation], dimRoundingMode: undefined };
    const byX = (): Results => kernel(tf.DepthwiseConv2dNativeBackpropInput, { dy: dy(), filter: filter() }, { ...attrs, ...shapes });
    const byFilter = (): Results => kernel(tf.DepthwiseConv2dNativeBackpropFilter, { x: x(), dy: dy() }, { ...attrs, ...shapes });
    if (dilation === 1) await agree(`gradients of ${what}`, () => [byX(), byFilter()].flat() as tf.Tensor[], { relative: 1e-6 });
    near(`x of ${what}`, await natively(byX), await differences((a) => run(a, filter()), x, dy), { relative: 1e-6 });
    near(`filter of ${what}`, await natively(byFilter), await differences((b) => run(x(), b), filter, dy), { relative: 1e-6 });
  }
});

test("the mean of a pool has the gradient of finite differences, at borders too", async () => {
  const [x, dy] = [floats([1, 5, 5, 2]), floats([1, 3, 3, 2])];
  const pool = (a: tf.Tensor): tf.Tensor => tf.avgPool(a as tf.Tensor4D, 3, 2, "same");
  near("same", await natively(() => tf.grad(pool)(x(), dy())), await differences(pool, x, dy), { relative: 1e-6 });
});

const sizes = [[5, 7, 10, 14], [5, 7, 3, 4], [4, 4, 1, 7], [1, 6, 3, 1], [6, 5, 6, 5], [3, 3, 9, 2], [8, 6, 4, 3], [7, 3, 5, 11]] as const;
const corners = [[false, false], [true, false], [false, true]] as const;

test("images in another size, to a unit in the last place of cpu's", async () => {
  for (const [h, w, height, width] of sizes) {
    for (const [isAligned, isCentered] of corners) {
      const x = floats<tf.Rank.R4>([2, h, w, 3]);
      const what = `${h},${w} to ${height},${width} ${isAligned} ${isCentered}`;
      await agree(`linear ${what}`, () => tf.image.resizeBilinear(x(), [height, width], isAligned, isCentered), { relative: 2e-7 });
      await agree(`nearest ${what}`, () => tf.image.resizeNearestNeighbor(x(), [height, width], isAligned, isCentered));
      await agree(`after a pool ${what}`, () => tf.image.resizeBilinear(tf.maxPool(x(), 1, 1, "valid"), [height, width], isAligned, isCentered), { relative: 2e-7 });
    }
  }
  const whole = integers<tf.Rank.R4>([1, 3, 3, 2], -50, 50);
  await agree("integers", () => tf.image.resizeNearestNeighbor(whole(), [7, 2]));
});

test("gradients of images in another size", async () => {
  for (const [h, w, height, width] of sizes) {
    for (const [isAligned, isCentered] of corners) {
      const [x, dy] = [floats([1, h, w, 2]), floats([1, height, width, 2])];
      for (const name of ["resizeBilinear", "resizeNearestNeighbor"] as const) {
        const run = (a: tf.Tensor): tf.Tensor => tf.image[name](a as tf.Tensor4D, [height, width], isAligned, isCentered);
        near(`${name} ${h},${w} to ${height},${width} ${isAligned} ${isCentered}`, await natively(() => tf.grad(run)(x(), dy())), await differences(run, x, dy), { relative: 1e-6 });
      }
    }
  }
});

test("dilation by a filter and its gradients", async () => {
  for (const [window, stride, pad, dilation] of [[[3, 3], 1, "same", 1], [[2, 3], 2, "valid", 1], [[3, 2], [1, 2], "same", [2, 1]], [[1, 1], 1, "valid", 1]] as const) {
    const [x, filter] = [distinct<tf.Rank.R4>([2, 7, 6, 3]), floats<tf.Rank.R3>([...window, 3], -1, 1)];
    const run = (): tf.Tensor => tf.dilation2d(x(), filter(), stride as number, pad, dilation as number);
    await agree("dilation", run);
    const [y] = await on("cpu", run);
    const dy = floats(y?.shape ?? []);
    await agree("gradients", () => Object.values(tf.grads((a, b) => tf.dilation2d(a as tf.Tensor4D, b as tf.Tensor3D, stride as number, pad, dilation as number))([x(), filter()], dy())), { relative: 1e-6 });
  }
  await agree("ties", () => kernel(tf.Dilation2DBackpropInput, { x: tf.ones([1, 4, 4, 1]), filter: tf.zeros([2, 2, 1]), dy: tf.ones([1, 4, 4, 1]) }, { strides: 1, pad: "same", dilations: 1 }));
});

test("space, depth and batch", async () => {
  const x = floats<tf.Rank.R4>([2, 3, 4, 12]);
  await agree("depth to space", () => tf.depthToSpace(x(), 2));
  await agree("depth to space after a pool", () => tf.depthToSpace(tf.maxPool(x(), 1, 1, "valid"), 2));
  const image = floats([2, 5, 6, 3]);
  await agree("space to batch", () => [tf.spaceToBatchND(image(), [3, 2], [[1, 0], [0, 2]]), tf.spaceToBatchND(image(), [5], [[0, 0]]), tf.spaceToBatchND(tf.cast(image(), "int32"), [2, 2], [[1, 0], [1, 1]])]);
  const many = floats([12, 3, 2, 2]);
  await agree("batch to space", () => [tf.batchToSpaceND(many(), [3, 2], [[1, 2], [0, 1]]), tf.batchToSpaceND(many(), [2, 2], [[0, 0], [0, 0]]), tf.batchToSpaceND(many(), [4], [[3, 1]])]);
  await agree("flip", () => tf.image.flipLeftRight(x()));
});

test("mirrored borders, strided slices, diagonals", async () => {
  const [x, whole] = [floats([3, 4, 5]), integers([4, 6], -9, 9)];
  await agree("mirror", () => [tf.mirrorPad(x(), [[2, 1], [0, 3], [4, 0]], "reflect"), tf.mirrorPad(x(), [[3, 1], [0, 4], [5, 0]], "symmetric"), tf.mirrorPad(whole(), [[1, 1], [2, 2]], "symmetric"), tf.mirrorPad(tf.greater(whole(), 0), [[1, 1], [2, 2]], "reflect")]);
  await agree("strided", () => [
    tf.stridedSlice(x(), [0, 1, 0], [3, 4, 5], [2, 1, 2]),
    tf.stridedSlice(x(), [2, -1, 4], [-4, -5, 0], [-1, -2, -3]),
    tf.stridedSlice(x(), [1], [2], [1], 0, 0, 0, 0, 1),
    tf.stridedSlice(x(), [0, 1], [0, 3], [1, 1], 0, 0, 1),
    tf.stridedSlice(x(), [0, 0, 3, 1], [0, 0, 0, 4], [1, 1, -1, 1], 1, 1 + 4, 0, 2, 0),
    tf.stridedSlice(whole(), [0, 5], [4, 0], [3, -2]),
    tf.stridedSlice(tf.greater(whole(), 0), [0, 1], [4, 6], [1, 2]),
    tf.stridedSlice(x(), [0, 0, 0], [3, 4, 5], [1, 1, 1]),
  ]);
  await agree("diagonal", () => [tf.diag(tf.tensor1d([1, NaN, -0, Infinity])), tf.diag(whole()), tf.diag(tf.greater(whole(), 0)), tf.diag(tf.tensor1d([3]))]);
  await agree("ranges", () => [tf.range(0, 5), tf.range(3, -4, -2), tf.range(5, 0), tf.range(0, 1, 0.1), tf.range(2, 9, 3, "int32"), tf.linspace(0, 1, 7), tf.linspace(3, -3, 5), tf.linspace(2, 8, 1)]);
});

test("slices by index: read, added up, written over", async () => {
  const x = floats([4, 3, 5]);
  const known = integers<tf.Rank.R3>([2, 3, 2], 0, 3);
  // Not known when the op is recorded.
  const later = (): tf.Tensor => tf.mul(known(), tf.scalar(1, "int32"));
  await agree("read", () => [tf.gatherND(x(), known()), tf.gatherND(x(), later()), tf.gatherND(tf.greater(x(), 0), later()), tf.gatherND(tf.cast(x(), "int32"), tf.tensor1d([1, 2, 3], "int32"))]);
  const [updates, indices] = [floats([6, 5]), integers<tf.Rank.R2>([6, 2], 0, 3)];
  await agree("added up", () => [tf.scatterND(indices(), updates(), [4, 3, 5]), tf.scatterND(indices(), tf.cast(updates(), "int32"), [4, 3, 5]), tf.scatterND(tf.tensor2d([[1], [3], [1]], [3, 1], "int32"), tf.tensor1d([1, 2, -0]), [5])]);
  await agree("written over", () => [tf.tensorScatterUpdate(x(), indices(), updates()), tf.tensorScatterUpdate(tf.greater(x(), 0), indices(), tf.greater(updates(), 0)), tf.tensorScatterUpdate(tf.zeros([3], "int32"), tf.tensor2d([[2], [2]], [2, 1], "int32"), tf.tensor1d([4, 5], "int32"))]);
  await agree("sparse", () => [tf.sparseToDense(tf.tensor1d([1, 4, 1], "int32"), tf.tensor1d([1, 2, 3]), [6], tf.scalar(-1)), tf.sparseToDense(tf.tensor2d([[0, 1], [2, 2]], [2, 2], "int32"), tf.scalar(7, "int32"), [3, 4], tf.scalar(2, "int32")), tf.sparseToDense(tf.scalar(2, "int32"), tf.scalar(4), [3], tf.scalar(0))]);
  await tf.setBackend("onnx");
  assert.throws(() => tf.gatherND(x(), tf.tensor2d([[4, 0]], [1, 2], "int32")).dataSync(), /does not index into/);
  assert.throws(() => tf.scatterND(tf.mul(tf.tensor2d([[4]], [1, 1], "int32"), tf.scalar(2, "int32")), tf.tensor1d([1]), [5]).dataSync(), /ScatterNd/);
});

test("counts, searches, largest numbers", async () => {
  const [x, weights] = [integers<tf.Rank.R1>([50], 0, 12), floats<tf.Rank.R1>([50])];
  const empty = <R extends tf.Rank>(): tf.Tensor<R> => tf.tensor([], [0] as tf.ShapeMap[R]);
  await agree("counts", () => [tf.bincount(x(), weights(), 9), tf.bincount(x(), tf.cast(weights(), "int32"), 15)]);
  await agree("counts of rows", () => [tf.denseBincount(x(), weights(), 9), tf.denseBincount(tf.reshape(x(), [5, 10]) as tf.Tensor2D, tf.reshape(weights(), [5, 10]) as tf.Tensor2D, 9), tf.denseBincount(tf.reshape(x(), [5, 10]) as tf.Tensor2D, tf.reshape(weights(), [5, 10]) as tf.Tensor2D, 9, true)]);
  await agree("without weights", () => [tf.bincount(x(), empty(), 9), tf.denseBincount(tf.reshape(x(), [5, 10]) as tf.Tensor2D, empty(), 9)]);
  await tf.setBackend("onnx");
  assert.throws(() => tf.bincount(tf.sub(x(), tf.scalar(6, "int32")) as tf.Tensor1D, weights(), 9).dataSync(), /Bincount/);
  const [sorted, values] = [(): tf.Tensor => tf.tensor2d([[0, 1, 1, 3, 9], [-5, -5, 0, 2, 2]]), (): tf.Tensor => tf.tensor2d([[1, -1, 9, 10, NaN, 2], [2, -5, -6, 3, 0, -0]])];
  await agree("searches", () => [tf.searchSorted(sorted(), values(), "left"), tf.searchSorted(sorted(), values(), "right"), tf.searchSorted(tf.cast(sorted(), "int32"), tf.ones([2, 3], "int32"), "right")]);
  const rows = floats([3, 40]);
  const top = (of: tf.Tensor, k: number, isSorted?: boolean): readonly tf.Tensor[] => {
    const { values: largest, indices } = tf.topk(of, k, isSorted);
    return [largest, indices];
  };
  const same = integers([4, 30], 0, 5);
  await agree("largest", () => [...top(rows(), 5), ...top(rows(), 40), ...top(same(), 7), ...top(tf.cast(same(), "float32"), 30), ...top(tf.tensor1d([1, -Infinity, 3e38, -0]), 2)]);
  const [unsorted] = await natively(() => top(rows(), 5, false));
  const [wanted] = await on("cpu", () => top(rows(), 5, true));
  assert.equal(unsorted, wanted);
  const image = distinct<tf.Rank.R4>([2, 6, 5, 3]);
  const places = (window: number, stride: number, pad: "same" | "valid", isOverBatch: boolean): readonly tf.Tensor[] => {
    const found = tf.maxPoolWithArgmax(image(), window, stride, pad, isOverBatch);
    return ["result", "indexes"].flatMap((name) => found[name] ?? []);
  };
  await agree("places of maxima", () => [...places(2, 2, "valid", false), ...places(3, 1, "same", true), ...places(2, 2, "same", true)]);
});

test("sums of products", async () => {
  const of: Readonly<Record<string, number>> = { a: 3, b: 4, c: 5, d: 2, e: 6 };
  for (const equation of ["ab->ba", "ab->", "ab->a", "ab,bc->ac", "ab, ab -> ", "ab,cb->ca", "a,b->ab", "a,a->", "abc,acd->abd", "abc,adc->bda", "abcd,cb->ad", "ab,cd->bd", "abc,c->abc", "abcd,abed->abce"]) {
    const terms = equation.replace(/\s/g, "").split("->")[0]?.split(",") ?? [];
    const shapes = terms.map((term) => [...term].map((letter) => of[letter] ?? 1));
    const inputs = shapes.map((shape) => floats(shape));
    const whole = shapes.map((shape) => integers(shape, -9, 9));
    for (const made of [inputs, whole]) near(equation, await natively(() => tf.einsum(equation, ...made.map((make) => make()))), [bySum(equation, of, await on("cpu", () => made.map((make) => make())))], { relative: 1e-6 });
  }
});

/** The sum over all values of all letters. */
function bySum(equation: string, of: Readonly<Record<string, number>>, inputs: readonly Result[]): Result {
  const [left = "", result = ""] = equation.replace(/\s/g, "").split("->");
  const terms = left.split(",");
  const letters = [...new Set(left.replace(/,/g, ""))];
  const shape = [...result].map((letter) => of[letter] ?? 1);
  const numbers = Array.from({ length: sizeOf(shape) }, () => 0);
  const places: Record<string, number> = {};
  const place = (term: string): number => [...term].reduce((sum, letter) => sum * (of[letter] ?? 1) + (places[letter] ?? 0), 0);
  for (let i = 0; i < sizeOf(letters.map((letter) => of[letter] ?? 1)); i++) {
    letters.reduce((rest, letter) => {
      places[letter] = rest % (of[letter] ?? 1);
      return Math.floor(rest / (of[letter] ?? 1));
    }, i);
    numbers[place(result)] = (numbers[place(result)] ?? 0) + terms.reduce((product, term, j) => product * (inputs[j]?.numbers[place(term)] ?? NaN), 1);
  }
  return { shape, dtype: inputs[0]?.dtype ?? "", numbers };
}

test("products along an axis", async () => {
  const [x, whole] = [floats([3, 13, 4], 0.5, 1.5), integers([2, 40], -7, 8)];
  for (const [axis, exclusive, reverse] of [[0, false, false], [1, true, false], [2, false, true], [1, true, true], [2, true, false]] as const) {
    await agree(`axis ${axis}`, () => tf.cumprod(x(), axis, exclusive, reverse), { units: 8 });
    await agree(`axis ${axis}, integers`, () => tf.cumprod(whole(), Math.min(axis, 1), exclusive, reverse));
  }
});

test("local response normalization and its gradient", async () => {
  for (const [channels, radius, bias, alpha, beta] of [[6, 2, 1, 1, 0.5], [4, 5, 2, 0.1, 0.75], [3, 1, 1.5, 0.5, 1], [5, 0, 1, 2, 0.5]] as const) {
    const x = floats<tf.Rank.R4>([2, 3, 4, channels]);
    const run = (a: tf.Tensor): tf.Tensor => tf.localResponseNormalization(a as tf.Tensor4D, radius, bias, alpha, beta);
    await agree("forward", () => run(x()), { relative: 1e-6 });
    const dy = floats([2, 3, 4, channels]);
    await agree("gradient", () => tf.grad(run)(x(), dy()), { relative: 2e-6 });
  }
});

test("fused products and convolutions", async () => {
  for (const activation of ["linear", "relu", "relu6", "elu", "sigmoid", "prelu", "leakyrelu"] as const) {
    const [a, b, bias, weights] = [floats<tf.Rank.R2>([5, 7]), floats<tf.Rank.R2>([7, 6]), floats([6]), floats([6])];
    const more = { activation, ...(activation === "prelu" ? { preluActivationWeights: weights() } : {}), leakyreluAlpha: 0.3 };
    const shared = (): typeof more => ({ ...more, ...(activation === "prelu" ? { preluActivationWeights: weights() } : {}) });
    await agree(`product, ${activation}`, () => [tf.fused.matMul({ a: a(), b: b(), bias: bias(), ...shared() }), tf.fused.matMul({ a: a(), b: a(), transposeB: true, activation: "relu" })], { relative: 1e-6 });
    const [x, filter, image] = [floats<tf.Rank.R4>([2, 6, 5, 4]), floats<tf.Rank.R4>([3, 3, 4, 6]), floats<tf.Rank.R4>([3, 3, 4, 1])];
    await agree(`convolution, ${activation}`, () => tf.fused.conv2d({ x: x(), filter: filter(), strides: [1, 2], pad: "same", bias: bias() as tf.Tensor1D, ...shared() }), { relative: 1e-6 });
    const few = (): tf.Tensor => tf.slice(bias(), [0], [4]);
    await agree(`depthwise, ${activation}`, () => tf.fused.depthwiseConv2d({ x: x(), filter: image(), strides: 1, pad: "valid", bias: few() as tf.Tensor1D, ...more, ...(activation === "prelu" ? { preluActivationWeights: few() } : {}) }), { relative: 1e-6 });
  }
  const [a, b, bias] = [floats<tf.Rank.R2>([5, 7]), floats<tf.Rank.R2>([7, 6]), floats([6])];
  await agree("gradients", () => Object.values(tf.grads((first, second, third): tf.Tensor => tf.fused.matMul({ a: first as tf.Tensor2D, b: second as tf.Tensor2D, bias: third as tf.Tensor, activation: "relu" }))([a(), b(), bias()])), { relative: 1e-6 });
});

test("between convolutions, whose results lie in layouts of the engine's own", async () => {
  const [x, filter, spread, slopes] = [floats<tf.Rank.R4>([2, 8, 8, 16]), floats<tf.Rank.R4>([3, 3, 16, 16], -0.2, 0.2), floats<tf.Rank.R4>([3, 3, 16, 1]), floats([16])];
  const kernels: Readonly<Record<string, (y: tf.Tensor4D) => tf.Tensor>> = {
    depthwise: (y) => tf.depthwiseConv2d(y, spread(), 2, "same"),
    prelu: (y) => tf.prelu(y, slopes()),
    selu: (y) => tf.selu(y),
    normalization: (y) => tf.localResponseNormalization(y, 2),
    linear: (y) => tf.image.resizeBilinear(y, [5, 9]),
    nearest: (y) => tf.image.resizeNearestNeighbor(y, [16, 12]),
    depth: (y) => tf.depthToSpace(y, 4),
    batch: (y) => tf.spaceToBatchND(y, [2, 2], [[0, 0], [1, 1]]),
    mirror: (y) => tf.mirrorPad(y, [[0, 0], [1, 2], [2, 1], [0, 0]], "reflect"),
    slice: (y) => tf.stridedSlice(y, [0, 1, 0, 3], [2, 8, 8, 16], [1, 2, 3, 4]),
    flip: (y) => tf.image.flipLeftRight(y),
    morphology: (y) => tf.dilation2d(y, tf.reshape(spread(), [3, 3, 16]), 1, "same"),
    places: (y) => tf.maxPoolWithArgmax(y, 2, 2, "same")["indexes"] ?? y,
    sums: (y) => tf.einsum("nhwc,c->nhw", y, slopes()),
    rest: (y) => tf.mod(y, slopes()),
    largest: (y) => tf.topk(y, 3).values,
  };
  const hasGradient = (name: string): boolean => ["depthwise", "prelu", "selu", "normalization", "linear", "nearest", "batch"].includes(name);
  for (const [name, then] of Object.entries(kernels)) {
    const run = (a: tf.Tensor): tf.Tensor => then(tf.conv2d(a as tf.Tensor4D, filter(), 1, "same"));
    await agree(name, () => run(x()), { relative: 1e-5 });
    if (hasGradient(name)) await agree(`gradient of ${name}`, () => tf.grad((a) => tf.conv2d(run(a) as tf.Tensor4D, tf.ones([1, 1, 16, 16]), 1, "same"))(x()), { relative: 1e-5 });
  }
});

test.run();
