// Noise, and norms and products of rows that do not see each other. Values and gradients are in the conformance battery.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near } from "../support/numeric.js";

function random(name: string, shape: number[]): tf.Tensor {
  const numbers = sop.stream(5, "norms", name);
  return tf.tensor(Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.round((3 * numbers.uniform() - 1.5) * 256) / 256), shape);
}

for (const backend of ["cpu", "onnx"] as const) {
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

test.run();
