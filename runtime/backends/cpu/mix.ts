// The kernel that mixes a kernel set on the backend `cpu`: one pass over the copies, summed in double precision, rounded once.

import type * as tf from "@tensorflow/tfjs-core";
import { floats, input, type Call } from "./arrays.js";

export const mixKernelName = "SopMix";

/** Copies [k, ...shape]; p [k], or [k, outputs] with one column per position of the last axis. */
export interface MixInputs {
  readonly copies: tf.Tensor;
  readonly p: tf.Tensor;
}

export function mixKernel(call: Call): tf.TensorInfo {
  const [k = 1, ...shape] = input(call, "copies").shape;
  const copies = floats(call, "copies");
  const p = floats(call, "p");
  const size = copies.length / k;
  const width = p.length / k;
  const sums = new Float64Array(Math.min(size, blockSize));
  const out = new Float32Array(size);
  for (let start = 0; start < size; start += blockSize) {
    const count = Math.min(blockSize, size - start);
    sums.fill(0);
    for (let i = 0; i < k; i++) {
      const from = i * size + start;
      if (width === 1) {
        const pi = p[i] as number;
        for (let j = 0; j < count; j++) sums[j] = (sums[j] as number) + pi * (copies[from + j] as number);
      } else {
        for (let j = 0, column = start % width; j < count; j++) {
          sums[j] = (sums[j] as number) + (p[i * width + column] as number) * (copies[from + j] as number);
          if (++column === width) column = 0;
        }
      }
    }
    for (let j = 0; j < count; j++) out[start + j] = sums[j] as number;
  }
  return call.backend.makeTensorInfo(shape, "float32", out);
}

/** A block's sums stay in the first-level cache while the copies pass by. */
const blockSize = 2048;
