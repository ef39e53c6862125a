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
    const copy = (i: number): Float32Array => copies.subarray(i * size + start, i * size + start + count);
    if (k === 4 && width === 1) {
      mixFour(out.subarray(start, start + count), copy(0), copy(1), copy(2), copy(3), p);
      continue;
    }
    sums.fill(0);
    if (width === 1) {
      let i = 0;
      for (; i + 4 <= k; i += 4) addFour(sums, copy(i), copy(i + 1), copy(i + 2), copy(i + 3), p.subarray(i, i + 4));
      for (; i < k; i++) add(sums, copy(i), p[i] as number);
    } else {
      for (let i = 0; i < k; i++) addByColumn(sums, copy(i), p.subarray(i * width, (i + 1) * width), start % width);
    }
    for (let j = 0; j < count; j++) out[start + j] = sums[j] as number;
  }
  return call.backend.makeTensorInfo(shape, "float32", out);
}

/** A block's sums stay in the first-level cache while the copies pass by. */
const blockSize = 1024;

function add(sums: Float64Array, copy: Float32Array, p: number): void {
  for (let j = 0; j < copy.length; j++) sums[j] = (sums[j] as number) + p * (copy[j] as number);
}

/** Four copies in a pass, in their order: the same bits as one after the other, at half the time. */
function addFour(sums: Float64Array, a: Float32Array, b: Float32Array, c: Float32Array, d: Float32Array, p: Float32Array): void {
  const [pa, pb, pc, pd] = [p[0] as number, p[1] as number, p[2] as number, p[3] as number];
  for (let j = 0; j < a.length; j++) {
    sums[j] = (sums[j] as number) + pa * (a[j] as number) + pb * (b[j] as number) + pc * (c[j] as number) + pd * (d[j] as number);
  }
}

/** All of a set of four, the usual number: no sums in between. */
function mixFour(out: Float32Array, a: Float32Array, b: Float32Array, c: Float32Array, d: Float32Array, p: Float32Array): void {
  const [pa, pb, pc, pd] = [p[0] as number, p[1] as number, p[2] as number, p[3] as number];
  for (let j = 0; j < a.length; j++) {
    out[j] = pa * (a[j] as number) + pb * (b[j] as number) + pc * (c[j] as number) + pd * (d[j] as number);
  }
}

/** A mixing weight for each position of the last axis; the copy's first number is at `column`. */
function addByColumn(sums: Float64Array, copy: Float32Array, p: Float32Array, column: number): void {
  for (let j = 0; j < copy.length; j++) {
    sums[j] = (sums[j] as number) + (p[column] as number) * (copy[j] as number);
    if (++column === p.length) column = 0;
  }
}
