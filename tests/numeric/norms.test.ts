// Norms, products of activations, transposes, slices, kl_normal and contrastive against values made by PyTorch (references/make-norms.py), on `cpu`
// and `onnx`; gradients against finite differences; noise and recall; rows of a batch that do not see each other.

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { differences, gradients, near, unpack, type Packed } from "../support/numeric.js";

interface Case {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Packed[];
  readonly options: never;
  readonly output: Packed;
  readonly cotangent: Packed;
  readonly gradients: Readonly<Record<string, Packed>>;
}

type Op = (x: tf.Tensor, y: tf.Tensor, z: tf.Tensor, options: never) => tf.Tensor;

const ops: Readonly<Record<string, Op>> = {
  layerNorm: (x, scale, bias, options) => sop.layerNorm(x, scale, bias, options),
  rmsNorm: (x, scale, _, options) => sop.rmsNorm(x, scale, options),
  groupNorm: (x, scale, bias, options) => sop.groupNorm(x, scale, bias, options),
  l2Normalize: (x, _, __, options) => sop.l2Normalize(x, options),
  product: (a, b) => sop.product(a, b),
  transpose: (x, _, __, options) => sop.transpose(x, options),
  slice: (x, _, __, options) => sop.slice(x, options),
  klNormal: (mean, logVariance) => sop.klNormal(mean, logVariance),
  contrastive: (a, b, _, options) => sop.contrastive(a, b, options),
};

const cases = JSON.parse(readFileSync(new URL("references/norms.json", import.meta.url), "utf8")) as Case[];
const nothing = tf.zeros([1]);

function run({ op, options }: Case, [x = nothing, y = nothing, z = nothing]: readonly tf.Tensor[]): tf.Tensor {
  const found = ops[op];
  if (found === undefined) throw new Error(`no op ${op}`);
  return found(x, y, z, options);
}

function random(name: string, shape: number[]): tf.Tensor {
  const numbers = sop.stream(5, "norms", name);
  return tf.tensor(Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.round((3 * numbers.uniform() - 1.5) * 256) / 256), shape);
}

for (const backend of ["cpu", "onnx"] as const) {
  for (const each of cases) {
    test(`${each.name} is PyTorch's, ${backend}`, async () => {
      await sop.selectBackend(backend);
      // Numbers around 100 have 17 bits behind the mean that is taken away.
      const [values, slopes] = each.name.endsWith("far from 0") ? [2e-5, 4e-5] : [2e-6, 5e-6];
      const given = each.inputs.map(unpack);
      const output = run(each, given);
      assert.equal(output.shape, each.output.shape);
      near(await output.data(), each.output.data, values, "values");
      const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(run(each, given), unpack(each.cotangent))), given);
      for (const [i, grad] of grads.entries()) near(await grad.data(), each.gradients[i]?.data ?? [], slopes, `gradient of input ${i}`);
    });
  }

  test(`the batch is put in front and taken away, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const x = random("once", [2, 3]);
    const like = tf.zeros([4, 7]);
    const many = sop.perExample(x, like);
    assert.equal(many.shape, [4, 2, 3]);
    const numbers = [...(await x.data())];
    near(await many.data(), [...numbers, ...numbers, ...numbers, ...numbers], 0, "four times");
    const weights = random("weights", [4, 2, 3]);
    const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(sop.perExample(x, like), weights)), [x]);
    near((await grads[0]?.data()) ?? [], await tf.sum(weights, 0).data(), 1e-6, "gradient");
    near(await sop.withoutBatch(sop.transpose(sop.withBatch(x), { axes: [1, 0] })).data(), await tf.transpose(x).data(), 0, "transposed alone");
  });

  test(`recall, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const a = tf.tensor2d([[1, 0], [0, 1], [1, 1], [-1, 0]]);
    const b = tf.tensor2d([[2, 0], [3, 1], [0, 3], [1, 1]]);
    // Products by row: 2 3 0 1, own rank 2; 0 1 3 1, own rank 2 (the fourth is equal, not larger); 2 4 3 2, own rank 2; -2 -3 0 -1, own rank 2.
    const found: number[] = [];
    for (const k of [1, 2, 4]) {
      const { counts, finish } = sop.recall(a, b, { k });
      found.push(finish(Float64Array.from(await counts.data())));
    }
    near(found, [0, 1, 1], 1e-12, "k = 1, 2, 4");
    const same = random("same", [9, 5]);
    const exact = sop.recall(sop.l2Normalize(same, { epsilon: 1e-12 }), sop.l2Normalize(same, { epsilon: 1e-12 }), { k: 1 });
    assert.is(exact.finish(Float64Array.from(await exact.counts.data())), 1);
  });

  test(`a norm of segments is the norm of each by itself, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const [x, scale, bias] = [random("wide", [2, 3, 6]), random("scale", [6]), random("bias", [6])];
    const cases: readonly (readonly [segments: readonly number[], positions: readonly (readonly number[])[]])[] = [
      [[0, 3, 1, 3], [[0, 1, 2], [3, 4, 5]]],
      [[0, 2, 1, 4], [[0, 1], [2, 3, 4, 5]]],
      [[0, 1, 1, 2, 0, 2, 2, 1], [[0, 3, 4], [1, 2], [5]]],
      [[0, 6], [[0, 1, 2, 3, 4, 5]]],
    ];
    for (const [segments, positions] of cases) {
      for (const isCentered of [true, false]) {
        const whole = isCentered ? sop.layerNorm(x, scale, bias, { epsilon: 1e-5, segments }) : sop.rmsNorm(x, scale, { epsilon: 1e-5, segments });
        assert.equal(whole.shape, x.shape);
        for (const own of positions) {
          const at = tf.tensor1d([...own], "int32");
          const part = (tensor: tf.Tensor): tf.Tensor => tf.gather(tensor, at, -1);
          const alone = isCentered ? sop.layerNorm(part(x), part(scale), part(bias), { epsilon: 1e-5 }) : sop.rmsNorm(part(x), part(scale), { epsilon: 1e-5 });
          const name = `segments ${segments.join(", ")} at ${own.join(", ")}`;
          near(await part(whole).data(), await alone.data(), 2e-6, name);
          const slope = (norm: (x: tf.Tensor) => tf.Tensor, cotangent: tf.Tensor, at: tf.Tensor): tf.Tensor => tf.engine().gradients(() => tf.sum(tf.mul(norm(at), cotangent)), [at]).grads[0] ?? nothing;
          const cotangent = random("cotangent", [2, 3, 6]);
          const all = slope((given) => (isCentered ? sop.layerNorm(given, scale, bias, { epsilon: 1e-5, segments }) : sop.rmsNorm(given, scale, { epsilon: 1e-5, segments })), cotangent, x);
          const one = slope((given) => (isCentered ? sop.layerNorm(given, part(scale), part(bias), { epsilon: 1e-5 }) : sop.rmsNorm(given, part(scale), { epsilon: 1e-5 })), part(cotangent), part(x));
          near(await part(all).data(), await one.data(), 1e-5, `${name}, gradient`);
        }
      }
    }
  });

  test(`noise is a function of seed, path and step, and 0 outside training, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const x = random("x", [40, 50]);
    const at = async (seed: number, path: string, step: number): Promise<readonly number[]> => [...(await sop.noise(x, sop.trainingMode(seed, step, () => undefined), path).data())];
    const numbers = await at(1, "noise", 3);
    assert.equal(await at(1, "noise", 3), numbers);
    for (const other of [await at(2, "noise", 3), await at(1, "noise_2", 3), await at(1, "noise", 4)]) assert.not.equal(other, numbers);
    const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
    const variance = numbers.reduce((sum, n) => sum + n ** 2, 0) / numbers.length;
    // Five standard errors.
    assert.ok(Math.abs(mean) < 5 / Math.sqrt(2000) && Math.abs(variance - 1) < 5 * Math.sqrt(2 / 2000), `mean ${mean}, variance ${variance}`);
    for (const mode of [sop.evaluating, new sop.Calibration().mode]) assert.ok((await sop.noise(x, mode, "noise").data()).every((n) => n === 0), mode.kind);
    const { grads } = tf.engine().gradients(() => tf.sum(sop.noise(x, sop.trainingMode(1, 3, () => undefined), "noise")), [x]);
    assert.ok(((await grads[0]?.data()) ?? [1]).every((n) => n === 0), "the gradient is 0");
  });

  test(`norms of an example do not depend on its neighbors, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const [x, scale, bias] = [random("rows", [5, 3, 4]), random("scale", [4]), random("bias", [4])];
    const norms: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
      layer: (rows) => sop.layerNorm(rows, scale, bias, { epsilon: 1e-5 }),
      rms: (rows) => sop.rmsNorm(rows, scale, { epsilon: 1e-6 }),
      group: (rows) => sop.groupNorm(rows, scale, bias, { groups: 2, epsilon: 1e-5 }),
      l2: (rows) => sop.l2Normalize(rows, { epsilon: 1e-12 }),
      product: (rows) => sop.product(rows, sop.transpose(rows, { axes: [1, 0] })),
    };
    for (const [name, norm] of Object.entries(norms)) {
      const together = await tf.slice(norm(x), [3], [1]).data();
      near(await norm(tf.slice(x, [3], [1])).data(), together, 1e-6, name);
    }
  });
}

// float32 steps: inputs lie on a grid that it holds exactly.
const differentiated: Readonly<Record<string, { readonly shapes: readonly number[][]; readonly f: (x: tf.Tensor, y: tf.Tensor, z: tf.Tensor) => tf.Tensor }>> = {
  layer_norm: { shapes: [[2, 3, 4], [4], [4]], f: (x, scale, bias) => sop.layerNorm(x, scale, bias, { epsilon: 0.1 }) },
  rms_norm: { shapes: [[2, 3, 4], [4]], f: (x, scale) => sop.rmsNorm(x, scale, { epsilon: 0.1 }) },
  "layer_norm of equal segments": { shapes: [[2, 3, 4], [4], [4]], f: (x, scale, bias) => sop.layerNorm(x, scale, bias, { epsilon: 0.1, segments: [0, 2, 1, 2] }) },
  "rms_norm of unequal segments": { shapes: [[2, 3, 5], [5]], f: (x, scale) => sop.rmsNorm(x, scale, { epsilon: 0.1, segments: [0, 2, 1, 3] }) },
  "layer_norm of scattered segments": { shapes: [[2, 3, 6], [6], [6]], f: (x, scale, bias) => sop.layerNorm(x, scale, bias, { epsilon: 0.1, segments: [0, 2, 1, 1, 0, 1, 2, 1, 1, 1] }) },
  group_norm: { shapes: [[2, 3, 4], [4], [4]], f: (x, scale, bias) => sop.groupNorm(x, scale, bias, { groups: 2, epsilon: 0.1 }) },
  l2_normalize: { shapes: [[3, 4]], f: (x) => sop.l2Normalize(x, { epsilon: 1e-12 }) },
  product: { shapes: [[2, 2, 3], [2, 3, 2]], f: sop.product },
  transpose: { shapes: [[2, 3, 2]], f: (x) => sop.transpose(x, { axes: [1, 0] }) },
  slice: { shapes: [[2, 4, 2]], f: (x) => sop.slice(x, { axis: 0, start: 1, length: 2 }) },
  per_example: { shapes: [[2, 3]], f: (x) => sop.perExample(x, tf.zeros([3, 1])) },
  kl_normal: { shapes: [[3, 4], [3, 4]], f: (a, b) => sop.klNormal(a, b) },
  contrastive: { shapes: [[4, 3], [4, 3]], f: (a, b) => sop.contrastive(a, b, { temperature: 0.5 }) },
};

for (const [name, { shapes, f }] of Object.entries(differentiated)) {
  test(`${name}: gradients are finite differences`, async () => {
    await sop.selectBackend("cpu");
    tf.tidy(() => {
      const inputs = shapes.map((shape, i) => random(`${name} ${i}`, shape));
      const scalar = (x = nothing, y = nothing, z = nothing): tf.Tensor => {
        const result = f(x, y, z);
        return tf.sum(tf.mul(result, tf.add(random("cotangent", result.shape), 0.25)));
      };
      const found = gradients(scalar, inputs);
      for (const [i, expected] of differences(scalar, inputs).entries()) near(found[i] ?? [], expected, 4e-4, `input ${i}`);
    });
  });
}

test.run();
