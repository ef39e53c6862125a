// Convolutions, resize and pad: values and gradients of PyTorch (references/make-convolutions.py) and gradients as finite differences, on `cpu`
// with and without our kernels and on `onnx`; images of a batch that do not see each other.

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near, unpack, type Packed } from "../support/numeric.js";

const ops = { conv1d: two(sop.conv1d), conv2d: two(sop.conv2d), depthwiseConv2d: two(sop.depthwiseConv2d), conv2dTranspose: two(sop.conv2dTranspose), resize: one(sop.resize), pad: one(sop.pad) };

interface Case {
  readonly name: string;
  readonly op: keyof typeof ops;
  readonly inputs: readonly Packed[];
  readonly options: never;
  readonly output: Packed;
  readonly cotangent: Packed;
  readonly gradients: readonly Packed[];
}

type Op = (inputs: readonly tf.Tensor[], options: never) => tf.Tensor;

function one(f: (x: tf.Tensor, options: never) => tf.Tensor): Op {
  return ([x = tf.scalar(0)], options) => f(x, options);
}

function two(f: (x: tf.Tensor, kernel: tf.Tensor, options: never) => tf.Tensor): Op {
  return ([x = tf.scalar(0), kernel = x], options) => f(x, kernel, options);
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL("references/convolutions.json", import.meta.url), "utf8"));

/** Output and gradients, read when all is recorded. */
function results({ op, inputs, options, cotangent }: Case): { readonly output: tf.Tensor; readonly gradients: readonly tf.Tensor[] } {
  const given = inputs.map(unpack);
  const output = ops[op](given, options);
  const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(ops[op](given, options), unpack(cotangent))), given);
  return { output, gradients: grads };
}

async function compare(each: Case): Promise<void> {
  const { output, gradients } = results(each);
  assert.equal(output.shape, each.output.shape);
  near(await output.data(), each.output.data, 3e-6, "values");
  assert.is(gradients.length, each.gradients.length);
  for (const [i, expected] of each.gradients.entries()) {
    assert.equal(gradients[i]?.shape, expected.shape, `gradient of input ${i}`);
    near((await gradients[i]?.data()) ?? [], expected.data, 5e-6, `gradient of input ${i}`);
  }
}

for (const each of cases) {
  for (const backend of ["cpu", "onnx"] as const) {
    test(`${each.name} is PyTorch's, ${backend}`, async () => {
      await sop.selectBackend(backend);
      await compare(each);
    });
  }
  test(`${each.name} is PyTorch's, cpu with the kernels of TensorFlow.js`, async () => {
    await sop.selectBackend("cpu");
    const { output, gradients } = sop.withOriginalKernels(() => results(each));
    near(output.dataSync(), each.output.data, 3e-6, "values");
    for (const [i, expected] of each.gradients.entries()) near(gradients[i]?.dataSync() ?? [], expected.data, 5e-6, `gradient of input ${i}`);
  });

  // These ops are linear in each input, so that a wide step is exact but for rounding; all along one random direction at a time.
  for (const backend of ["cpu", "onnx"] as const) {
    test(`${each.name}: gradients are finite differences, ${backend}`, async () => {
      await sop.selectBackend(backend);
      const given = each.inputs.map(unpack);
      const loss = (x: readonly tf.Tensor[]): tf.Tensor => tf.sum(tf.mul(ops[each.op](x, each.options), unpack(each.cotangent)));
      const { gradients } = results(each);
      for (const [i, x] of given.entries()) {
        for (const round of [0, 1, 2]) {
          const numbers = sop.stream(7, each.name, `${i} ${round}`);
          const direction = tf.tensor(Float32Array.from({ length: x.size }, () => Math.round(8 * (2 * numbers.uniform() - 1)) / 8), x.shape);
          const at = (step: number): tf.Tensor => loss(given.map((other, j) => (j === i ? tf.add(x, tf.mul(direction, step)) : other)));
          const slope = tf.div(tf.sub(at(1), at(-1)), 2);
          const along = tf.sum(tf.mul(gradients[i] ?? x, direction));
          near(await along.data(), await slope.data(), 3e-5, `input ${i}, direction ${round}`);
        }
      }
    });
  }

  test(`${each.name}: an example does not see the ones beside it`, async () => {
    await sop.selectBackend("cpu");
    const [x, ...rest] = each.inputs.map(unpack);
    if (x === undefined) throw new Error("an input");
    const together = ops[each.op]([tf.concat([x, tf.mul(x, 2)]), ...rest], each.options);
    const alone = ops[each.op]([tf.slice(x, 0, 1), ...rest], each.options);
    near(await alone.data(), await tf.slice(together, 0, 1).data(), 1e-6, each.name);
  });
}

test.run();
