// The runtime's own programs on WebGPU against sums in double precision: products with both sizes of tiles and in parts, convolutions that read windows
// where they are, sums over any axes, steps in place; and that steady steps make no bind groups. Any driver does; where there is none, that is printed.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { adamStepName } from "../../runtime/backends/cpu/adam-step.js";
import { sgdStepName } from "../../runtime/backends/cpu/sgd-step.js";
import { selectBackend } from "../../runtime/backends/select.js";
import { matrix, planOf, product, type Plan } from "../../runtime/backends/webgpu/kernels/gemm.js";
import type { WebGpuBackend } from "../../runtime/backends/webgpu/programs.js";
import { stream } from "../../runtime/index.js";
import { missingWebGpu } from "../support/backends-here.js";

test("products: small tiles until there are enough large ones, parts where tiles are few and sums long", () => {
  const plan = (batch: number, rows: number, inner: number, columns: number): Plan => planOf({ batch, rows, inner, columns });
  assert.equal(plan(1, 1024, 4096, 4096), { tile: 128, parts: 1 });
  assert.equal(plan(1, 2048, 768, 768), { tile: 64, parts: 1 });
  assert.equal(plan(1, 1024, 4096, 10), { tile: 64, parts: 8 });
  assert.equal(plan(1, 2304, 50176, 512), { tile: 128, parts: 3 });
  assert.equal(plan(64, 64, 64, 64), { tile: 64, parts: 1 });
  // No more numbers in all parts than memory allows.
  assert.equal(plan(1, 2 ** 13, 2 ** 20, 2 ** 13), { tile: 128, parts: 1 });
});

const missing = missingWebGpu();
if (missing !== null) {
  process.stdout.write(`WebGPU was not tried: ${missing}\n`);
} else {
  await selectBackend("webgpu");
  const backend = tf.backend() as unknown as WebGpuBackend;

  const numbers = (name: string, size: number): Float32Array => {
    const random = stream(7, "webgpu", name);
    return Float32Array.from({ length: size }, () => random.uniform() - 0.5);
  };
  const close = (found: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 1e-5): void => {
    assert.is(found.length, expected.length, what);
    for (let i = 0; i < expected.length; i++) {
      const [a = NaN, b = NaN] = [found[i], expected[i]];
      assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${what}: ${a} for ${b} at ${i}`);
    }
  };

  const shapes = [[1, 130, 37, 70], [2, 65, 16, 129], [1, 3, 700, 5]] as const;
  const plans: readonly Plan[] = [{ tile: 64, parts: 1 }, { tile: 128, parts: 1 }, { tile: 64, parts: 3 }, { tile: 128, parts: 2 }];
  for (const [batch, rows, inner, columns] of shapes) {
    for (const turns of [[false, false], [true, false], [false, true], [true, true]] as const) {
      test(`product of ${batch} x ${rows} x ${inner} x ${columns}${turns[0] ? ", the first turned" : ""}${turns[1] ? ", the second turned" : ""}`, async () => {
        const [a, b] = [numbers("a", batch * rows * inner), numbers("b", inner * columns)];
        const [turnedA, turnedB] = turns;
        const expected = Array.from({ length: batch * rows * columns }, (_, at) => {
          const [n, m, z] = [at % columns, Math.floor(at / columns) % rows, Math.floor(at / columns / rows)];
          let sum = 0;
          for (let k = 0; k < inner; k++) sum += (a[z * rows * inner + (turnedA ? k * rows + m : m * inner + k)] ?? NaN) * (b[turnedB ? n * inner + k : k * columns + n] ?? NaN);
          return sum;
        });
        const [first, second] = [tf.tensor(a), tf.tensor(b)];
        for (const plan of plans) {
          const sides = { a: matrix(first, { lines: rows, inner, batch, isTurned: turnedA }, "A"), b: matrix(second, { lines: columns, inner, batch: 1, isTurned: !turnedB }, "B") };
          const info = product(backend, { ...sides, batch, rows, columns, inner, shape: [batch, rows, columns] }, plan);
          if (info === null) throw new Error("not served");
          const result = tf.engine().makeTensorFromTensorInfo(info);
          close(await result.data(), expected, `tiles of ${plan.tile}, ${plan.parts} parts`);
          result.dispose();
        }
        tf.dispose([first, second]);
      });
    }
  }

  test("convolutions and both gradients, with strides and padding, where the sum over positions is split", async () => {
    for (const [images, size, filter, channels, outputs, stride, pad] of [[3, 21, 3, 5, 9, 1, "same"], [2, 16, 3, 4, 7, 2, "same"], [2, 13, 4, 3, 2, 3, "valid"], [9, 16, 2, 1, 3, 1, "valid"]] as const) {
      const [x, kernel] = [numbers("x", images * size * size * channels), numbers("kernel", filter * filter * channels * outputs)];
      const run = (): { readonly y: tf.Tensor; readonly dx: tf.Tensor; readonly dKernel: tf.Tensor } =>
        tf.tidy(() => {
          const [xs, kernels] = [tf.tensor4d(x, [images, size, size, channels]), tf.tensor4d(kernel, [filter, filter, channels, outputs])];
          const { value, grads } = tf.valueAndGrads((a, b) => tf.sum(tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad))) as tf.Scalar)([xs, kernels]);
          const [dx = xs, dKernel = kernels] = grads;
          return { y: tf.reshape(value, [1]), dx, dKernel };
        });
      const read = async ({ y, dx, dKernel }: ReturnType<typeof run>): Promise<readonly Float32Array[]> => {
        const read = await Promise.all([y, dx, dKernel].map((tensor) => tensor.data() as Promise<Float32Array>));
        tf.dispose([y, dx, dKernel]);
        return read;
      };
      const found = await read(run());
      await selectBackend("cpu");
      const expected = await read(run());
      await selectBackend("webgpu");
      for (const [i, what] of ["the sum of squares", "the gradient of the images", "that of the filters"].entries()) close(found[i] ?? [], expected[i] ?? [], `${what} of ${size} by ${size}, ${filter}, stride ${stride}`, 1e-4);
    }
  });

  test("sums and means over any axes, long ones in parts", async () => {
    for (const [shape, axes] of [[[3, 5, 7], [1]], [[3, 5, 7], [0, 2]], [[2, 3, 4, 5], [0, 2]], [[9000], [0]], [[70_000, 3], [0]], [[2, 40_000], [1]], [[300, 130], [0]], [[4, 1, 6], [1]], [[2, 5000, 3], [0, 1]]] as const) {
      const x = numbers("sums", shape.reduce((product: number, n) => product * n, 1));
      const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product: number, n) => product * n, 1));
      const kept = shape.flatMap((_, axis) => ((axes as readonly number[]).includes(axis) ? [] : [axis]));
      const expected = new Float64Array(kept.reduce((product, axis) => product * (shape[axis] ?? 1), 1));
      for (const [at, value] of x.entries()) {
        const place = kept.reduce((sum, axis) => sum * (shape[axis] ?? 1) + (Math.floor(at / (strides[axis] ?? 1)) % (shape[axis] ?? 1)), 0);
        expected[place] = (expected[place] ?? 0) + value;
      }
      const tensor = tf.tensor(x, [...shape]);
      const [sum, mean] = [tf.sum(tensor, [...axes]), tf.mean(tensor, [...axes], true)];
      close(await sum.data(), expected, `sum of [${shape}] over ${axes}`, 2e-5);
      close(await mean.data(), expected.map((value) => (value * expected.length) / x.length), `mean of [${shape}] over ${axes}`);
      assert.equal(mean.shape, shape.map((n, axis) => ((axes as readonly number[]).includes(axis) ? 1 : n)));
      tf.dispose([tensor, sum, mean]);
    }
  });

  test("a scalar product in parts", async () => {
    const x = numbers("dot", 300_001);
    const product = tf.tidy(() => tf.matMul(tf.tensor2d(x, [1, x.length]), tf.tensor2d(x, [1, x.length]), false, true));
    close(await product.data(), [x.reduce((sum, value) => sum + value * value, 0)], "squares");
    product.dispose();
  });

  test("a step in place changes what was read before, and a scale that is NaN nothing", async () => {
    const scales = { one: tf.scalar(1), none: tf.scalar(NaN) };
    const [weight, gradient, first, second, p] = [tf.fill([1, 5], 2), tf.fill([5], 0.5), tf.zeros([1, 5]), tf.zeros([5]), tf.ones([1])];
    const adam = (scale: tf.Tensor): void => void tf.engine().runKernel(adamStepName, { weight, gradient, first, second, p, scale }, { rate: 0.1, keep: 1, beta1: 0.9, beta2: 0.999, correction1: 0.1, correction2: 0.001, epsilon: 1e-8 });
    assert.equal([...(await weight.data())], [2, 2, 2, 2, 2]);
    adam(scales.one);
    close(await weight.data(), [1.9, 1.9, 1.9, 1.9, 1.9], "after a step");
    close(await first.data(), [0.05, 0.05, 0.05, 0.05, 0.05], "the first moment");
    const before = [...(await weight.data())];
    adam(scales.none);
    tf.engine().runKernel(sgdStepName, { weight, gradient, momentum: first, p, scale: scales.none }, { rate: 0.1, momentum: 0.9, nesterov: false });
    assert.equal([...(await weight.data())], before);
    tf.dispose([weight, gradient, first, second, p, ...Object.values(scales)]);
  });

  test("steps that do the same find their bind groups again", async () => {
    const device = backend.device as unknown as { createBindGroup: (descriptor: object) => object };
    const original = device.createBindGroup;
    let made = 0;
    device.createBindGroup = (descriptor) => {
      made++;
      return original.call(device, descriptor);
    };
    const weights = tf.variable(tf.fill([20, 20], 0.1));
    const step = async (): Promise<void> => {
      const loss = tf.tidy(() => {
        for (let i = 0; i < 30; i++) weights.assign(tf.sub(weights, tf.mul(tf.relu(tf.matMul(weights, weights)), 0.01)));
        return tf.sum(weights);
      });
      await loss.data();
      loss.dispose();
    };
    try {
      for (let i = 0; i < 4; i++) await step();
      const warm = made;
      for (let i = 0; i < 10; i++) await step();
      assert.ok(warm > 0, "the groups of the first steps were not counted");
      assert.is(made, warm);
    } finally {
      device.createBindGroup = original;
      weights.dispose();
    }
  });
}

test.run();
