// Dropout of attention's shares: what is dropped and what becomes of the rest, the same on average, nothing outside training, on
// `cpu` and `onnx`.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near, sameBits } from "../support/numeric.js";

const [u, t, heads, groups, size] = [3, 5, 4, 2, 5];
const training = (step: number): sop.Mode => sop.trainingMode(3, step, () => undefined);

/** The same numbers for each of `batch` examples. */
function random(name: string, batch: number, shape: number[]): tf.Tensor {
  const numbers = sop.stream(11, "test", name);
  const one = Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.round((3 * numbers.uniform() - 1.5) * 256) / 256);
  return tf.tile(tf.tensor(one, [1, ...shape]), [batch, ...shape.map(() => 1)]);
}

const queries = (batch: number): tf.Tensor => random("q", batch, [u, heads, size]);
const keys = (batch: number): tf.Tensor => random("k", batch, [t, groups, size]);
const values = (batch: number): tf.Tensor => random("v", batch, [t, groups, size]);

/** Values that make the result [batch, u, heads, t] the shares themselves. */
const unit = (batch: number): tf.Tensor => tf.tile(tf.reshape(tf.eye(t), [1, t, 1, t]), [batch, 1, groups, 1]);

for (const backend of ["cpu", "onnx"] as const) {
  test(`each share is zero or divided by 1 - rate, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const batch = 400;
    const rate = 0.3;
    for (const causal of [false, true]) {
      const shares = await sop.attention(queries(batch), keys(batch), unit(batch), { causal }).data();
      const found = await sop.dropoutAttention(queries(batch), keys(batch), unit(batch), { causal, rate }, training(4), "a").data();
      let [zeros, positive] = [0, 0];
      for (const [i, share] of shares.entries()) {
        if (share === 0) assert.is(found[i], 0);
        else {
          positive++;
          if (found[i] === 0) zeros++;
          else near([found[i] ?? NaN], [share / (1 - rate)], 1e-6, `share ${i}`);
        }
      }
      // Four standard deviations of the share of zeros.
      assert.ok(Math.abs(zeros / positive - rate) < 4 * Math.sqrt((rate * (1 - rate)) / positive), `${zeros} of ${positive} are zero`);
    }
  });

  test(`what is read stays the same on average, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const batch = 4000;
    const bias = tf.tensor(Float32Array.from({ length: heads * u * t }, (_, i) => ((i * 7) % 5) / 4 - 0.5), [heads, u, t]);
    const plain = await sop.attention(queries(1), keys(1), values(1), bias, { causal: true }).data();
    const read = sop.dropoutAttention(queries(batch), keys(batch), values(batch), bias, { causal: true, rate: 0.2 }, training(0), "a");
    const { mean, variance } = tf.moments(read, 0);
    const [found, spread] = [await mean.data(), await variance.data()];
    for (const [i, expected] of plain.entries()) {
      assert.ok((spread[i] ?? 0) > 1e-3, "it varies");
      const tolerance = 5 * Math.sqrt((spread[i] ?? 0) / batch) + 1e-6;
      assert.ok(Math.abs((found[i] ?? NaN) - expected) < tolerance, `${found[i]} for ${expected}, within ${tolerance}`);
    }
  });

  test(`a rate of zero and every mode but training are plain attention, bit by bit, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const plain = sop.attention(queries(2), keys(2), values(2), { causal: true });
    const read = (rate: number, mode: sop.Mode): tf.Tensor => sop.dropoutAttention(queries(2), keys(2), values(2), { causal: true, rate }, mode, "a");
    await plain.data();
    sameBits(read(0, training(1)), plain, "rate 0");
    sameBits(read(0.5, sop.evaluating), plain, "evaluation");
    sameBits(read(0.5, { ...sop.evaluating, kind: "calibrate" }), plain, "calibration");
  });

  test(`what is dropped goes by seed, path and step, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const read = async (seed: number, step: number, path: string): Promise<readonly number[]> => [
      ...(await sop.dropoutAttention(queries(2), keys(2), values(2), { causal: false, rate: 0.5 }, sop.trainingMode(seed, step, () => undefined), path).data()),
    ];
    const first = await read(3, 1, "a");
    assert.equal(await read(3, 1, "a"), first);
    for (const other of [await read(4, 1, "a"), await read(3, 2, "a"), await read(3, 1, "b")]) assert.not.equal(other, first);
  });
}

test.run();
