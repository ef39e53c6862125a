// The backend `onnx` on convolutional nets: layouts with channels in blocks, convolutions and pools in them with their gradients, batch norm, and
// what becomes a part of a convolution; all against `cpu`. Relies on onnxruntime-node.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cnn } from "../../bench/models/cnn.js";
import type { HandModel } from "../../bench/models/model.js";
import { adam } from "../../bench/models/optimizers.js";
import { resnet8 } from "../../bench/models/resnet.js";
import { HandTraining } from "../../bench/models/training.js";
import { batchStatisticsKernelName, normalizeGradKernelName, normalizeKernelName } from "../../runtime/backends/cpu/batch-norm.js";
import { Emitter, formsOf, Operand } from "../../runtime/backends/onnx/emitter.js";
import { installOnnxBackend } from "../../runtime/backends/onnx/install.js";
import { blockedDomain, type ModelNode } from "../../runtime/backends/onnx/model.js";
import { selectBackend } from "../../runtime/index.js";
import { stream } from "../../runtime/random.js";
import { distance, useCpu } from "../support/numeric.js";

await useCpu();
await selectBackend("onnx");
const installed = installOnnxBackend({ roots: [import.meta.url] });
if ("missing" in installed) throw new Error(installed.missing);
const { backend } = installed;

type Compute = (...inputs: tf.Tensor4D[]) => tf.Tensor[];

function random(shape: readonly number[], seed: number): tf.Tensor4D {
  return tf.tensor<tf.Rank.R4>(stream(seed, "numbers").fillNormal(new Float32Array(tf.util.sizeFromShape([...shape])), 1), [...shape] as [number, number, number, number]);
}

async function results(on: string, compute: Compute, shapes: readonly (readonly number[])[]): Promise<readonly (readonly number[])[]> {
  await selectBackend(on);
  return tf.tidy(() => compute(...shapes.map((shape, i) => random(shape, i))).map((tensor) => [...tensor.dataSync()]));
}

/** Asserts that the results are those of `cpu` up to `tolerance` of the largest number. */
async function agrees(what: string, compute: Compute, shapes: readonly (readonly number[])[], tolerance = 3e-6): Promise<void> {
  const [expected, found] = [await results("cpu", compute, shapes), await results("onnx", compute, shapes)];
  assert.is(found.length, expected.length);
  for (const [i, values] of expected.entries()) {
    const scale = Math.max(1e-30, ...values.map(Math.abs));
    const d = distance((found[i] ?? []).map((x) => x / scale), values.map((x) => x / scale));
    assert.ok(d <= tolerance, `${what}, result ${i}: differs by ${d} of the largest number`);
  }
}

/** An image whose channels lie in blocks on the backend `onnx`: a convolution made it. */
const convolved = (x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, filter, 1, "same");

const gradient = (kernel: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: Readonly<Record<string, unknown>>): tf.Tensor => tf.engine().runKernel(kernel, { ...inputs }, attributes as tf.NamedAttrMap) as tf.Tensor;

const convolutions = [
  { x: [16, 8, 8, 32], filter: [3, 3, 32, 16], stride: 1, pad: "same" },
  { x: [20, 7, 9, 16], filter: [3, 3, 16, 32], stride: 1, pad: "valid" },
  { x: [16, 8, 8, 16], filter: [3, 3, 16, 32], stride: 2, pad: "same" },
  { x: [16, 9, 7, 16], filter: [3, 3, 16, 16], stride: 2, pad: "same" },
  { x: [12, 9, 9, 16], filter: [2, 2, 16, 16], stride: 2, pad: "valid" },
  { x: [16, 10, 10, 16], filter: [5, 5, 16, 32], stride: 3, pad: "same" },
  { x: [16, 8, 8, 1], filter: [3, 3, 1, 32], stride: 1, pad: "same" },
  { x: [9, 8, 8, 3], filter: [5, 3, 3, 16], stride: 2, pad: "same" },
  { x: [16, 6, 6, 16], filter: [1, 1, 16, 32], stride: 1, pad: "same" },
  { x: [16, 6, 6, 32], filter: [1, 1, 32, 16], stride: 2, pad: "same" },
  { x: [16, 6, 8, 16], filter: [1, 3, 16, 16], stride: 1, pad: "same" },
  { x: [16, 6, 8, 16], filter: [3, 1, 16, 16], stride: 1, pad: "same" },
  { x: [2, 8, 8, 16], filter: [3, 3, 16, 16], stride: 1, pad: "same" },
  { x: [16, 8, 8, 24], filter: [3, 3, 24, 16], stride: 1, pad: "same" },
  { x: [16, 8, 8, 16], filter: [3, 3, 16, 24], stride: 1, pad: "same" },
  { x: [16, 4, 4, 16], filter: [3, 3, 16, 16], stride: 1, pad: 2 },
] as const;

for (const { x: image, filter, stride, pad } of convolutions) {
  const name = `${image.join("x")} by ${filter.join("x")}, stride ${stride}, padding ${pad}`;
  test(`a convolution and its gradients: ${name}`, async () => {
    const [x, w] = [[...image], [...filter]];
    const output = tf.backend_util.computeConv2DInfo(x as [number, number, number, number], w as [number, number, number, number], stride, 1, pad).outShape;
    const attributes = { strides: [stride, stride], pad, dataFormat: "NHWC", dimRoundingMode: undefined };
    await agrees(name, (a, b) => [tf.conv2d(a, b, stride, pad)], [x, w]);
    await agrees(`${name}: input`, (dy, b) => [gradient(tf.Conv2DBackpropInput, { dy, filter: b }, { ...attributes, inputShape: x })], [output, w]);
    await agrees(`${name}: filter`, (a, dy) => [gradient(tf.Conv2DBackpropFilter, { x: a, dy }, { ...attributes, filterShape: w })], [x, output]);
    // And of images that are in blocks already.
    const before = [3, 3, x[3] ?? 1, x[3] ?? 1];
    await agrees(`${name}: in blocks`, (a, b, c) => [tf.conv2d(convolved(a, c), b, stride, pad), gradient(tf.Conv2DBackpropFilter, { x: convolved(a, c), dy: tf.conv2d(a, b, stride, pad) }, { ...attributes, filterShape: w })], [x, w, before], 1e-5);
  });
}

test("a dilated convolution", () => agrees("dilated", (x, w) => [tf.conv2d(x, w, 1, "same", "NHWC", 2)], [[16, 9, 9, 16], [3, 3, 16, 16]]));

const channels = [16, 32, 48, 3, 20];
const filterOf = (c: number): readonly number[] => [3, 3, c, c];

for (const c of channels) {
  const shapes = [[6, 8, 6, c], filterOf(c)];

  test(`maxima over windows and their gradients, ${c} channels`, async () => {
    for (const [size, stride, pad] of [[2, 2, "valid"], [3, 3, "valid"], [3, 2, "same"], [2, 1, "same"], [[2, 3], [2, 3], "valid"], [[1, 2], [1, 2], "valid"]] as const) {
      const pool = (x: tf.Tensor4D): tf.Tensor4D => tf.maxPool(x, size as [number, number], stride as [number, number], pad);
      // Rounded, so that windows have several maxima.
      const rounded = (x: tf.Tensor4D, w: tf.Tensor4D): tf.Tensor4D => tf.round(tf.div(convolved(x, w), 8));
      const grad = (x: tf.Tensor4D): tf.Tensor => tf.grad((at: tf.Tensor) => tf.sum(tf.square(pool(at as tf.Tensor4D))))(x);
      await agrees(`pool ${size} ${stride} ${pad}`, (x, w) => [pool(convolved(x, w)), grad(convolved(x, w)), grad(tf.relu(convolved(x, w))), grad(rounded(x, w))], shapes, 1e-5);
      await agrees(`pool ${size} ${stride} ${pad} of what was made elsewhere`, (x) => [pool(x), grad(x), grad(tf.round(x))], shapes, 1e-6);
    }
  });

  test(`means over windows, ${c} channels`, async () => {
    for (const pad of ["same", "valid"] as const) await agrees(`mean ${pad}`, (x, w) => [tf.avgPool(convolved(x, w), 3, 2, pad), tf.avgPool(x, 2, 2, pad)], shapes, 1e-5);
  });

  test(`sums and products with numbers per channel, image, row, and for all, ${c} channels`, async () => {
    const others = [[c], [1, 1, 1, c], [1], [6, 1, 1, c], [6, 8, 6, 1], [6, 8, 6, c], [1, 8, 1, 1], [8, 6, c]];
    for (const other of others) {
      const each: Compute = (x, w, b) => {
        const y = convolved(x, w);
        return [tf.add(y, b), tf.sub(y, b), tf.sub(b, y), tf.mul(y, b), tf.mul(b, y), tf.maximum(y, b), tf.cast(tf.greater(y, b), "float32"), tf.relu(tf.add(tf.mul(y, b), b)), tf.where(tf.greater(y, b), y, tf.mul(tf.onesLike(y), b))];
      };
      await agrees(`with [${other}]`, each, [...shapes, other], 1e-5);
    }
  });

  test(`reductions along all sets of axes, ${c} channels`, async () => {
    const axes = Array.from({ length: 15 }, (_, i) => [0, 1, 2, 3].filter((axis) => ((i + 1) >> axis) % 2 === 1));
    await agrees("reductions", (x, w) => axes.flatMap((along) => [false, true].flatMap((keeps) => [tf.sum(convolved(x, w), along, keeps), tf.mean(convolved(x, w), along, keeps), tf.max(convolved(x, w), along, keeps), tf.min(convolved(x, w), along, keeps)])), shapes, 1e-5);
  });

  test(`shapes, joins and parts, ${c} channels`, async () => {
    const each: Compute = (x, w) => {
      const y = convolved(x, w);
      const small = tf.cast(tf.greater(y, 1), "int32");
      return [tf.reshape(y, [-1]), tf.concat([y, y], 3), tf.concat([y, x], 0), tf.slice(y, [1, 2, 1, 0], [2, 3, 4, c]), tf.transpose(y, [3, 0, 2, 1]), tf.cast(small, "float32"), tf.cast(tf.sum(small, [1, 2]), "float32"), tf.softmax(y), tf.split(y, 2, 0)[1] ?? y, tf.pad(y, [[0, 0], [1, 2], [0, 1], [0, 0]])];
    };
    await agrees("shapes", each, shapes, 1e-5);
  });

  test(`batch norm in training and its gradients, ${c} channels`, async () => {
    const epsilon = 1e-3;
    const byHand = (x: tf.Tensor4D, scale: tf.Tensor1D, offset: tf.Tensor1D): tf.Tensor4D => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale, epsilon);
    };
    const loss = (x: tf.Tensor4D, w: tf.Tensor4D, scale: tf.Tensor1D, offset: tf.Tensor1D): tf.Scalar => tf.sum(tf.square(tf.relu(byHand(convolved(x, w), scale, offset))));
    const each: Compute = (x, w, ...rest) => {
      const [scale, offset] = rest as unknown as [tf.Tensor1D, tf.Tensor1D];
      return [byHand(x, scale, offset), byHand(convolved(x, w), scale, offset), ...tf.grads(loss as unknown as (...tensors: tf.Tensor[]) => tf.Tensor)([x, w, scale, offset])];
    };
    await agrees("by hand", each, [...shapes, [c], [c]], 2e-5);
    const kernels = (x: tf.Tensor, dy: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor): tf.Tensor[] => {
      const [mean = x, variance = x] = tf.engine().runKernel<tf.Tensor[]>(batchStatisticsKernelName, { x });
      const y = tf.engine().runKernel<tf.Tensor>(normalizeKernelName, { x, scale, bias, mean, variance }, { epsilon });
      return [mean, variance, y, ...tf.engine().runKernel<tf.Tensor[]>(normalizeGradKernelName, { dy, x, scale, mean, variance }, { epsilon })];
    };
    await agrees("kernels", (x, w, scale, bias) => [...kernels(convolved(x, w), x, scale, bias), ...kernels(x, convolved(x, w), scale, bias), ...kernels(tf.reshape(x, [48, 6 * c]), tf.reshape(convolved(x, w), [48, 6 * c]), tf.tile(scale, [6]), tf.tile(bias, [6]))], [...shapes, [c], [c]], 2e-5);
    // Far from 0, where a mean of squares would lose the variance.
    await agrees("far", (x, w, scale, bias) => kernels(tf.add(convolved(x, w), 3000), x, scale, bias).slice(0, 2), [...shapes, [c], [c]], 1e-4);
  });

  test(`a residual block whose parts are read again, ${c} channels`, async () => {
    const each: Compute = (x, w, v, b) => {
      const bias = tf.reshape(b, [c]);
      const inner = tf.relu(tf.add<tf.Tensor4D>(convolved(x, w), bias));
      const outer = tf.add<tf.Tensor4D>(convolved(inner, v), x);
      const y = tf.relu(outer);
      return [y, tf.relu(tf.add(convolved(y, w), convolved(y, v))), tf.add(convolved(x, w), convolved(x, w)), tf.mul(outer, inner)];
    };
    await agrees("residual", each, [...shapes, filterOf(c), [1, 1, 1, c]], 1e-5);
    await agrees("gradient", (x, w, v) => tf.grads(((at: tf.Tensor4D, one: tf.Tensor4D, two: tf.Tensor4D) => tf.sum(tf.square(tf.relu(tf.add(convolved(tf.relu(convolved(at, one)), two), at))))) as unknown as (...tensors: tf.Tensor[]) => tf.Tensor)([x, w, v]), [...shapes, filterOf(c)], 2e-5);
  });
}

test("the gradient of relu is 0 at 0 and below, also for the smallest numbers", () => {
  const x = tf.tensor1d([-1, -1e-45, -0, 0, 1e-45, 1e-38, 2, Infinity]);
  assert.equal([...tf.grad((at: tf.Tensor) => tf.sum(tf.mul(tf.relu(at), 3)))(x).dataSync()].map(Math.abs), [0, 0, 0, 0, 3, 3, 3, 3]);
});

test("gradients of sums and means, also of the second order", async () => {
  for (const axes of [[0], [1, 2], [0, 1, 2, 3], [3]]) {
    const of = (f: (x: tf.Tensor) => tf.Tensor): Compute => (x) => [tf.grad((at: tf.Tensor) => tf.sum(tf.square(f(at))))(x), tf.grad((at: tf.Tensor) => tf.sum(tf.grad((inner: tf.Tensor) => tf.sum(tf.square(tf.mul(f(tf.mul(inner, inner)), 2))))(at)))(x)];
    await agrees(`sum ${axes}`, of((x) => tf.sum(x, axes)), [[3, 4, 2, 5]], 1e-5);
    await agrees(`mean ${axes}`, of((x) => tf.mean(x, axes, true)), [[3, 4, 2, 5]], 1e-5);
  }
  await agrees("scalars", (x) => [tf.grad((at: tf.Tensor) => tf.sum(tf.mean(at)))(tf.sum(x))], [[1, 1, 1, 2]]);
});

// Whole runs of nets whose channels fill blocks everywhere.

async function losses(on: string, model: HandModel, steps: number): Promise<readonly number[]> {
  await selectBackend(on);
  const training = new HandTraining(model, adam(1e-3));
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const batch = model.inputs(i);
    found.push(await training.step(batch));
    tf.dispose(Object.values(batch));
  }
  training.dispose();
  return found;
}

const nets: readonly HandModel[] = [cnn({ batch: 16, side: 12, channels: 1, widths: [16, 32], classes: 10, dropout: 0.1 }), resnet8({ batch: 16, side: 8, width: 16, classes: 10 })];

for (const model of nets) {
  test(`${model.title}: 50 losses are those of cpu`, async () => {
    const [expected, found] = [await losses("cpu", model, 50), await losses("onnx", model, 50)];
    assert.ok((expected[49] ?? NaN) < (expected[0] ?? NaN), "it learns");
    const worst = Math.max(...expected.map((loss, step) => Math.abs(loss - (found[step] ?? NaN))));
    assert.ok(worst <= 1e-5, `losses differ by up to ${worst}`);
  });

  test(`${model.title}: the same bits when run again and with any number of threads`, async () => {
    const [first, again] = [await losses("onnx", model, 8), await losses("onnx", model, 8)];
    assert.equal(again, first);
    for (const threads of [1, 2, 3, 4]) {
      backend.recorder.setThreads(threads);
      assert.equal(await losses("onnx", model, 8), first, `${threads} threads`);
    }
    backend.recorder.setThreads(installed.threads);
  });
}

test("nothing of this falls back", () => assert.equal([...backend.fallbacks.keys()].filter((kernel) => /Conv|Pool|Norm/.test(kernel)), []));

// What the model of a step looks like, with blocks of 16 channels whatever the processor has.

const spec = (shape: readonly number[]): { readonly name: string; readonly type: "float32"; readonly shape: readonly number[] } => ({ name: "x", type: "float32", shape });

function nodesOf(emit: (to: Emitter, image: string) => readonly string[]): readonly ModelNode[] {
  const to = new Emitter(16);
  const image = new Operand(to, formsOf({ blocked: to.op("Conv", ["x", "w"], { group: 1 }, blockedDomain) }), [2, 4, 4, 16], "float32");
  return to.model([spec([2, 16, 4, 4])], emit(to, image.blocked).map((name) => ({ ...spec([2, 16, 4, 4]), name }))).nodes;
}

const opsOf = (nodes: readonly ModelNode[]): readonly string[] => nodes.map(({ op }) => op);

test("what nothing needs is not in the model, what is the same is in it once", () => {
  const nodes = nodesOf((to, image) => {
    to.op("Exp", [image]);
    return [to.op("Add", [to.op("Sqrt", [image]), to.op("Sqrt", [image])])];
  });
  assert.equal(opsOf(nodes), ["Conv", "Sqrt", "Add"]);
});

test("bias, sum and relu become parts of a convolution that nothing else reads", () => {
  const [node, ...others] = nodesOf((to, image) => {
    const biased = to.op("Conv", [image, to.unit(16), "b"], { group: 16 }, blockedDomain);
    return [to.op("Relu", [to.noteSum(to.op("Add", [biased, "z"]))])];
  });
  assert.equal(others, []);
  assert.equal(node?.inputs, ["x", "w", "b", "z"]);
  assert.is(node?.attributes["activation"], "Relu");
  assert.equal(opsOf(nodesOf((to, image) => [to.op("Relu", [image]), to.op("Exp", [image])])), ["Conv", "Relu", "Exp"]);
  assert.equal(opsOf(nodesOf((to, image) => [to.op("Relu", [image]), image])), ["Conv", "Relu"]);
});

test("a sum that comes before its convolution's other operand stays in an order that computes it", () => {
  const nodes = nodesOf((to, image) => [to.noteSum(to.op("Add", [image, to.op("Exp", ["z"])]))]);
  assert.equal(opsOf(nodes), ["Exp", "Conv"]);
});

test("the sign of relu that masks a gradient is a comparison, any other sign stays", () => {
  const masked = nodesOf((to, image) => [to.op("Mul", ["dy", to.op("Sign", [to.op("Relu", [image])])])]);
  assert.equal(opsOf(masked), ["Conv", "Greater", "Cast", "Mul"]);
  assert.is(new Set(masked.map(({ name }) => name)).size, masked.length);
  assert.equal(opsOf(nodesOf((to, image) => [to.op("Exp", [to.op("Sign", [to.op("Relu", [image])])])])), ["Conv", "Sign", "Exp"]);
});

test.run();
