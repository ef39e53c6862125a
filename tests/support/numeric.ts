// What the numeric tests share: the cpu backend with our kernels, packed tensors, comparisons, finite differences.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import * as assert from "uvu/assert";
import { installCpuKernels, installGradients } from "../../runtime/index.js";

export async function useCpu(): Promise<void> {
  await tf.setBackend("cpu");
  installCpuKernels();
  installGradients();
}

/** A tensor in a reference file. */
export interface Packed {
  readonly shape: number[];
  readonly dtype: "float32" | "int32" | "bool";
  readonly data: number[];
}

export function unpack({ shape, dtype, data }: Packed): tf.Tensor {
  return tf.tensor(data, shape, dtype);
}

/** Largest |a - b| / max(1, |b|); Infinity where lengths or finiteness differ. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? NaN;
    const y = b[i] ?? NaN;
    const error = Math.abs(x - y) / Math.max(1, Math.abs(y));
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

/** Asserts that numbers agree up to `tolerance`, relative to those above 1. */
export function near(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number, what: string): void {
  const d = distance(a, b);
  assert.ok(d <= tolerance, `${what}: differs by ${d}, more than ${tolerance}`);
}

/** Asserts that two tensors hold the same bits. */
export function sameBits(a: tf.Tensor, b: tf.Tensor, what: string): void {
  assert.equal(a.shape, b.shape, what);
  const bits = (t: tf.Tensor): Uint32Array => new Uint32Array(Float32Array.from(t.dataSync()).buffer);
  assert.equal(Buffer.compare(Buffer.from(bits(a).buffer), Buffer.from(bits(b).buffer)), 0, what);
}

/** Gradients of a scalar function of float32 tensors, by TensorFlow.js. */
export function gradients(f: (...x: tf.Tensor[]) => tf.Tensor, x: readonly tf.Tensor[]): number[][] {
  const { grads } = tf.engine().gradients(() => tf.reshape<tf.Rank.R0>(f(...x), []), [...x]);
  return grads.map((g) => [...g.dataSync()]);
}

/** The same by central differences; `eps` is a power of 2, so that float32 takes the steps exactly. */
export function differences(f: (...x: tf.Tensor[]) => tf.Tensor, x: readonly tf.Tensor[], eps = 2 ** -7): number[][] {
  return x.map((of, which) => {
    const values = of.dataSync();
    return Array.from(values, (value, at) => {
      const along = (step: number): number =>
        tf.tidy(() => {
          const moved = Float32Array.from(values);
          moved[at] = value + step;
          return f(...x.map((other, i) => (i === which ? tf.tensor(moved, of.shape) : other))).dataSync()[0] ?? NaN;
        });
      // Fourth order: its error in float32 is mostly rounding.
      return (8 * (along(eps) - along(-eps)) - (along(2 * eps) - along(-2 * eps))) / (12 * eps);
    });
  });
}
