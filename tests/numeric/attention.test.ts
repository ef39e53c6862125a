// Attention, rotary features and biases by distance against values made by PyTorch (references/make-attention.py), on `cpu` and `onnx`;
// gradients of every op against finite differences; what a causal mask hides, and rows of a batch that do not see each other.

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { differences, gradients, near, sameBits, unpack, type Packed } from "../support/numeric.js";

interface Layer {
  readonly name: string;
  readonly causal: boolean;
  readonly base: number | null;
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly output: Packed;
  readonly cotangent: Packed;
  readonly gradients: Readonly<Record<string, Packed>>;
}

interface Buckets {
  readonly causal: boolean;
  readonly buckets: number;
  readonly maxDistance: number;
  readonly of: readonly number[];
}

interface References {
  readonly layers: readonly Layer[];
  readonly distances: readonly [number, number];
  readonly buckets: readonly Buckets[];
  readonly relative: { readonly table: Packed; readonly length: number; readonly maxDistance: number; readonly output: Packed; readonly cotangent: Packed; readonly gradient: Packed };
}

const references = JSON.parse(readFileSync(new URL("references/attention.json", import.meta.url), "utf8")) as References;

type Given = Readonly<Record<string, tf.Tensor>>;

/** A whole layer, put together as the compiler does. */
function attend(given: Given, causal: boolean, base: number | null): tf.Tensor {
  const at = (name: string): tf.Tensor => {
    const found = given[name];
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };
  const project = (x: tf.Tensor, name: string): tf.Tensor => sop.add(sop.projectHeads(x, at(`${name}.kernel`)), at(`${name}.bias`));
  const turned = (x: tf.Tensor): tf.Tensor => (base === null ? x : sop.rotary(x, { base }));
  const memory = given["memory"] ?? at("x");
  const [query, key, value] = [turned(project(at("x"), "query")), turned(project(memory, "key")), project(memory, "value")];
  const bias = given["bias"];
  const read = bias === undefined ? sop.attention(query, key, value, { causal }) : sop.attention(query, key, value, bias, { causal });
  return sop.add(sop.mergeHeads(read, at("out.kernel")), at("out.bias"));
}

for (const backend of ["cpu", "onnx"] as const) {
  for (const layer of references.layers) {
    test(`${layer.name} is PyTorch's, ${backend}`, async () => {
      await sop.selectBackend(backend);
      const keys = Object.keys(layer.inputs);
      const given = Object.fromEntries(keys.map((key) => [key, unpack(layer.inputs[key] ?? layer.output)]));
      const run = (): tf.Tensor => attend(given, layer.causal, layer.base);
      const output = run();
      assert.equal(output.shape, layer.output.shape);
      near(await output.data(), layer.output.data, 3e-6, "values");
      const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(run(), unpack(layer.cotangent))), Object.values(given));
      for (const [i, key] of keys.entries()) near((await grads[i]?.data()) ?? [], layer.gradients[key]?.data ?? [], 3e-5, `gradient of ${key}`);
    });
  }

  test(`a bias by distance is T5's, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const { table, length, maxDistance, output, cotangent, gradient } = references.relative;
    const given = unpack(table);
    const run = (): tf.Tensor => sop.relativeBias(given, { length, causal: false, maxDistance });
    assert.equal(run().shape, output.shape);
    near(await run().data(), output.data, 1e-7, "values");
    const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(run(), unpack(cotangent))), [given]);
    near((await grads[0]?.data()) ?? [], gradient.data, 2e-6, "gradient");
  });

  test(`no later position changes a bit of an earlier result, and no row another, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const layer = references.layers.find(({ name }) => name === "self, causal");
    if (layer === undefined) throw new Error("no case");
    const given = Object.fromEntries(Object.entries(layer.inputs).map(([key, packed]) => [key, unpack(packed)]));
    const x = unpack(layer.inputs["x"] ?? layer.output);
    const [batch = 0, t = 0, d = 0] = x.shape;
    const numbers = await x.data();
    // The last position of each row is another, huge one.
    const later = tf.tensor(numbers.map((value, i) => (Math.floor(i / d) % t === t - 1 ? 1e4 * (value + 1) : value)), x.shape);
    const [plain, changed] = [attend(given, true, null), attend({ ...given, x: later }, true, null)];
    await Promise.all([plain.data(), changed.data()]);
    sameBits(tf.slice(plain, [0, 0, 0], [batch, t - 1, d]), tf.slice(changed, [0, 0, 0], [batch, t - 1, d]), "earlier positions");
    const other = tf.tensor(numbers.map((value, i) => (i >= t * d ? -3 * value : value)), x.shape);
    const beside = attend({ ...given, x: other }, true, null);
    await beside.data();
    sameBits(tf.slice(plain, [0, 0, 0], [1, t, d]), tf.slice(beside, [0, 0, 0], [1, t, d]), "the first row");
  });
}

test("buckets of distances are T5's", () => {
  const [first, last] = references.distances;
  for (const { causal, buckets, maxDistance, of } of references.buckets) {
    const found = Array.from({ length: last - first + 1 }, (_, i) => sop.relativeBucket(first + i, buckets, causal, maxDistance));
    assert.equal(found, of, JSON.stringify({ causal, buckets, maxDistance }));
  }
});

/** A random tensor on a grid that float32 steps over exactly. */
function random(name: string, shape: number[]): tf.Tensor {
  const numbers = sop.stream(11, "test", name);
  return tf.tensor(Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.round((3 * numbers.uniform() - 1.5) * 256) / 256), shape);
}

const three = (f: (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.Tensor) => (...x: tf.Tensor[]): tf.Tensor => f(x[0] ?? tf.scalar(0), x[1] ?? tf.scalar(0), x[2] ?? tf.scalar(0));

const differentiated: Readonly<Record<string, { readonly shapes: readonly number[][]; readonly f: (...x: tf.Tensor[]) => tf.Tensor }>> = {
  project_heads: { shapes: [[2, 3, 4], [4, 2, 3]], f: three(sop.projectHeads) },
  merge_heads: { shapes: [[2, 3, 2, 3], [2, 3, 4]], f: three(sop.mergeHeads) },
  attention: { shapes: [[2, 2, 2, 3], [2, 3, 2, 3], [2, 3, 2, 3]], f: three((q, k, v) => sop.attention(q, k, v, { causal: false })) },
  "attention, causal, groups": { shapes: [[1, 3, 4, 2], [1, 3, 2, 2], [1, 3, 2, 2]], f: three((q, k, v) => sop.attention(q, k, v, { causal: true })) },
  "attention, bias": { shapes: [[2, 3, 3], [2, 3, 2, 2], [2, 3, 2, 2]], f: three((b, k, v) => sop.attention(random("q", [2, 3, 2, 2]), k, v, b, { causal: false })) },
  "attention, a bias for each example": { shapes: [[2, 2, 3, 3], [2, 3, 2, 2], [2, 3, 2, 2]], f: three((b, k, v) => sop.attention(random("q", [2, 3, 2, 2]), k, v, b, { causal: true })) },
  rotary: { shapes: [[2, 3, 2, 4]], f: (x) => sop.rotary(x ?? tf.scalar(0), { base: 100 }) },
  learned_positions: { shapes: [[2, 3, 4], [3, 4]], f: three(sop.learnedPositions) },
  "learned_positions, a shorter sequence": { shapes: [[2, 2, 4], [5, 4]], f: three(sop.learnedPositions) },
  relative_bias: { shapes: [[6, 2]], f: (table) => sop.relativeBias(table ?? tf.scalar(0), { length: 4, causal: true, maxDistance: 5 }) },
  unembed: { shapes: [[2, 3, 4], [5, 4]], f: three(sop.unembed) },
};

for (const [name, { shapes, f }] of Object.entries(differentiated)) {
  test(`${name} has the gradient of its differences`, async () => {
    await sop.selectBackend("cpu");
    const run = (): void =>
      void tf.tidy(() => {
        const inputs = shapes.map((shape, i) => random(`${name} ${i}`, shape));
        const scalar = (...x: tf.Tensor[]): tf.Tensor => {
          const y = f(...x);
          return tf.sum(tf.mul(y, tf.add(random("cotangent", y.shape), 0.25)));
        };
        for (const [i, expected] of differences(scalar, inputs).entries()) near(gradients(scalar, inputs)[i] ?? [], expected, 4e-4, `input ${i}`);
      });
    run();
    sop.withOriginalKernels(run);
  });
}

test("a product of turned vectors depends on the distance alone", async () => {
  await sop.selectBackend("cpu");
  const turned = (name: string): Float32Array => sop.rotary(tf.tile(random(name, [1, 1, 1, 8]), [1, 6, 1, 1]), { base: 10_000 }).dataSync<"float32">();
  const [a, b] = [turned("a"), turned("b")];
  const product = (i: number, j: number): number => Array.from({ length: 8 }, (_, at) => (a[8 * i + at] ?? 0) * (b[8 * j + at] ?? 0)).reduce((sum, n) => sum + n, 0);
  for (let shift = 1; shift <= 3; shift++) near([product(2 + shift, shift)], [product(2, 0)], 1e-5, `shift ${shift}`);
  assert.ok(Math.abs(product(3, 0) - product(2, 0)) > 1e-3);
});

test.run();
