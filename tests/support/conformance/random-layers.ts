// Layers that draw numbers - dropout, noise, attention with dropout - against their formulas in double precision, with the same streams.

import * as tf from "@tensorflow/tfjs-core";
import * as sop from "../../../runtime/index.js";
import { noiseStream } from "../../../runtime/random.js";
import type { Packed } from "../numeric.js";
import type { FunctionCase } from "./function-case.js";
import { the, type Given } from "./ops.js";

const [seed, step] = [3, 5];
const mode = sop.trainingMode(seed, step, () => undefined);

const packed = (shape: readonly number[], data: ArrayLike<number>): Packed => ({ shape: [...shape], dtype: "float32", data: Array.from(data) });
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function numbers(name: string, shape: readonly number[]): Packed {
  const stream = sop.stream(17, "random layers", name);
  return packed(shape, Array.from({ length: sizeOf(shape) }, () => Math.round((3 * stream.uniform() - 1.5) * 1024) / 1024));
}

/** 0 for what is dropped, 1 / (1 - rate) for what is kept. */
function mask(path: string, size: number, rate: number): readonly number[] {
  const stream = noiseStream(seed, "dropout", path, step, 0);
  return Array.from({ length: size }, () => (stream.uniform() < rate ? 0 : 1 / (1 - rate)));
}

/** The cases. */
export function randomCases(): readonly FunctionCase[] {
  const x = numbers("x", [3, 4, 5]);
  const cotangent = numbers("cotangent", x.shape);
  const dropped = mask("drop", x.data.length, 0.3);
  const common = { kind: "layer", inputs: { x }, differentiated: ["x"], step: { by: 1 / 2, isQuadratic: true }, tolerance: [3e-6, 6e-6] } as const;
  const product = (a: Packed, b: readonly number[]): Packed => packed(a.shape, a.data.map((value, i) => value * (b[i] ?? NaN)));
  const layer = (run: (x: tf.Tensor) => tf.Tensor) => (given: Given): tf.Tensor => run(the(given, "x"));
  return [
    { ...common, of: "dropout", name: "dropout, training", run: layer((given) => sop.dropout(given, { rate: 0.3 }, mode, "drop")), expected: { output: product(x, dropped), cotangent, gradients: { x: product(cotangent, dropped) } } },
    { ...common, of: "dropout", name: "dropout, evaluation", run: layer((given) => sop.dropout(given, { rate: 0.3 }, sop.evaluating, "drop")), expected: { output: x, cotangent, gradients: { x: cotangent } } },
    {
      ...common, of: "noise", name: "noise, training",
      run: layer((given) => sop.add(sop.mul(given, 2), sop.noise(given, mode, "noise"))),
      expected: { output: packed(x.shape, noiseStream(seed, "noise", "noise", step, 0).fillNormal(new Float32Array(x.data.length), 1).map((value, i) => value + 2 * (x.data[i] ?? NaN))), cotangent, gradients: { x: packed(x.shape, cotangent.data.map((value) => 2 * value)) } },
    },
    { ...common, of: "noise", name: "noise, evaluation", run: layer((given) => sop.add(sop.mul(given, 2), sop.noise(given, sop.evaluating, "noise"))), expected: { output: product(x, x.data.map(() => 2)), cotangent, gradients: { x: packed(x.shape, cotangent.data.map((value) => 2 * value)) } } },
    attentionCase(),
  ];
}

/** One example, two heads that share keys and values, causal; its gradients by the chain rule. */
function attentionCase(): FunctionCase {
  const [u, heads, size, rate] = [4, 2, 3, 0.4];
  const [query, key, value, cotangent] = [numbers("q", [1, u, heads, size]), numbers("k", [1, u, 1, size]), numbers("v", [1, u, 1, size]), numbers("attention", [1, u, heads, size])];
  const kept = mask("attention", heads * u * u, rate);
  const gradients = { query: new Float64Array(query.data.length), key: new Float64Array(key.data.length), value: new Float64Array(value.data.length) };
  const output = new Float64Array(query.data.length);
  const add = (to: Float64Array, at: number, by: number): void => void (to[at] = (to[at] ?? NaN) + by);
  const dot = (a: Packed, from: number, b: Packed, start: number): number => Array.from({ length: size }, (_, s) => (a.data[from + s] ?? NaN) * (b.data[start + s] ?? NaN)).reduce((sum, term) => sum + term, 0);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < u; i++) {
      const own = (i * heads + head) * size;
      const exponentials = Array.from({ length: i + 1 }, (_, j) => Math.exp(dot(query, own, key, j * size) / Math.sqrt(size)));
      const total = exponentials.reduce((sum, e) => sum + e, 0);
      const shares = exponentials.map((e) => e / total);
      const factor = (j: number): number => kept[(head * u + i) * u + j] ?? NaN;
      const slopes = shares.map((_, j) => factor(j) * dot(cotangent, own, value, j * size));
      const mean = slopes.reduce((sum, slope, j) => sum + slope * (shares[j] ?? NaN), 0);
      for (const [j, share] of shares.entries()) {
        const score = (share * ((slopes[j] ?? NaN) - mean)) / Math.sqrt(size);
        for (let s = 0; s < size; s++) {
          add(output, own + s, share * factor(j) * (value.data[j * size + s] ?? NaN));
          add(gradients.value, j * size + s, share * factor(j) * (cotangent.data[own + s] ?? NaN));
          add(gradients.query, own + s, score * (key.data[j * size + s] ?? NaN));
          add(gradients.key, j * size + s, score * (query.data[own + s] ?? NaN));
        }
      }
    }
  }
  return {
    kind: "layer", of: "self_attention", name: "attention with dropout, causal, grouped heads", inputs: { query, key, value }, differentiated: ["query", "key", "value"], step: { by: 2 ** -6, isQuadratic: false }, tolerance: [3e-6, 6e-6],
    run: (given) => sop.dropoutAttention(the(given, "query"), the(given, "key"), the(given, "value"), { causal: true, rate }, mode, "attention"),
    expected: { output: packed(query.shape, output), cotangent, gradients: { query: packed(query.shape, gradients.query), key: packed(key.shape, gradients.key), value: packed(value.shape, gradients.value) } },
  };
}
