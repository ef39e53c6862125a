// Sequences of unequal length against values made by PyTorch (references/make-ragged.py), on `cpu` and `onnx`, whatever stands in the padding:
// recurrent layers, attention, means, losses, metrics. Gradients against finite differences where PyTorch has no such thing.

import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { differences, gradients, near, sameBits, unpack, type Packed } from "../support/numeric.js";

type Options = { readonly reverse: boolean } & sop.AttentionOptions & { readonly axes: number[]; readonly smoothing: number; readonly delta: number };

interface Case {
  readonly name: string;
  readonly op: string;
  readonly lengths: number[];
  readonly options: Options;
  /** Is the result a sequence, whose padding is no result? */
  readonly positions: boolean;
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly output: Packed;
  readonly cotangent: Packed;
  readonly gradients: Readonly<Record<string, Packed>>;
}

interface MetricCase {
  readonly op: "accuracy" | "topK" | "f1" | "perplexity";
  readonly lengths: number[];
  readonly options: { readonly k: number } & sop.F1Options;
  readonly logits: Packed;
  readonly labels: Packed;
  readonly value: number;
}

const { cases, metrics } = JSON.parse(readFileSync(new URL("references/ragged.json", import.meta.url), "utf8")) as { cases: Case[]; metrics: MetricCase[] };

type Given = Readonly<Record<string, tf.Tensor>>;
type Op = (given: Given, options: Options, lengths: tf.Tensor) => tf.Tensor;

function the(given: Given, name: string): tf.Tensor {
  const found = given[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** An op of `a` and `b`. */
const two =
  (f: (a: tf.Tensor, b: tf.Tensor, options: Options, lengths: tf.Tensor) => tf.Tensor): Op =>
  (given, options, lengths) =>
    f(the(given, "a"), the(given, "b"), options, lengths);

const ops: Readonly<Record<string, Op>> = {
  lstm: (given, options, lengths) => sop.lstm(the(given, "x"), the(given, "kernel"), the(given, "recurrent"), the(given, "bias"), given["initial"] ?? null, options, lengths),
  gru: (given, options, lengths) => sop.gru(the(given, "x"), the(given, "kernel"), the(given, "recurrent"), the(given, "bias"), the(given, "recurrentBias"), given["initial"] ?? null, options, lengths),
  attention: (given, options, lengths) => {
    const read = [the(given, "query"), the(given, "key"), the(given, "value")] as const;
    return given["bias"] === undefined ? sop.attention(...read, options, lengths) : sop.attention(...read, given["bias"], options, lengths);
  },
  mean: (given, options, lengths) => sop.mean(the(given, "x"), options, lengths),
  last: (given, _options, lengths) => sop.last(the(given, "x"), lengths),
  crossEntropy: two(sop.crossEntropy),
  binaryCrossEntropy: two((a, b, _options, lengths) => sop.binaryCrossEntropy(a, b, lengths)),
  mse: two((a, b, _options, lengths) => sop.mse(a, b, lengths)),
  mae: two((a, b, _options, lengths) => sop.mae(a, b, lengths)),
  huber: two(sop.huber),
  kl: two((a, b, _options, lengths) => sop.kl(a, b, lengths)),
  klNormal: two((a, b, _options, lengths) => sop.klNormal(a, b, lengths)),
};

function opOf(name: string): Op {
  const op = ops[name];
  if (op === undefined) throw new Error(`no op ${name}`);
  return op;
}

const lengthsOf = (lengths: readonly number[]): tf.Tensor => tf.tensor1d([...lengths], "int32");

/** Which inputs of an op are sequences of these lengths. */
const sequences: Readonly<Record<string, readonly string[]>> = { lstm: ["x"], gru: ["x"], attention: ["key", "value"], mean: ["x"], last: ["x"] };

/** Other numbers in the place of padding: [batch, t, ...]. */
function padded(packed: Packed, lengths: readonly number[], with_: number): Packed {
  const [batch = 1, t = 1] = packed.shape;
  const perPosition = packed.data.length / batch / t;
  const isReal = (at: number): boolean => Math.floor(at / perPosition) % t < (lengths[Math.floor(at / perPosition / t)] ?? 0);
  return { ...packed, data: packed.data.map((value, at) => (isReal(at) ? value : with_)) };
}

for (const backend of ["cpu", "onnx"] as const) {
  test(`sequences of unequal length are PyTorch's, ${backend}`, async () => {
    await sop.selectBackend(backend);
    for (const { name, op, lengths, options, positions, inputs, output, cotangent, gradients: expected } of cases) {
      const run = opOf(op);
      const keys = Object.keys(inputs);
      const given = Object.fromEntries(keys.map((key) => [key, unpack(inputs[key] ?? output)]));
      const found = run(given, options, lengthsOf(lengths));
      assert.equal(found.shape, output.shape, name);
      const real = positions ? padded({ ...output, data: [...(await found.data())] }, lengths, 0) : { ...output, data: [...(await found.data())] };
      near(real.data, positions ? padded(output, lengths, 0).data : output.data, 3e-6, `${name}: values`);
      const floating = keys.filter((key) => expected[key] !== undefined);
      const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(run(given, options, lengthsOf(lengths)), unpack(cotangent))) as tf.Scalar, floating.map((key) => the(given, key)));
      for (const [i, key] of floating.entries()) near((await grads[i]?.data()) ?? [], expected[key]?.data ?? [], 6e-6, `${name}: gradient of ${key}`);
    }
  });

  test(`other numbers in the padding change no bit of values and gradients, ${backend}`, async () => {
    await sop.selectBackend(backend);
    for (const { name, op, lengths, options, positions, inputs, output, cotangent } of cases) {
      const run = opOf(op);
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

  test(`metrics count real positions only, ${backend}`, async () => {
    await sop.selectBackend(backend);
    const f: Readonly<Record<MetricCase["op"], (one: MetricCase, logits: tf.Tensor, labels: tf.Tensor, lengths: tf.Tensor) => sop.Metric>> = {
      accuracy: (_one, logits, labels, lengths) => sop.accuracy(logits, labels, lengths),
      topK: ({ options }, logits, labels, lengths) => sop.topK(logits, labels, options, lengths),
      f1: ({ options }, logits, labels, lengths) => sop.f1(logits, labels, options, lengths),
      perplexity: (_one, logits, labels, lengths) => sop.perplexity(logits, labels, lengths),
    };
    for (const one of metrics) {
      for (const padding of [0, 1, 50]) {
        const { op, lengths, logits, labels, value } = one;
        const { counts, finish } = f[op](one, unpack(padded(logits, lengths, padding)), unpack(padded(labels, lengths, padding % 2)), lengthsOf(lengths));
        near([finish(Float64Array.from(await counts.data()))], [value], 2e-6, `${op} ${JSON.stringify(one.options)}, ${padding} in the padding`);
      }
    }
  });
}

/** Equal numbers; 0 and -0 are. */
function sameNumbers(a: tf.Tensor, b: tf.Tensor, what: string): void {
  sameBits(tf.add(a, 0), tf.add(b, 0), what);
}

const random = (name: string, shape: number[]): tf.Tensor => {
  const numbers = sop.stream(9, "ragged", name);
  return tf.tensor(Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => Math.round((2 * numbers.uniform() - 1) * 256) / 256), shape);
};

test("gradients of what only this runtime has are finite differences", async () => {
  await sop.selectBackend("cpu");
  const lengths = lengthsOf([2, 4, 1]);
  const steep: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
    log: (x) => tf.log(sop.onesForPadding(tf.add(x, 2), lengths)),
    sqrt: (x) => tf.sqrt(sop.onesForPadding(tf.add(x, 2), lengths)),
    quotient: (x) => tf.div(1, sop.onesForPadding(tf.add(x, 3), lengths)),
    "reversed within": (x) => sop.reversedWithin(tf.square(x), lengths),
    last: (x) => sop.last(tf.square(x), lengths),
    "without padding": (x) => sop.withoutPadding(tf.square(x), lengths),
  };
  for (const [name, f] of Object.entries(steep)) {
    const x = random(name, [3, 4, 2]);
    const loss = (given: tf.Tensor): tf.Tensor => {
      const y = f(given);
      return tf.sum(tf.mul(y, random("cotangent", y.shape)));
    };
    near(gradients(loss, [x])[0] ?? [], differences(loss, [x])[0] ?? [], 5e-4, name);
  }
});

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
