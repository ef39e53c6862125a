// Sequences of unequal length: no bit depends on what stands in the padding, on `cpu` and `onnx`, and no gradient is infinite there. Values and gradients
// are in the conformance battery.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { opOf, the } from "../support/conformance/ops.js";
import { padded, referenceFile, type Stored } from "../support/conformance/references.js";
import { sameBits, unpack, type Packed } from "../support/numeric.js";

interface Case extends Stored {
  readonly lengths: number[];
  readonly positions: boolean;
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly cotangent: Packed;
}

const { cases } = referenceFile("ragged") as { readonly cases: readonly Case[] };

const lengthsOf = (lengths: readonly number[]): tf.Tensor => tf.tensor1d([...lengths], "int32");

/** Which inputs of an op are sequences of these lengths. */
const sequences: Readonly<Record<string, readonly string[]>> = { lstm: ["x"], gru: ["x"], attention: ["key", "value"], mean: ["x"], last: ["x"] };

for (const backend of ["cpu", "onnx"] as const) {
  test(`other numbers in the padding change no bit of values and gradients, ${backend}`, async () => {
    await sop.selectBackend(backend);
    for (const { name, op, lengths, options, positions, inputs, output, cotangent } of cases) {
      const { run } = opOf(op);
      const keys = Object.keys(inputs);
      const floating = keys.filter((key) => inputs[key]?.dtype === "float32");
      const results = [0, 1, -7.5, 1000].map((padding) => {
        // Self-attention pads queries, too; a bias between positions has none.
        const isPadded = (key: string): boolean => (sequences[op] ?? keys).includes(key) || (positions && key === "query");
        const inside = (key: string): number => (inputs[key]?.dtype === "int32" ? Math.abs(Math.round(padding)) % 5 : op === "kl" && key === "b" ? Math.abs(padding) : padding);
        const given = Object.fromEntries(keys.map((key) => [key, unpack(isPadded(key) ? padded(inputs[key] ?? output, lengths, inside(key)) : (inputs[key] ?? output))]));
        const { value, grads } = tf.engine().gradients(() => {
          const y = run(given, options, lengthsOf(lengths));
          return tf.sum(tf.mul(positions ? sop.withoutPadding(y, lengthsOf(lengths)) : y, unpack(cotangent))) as tf.Scalar;
        }, floating.map((key) => the(given, key)));
        const y = run(given, options, lengthsOf(lengths));
        return [value, positions ? sop.withoutPadding(y, lengthsOf(lengths)) : y, ...grads];
      });
      const [first = [], ...others] = results;
      for (const other of others) for (const [i, tensor] of other.entries()) sameNumbers(tensor, first[i] ?? tensor, `${name}: ${["loss", "value", ...floating][i] ?? ""}`);
    }
  });
}

/** Equal numbers; 0 and -0 are. */
function sameNumbers(a: tf.Tensor, b: tf.Tensor, what: string): void {
  sameBits(tf.add(a, 0), tf.add(b, 0), what);
}

for (const backend of ["cpu", "onnx"] as const) {
  test(`functions that are infinite at 0 give finite gradients where 0 is padding, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const lengths = lengthsOf([1, 3]);
    const x = tf.tensor([2, 0, 0, 1, 4, 8], [2, 3]);
    for (const f of [(y: tf.Tensor) => tf.log(y), (y: tf.Tensor) => tf.sqrt(y), (y: tf.Tensor) => tf.div(1, y), (y: tf.Tensor) => tf.pow(y, -0.5)]) {
      const { value, grads } = tf.engine().gradients(() => tf.sum(sop.mean(f(sop.onesForPadding(x, lengths)), { axes: [0] }, lengths)) as tf.Scalar, [x]);
      assert.ok(Number.isFinite((await value.data())[0]));
      const slopes = [...((await grads[0]?.data()) ?? [])];
      assert.ok(slopes.every(Number.isFinite), slopes.join(" "));
      assert.equal(slopes.slice(1, 3).map(Math.abs), [0, 0]);
    }
  });
}

test("sequences in reverse: real positions turn around, padding stays", async () => {
  await sop.selectBackend("cpu");
  const x = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 4]);
  assert.equal([...sop.reversedWithin(x, lengthsOf([1, 4, 3])).dataSync()], [1, 2, 3, 4, 8, 7, 6, 5, 11, 10, 9, 12]);
  assert.equal([...sop.last(tf.cast(x, "int32"), lengthsOf([1, 4, 3])).dataSync()], [1, 8, 11]);
  assert.is(sop.last(tf.cast(x, "bool"), lengthsOf([1, 4, 3])).dtype, "bool");
});

test.run();
