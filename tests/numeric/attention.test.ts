// What a causal mask hides, rows of a batch that do not see each other, buckets of distances, products of turned vectors. Values and gradients are in
// the conformance battery.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { attentionLayer } from "../support/conformance/ops.js";
import { referenceFile, type Stored } from "../support/conformance/references.js";
import { near, sameBits, unpack, type Packed } from "../support/numeric.js";

interface Buckets {
  readonly causal: boolean;
  readonly buckets: number;
  readonly maxDistance: number;
  readonly of: readonly number[];
}

interface References {
  readonly layers: readonly (Stored & { readonly inputs: Readonly<Record<string, Packed>> })[];
  readonly distances: readonly [number, number];
  readonly buckets: readonly Buckets[];
}

const references = referenceFile("attention") as References;
const causal = { causal: true, base: null } as const;

for (const backend of ["cpu", "onnx"] as const) {
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
    const [plain, changed] = [attentionLayer(given, causal), attentionLayer({ ...given, x: later }, causal)];
    await Promise.all([plain.data(), changed.data()]);
    sameBits(tf.slice(plain, [0, 0, 0], [batch, t - 1, d]), tf.slice(changed, [0, 0, 0], [batch, t - 1, d]), "earlier positions");
    const other = tf.tensor(numbers.map((value, i) => (i >= t * d ? -3 * value : value)), x.shape);
    const beside = attentionLayer({ ...given, x: other }, causal);
    await beside.data();
    sameBits(tf.slice(plain, [0, 0, 0], [1, t, d]), tf.slice(beside, [0, 0, 0], [1, t, d]), "the first row");
  });
}

test("buckets of distances are T5's", () => {
  const [first, last] = references.distances;
  for (const { causal: isCausal, buckets, maxDistance, of } of references.buckets) {
    const found = Array.from({ length: last - first + 1 }, (_, i) => sop.relativeBucket(first + i, buckets, isCausal, maxDistance));
    assert.equal(found, of, JSON.stringify({ isCausal, buckets, maxDistance }));
  }
});

/** A random tensor on a grid that float32 steps over exactly. */
function random(name: string, shape: number[]): tf.Tensor {
  const numbers = sop.stream(11, "test", name);
  return tf.tensor(Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.round((3 * numbers.uniform() - 1.5) * 256) / 256), shape);
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
