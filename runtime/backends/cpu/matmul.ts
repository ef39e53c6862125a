// Our kernel BatchMatMul for the backend `cpu`: [..., m, k] times [..., k, n], each side transposed or not, batch axes broadcast.

import * as tf from "@tensorflow/tfjs-core";
import { floats, input, sizeOf, type Call } from "./arrays.js";
import { multiply } from "./gemm.js";

export function batchMatMul(call: Call): tf.TensorInfo {
  const a = input(call, "a");
  const b = input(call, "b");
  const transposeA = call.attrs["transposeA"] === true;
  const transposeB = call.attrs["transposeB"] === true;
  const [aRows, aColumns] = lastTwo(a.shape);
  const [bRows, bColumns] = lastTwo(b.shape);
  const m = transposeA ? aColumns : aRows;
  const k = transposeA ? aRows : aColumns;
  const n = transposeB ? bRows : bColumns;
  const inner = transposeB ? bColumns : bRows;
  if (k !== inner) throw new Error(`matMul: inner sizes ${k} and ${inner} of [${a.shape}] and [${b.shape}] differ`);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const batchSize = sizeOf(batch);
  const aValues = floats(call, "a");
  const bValues = floats(call, "b");
  const out = new Float32Array(batchSize * m * n);
  for (let i = 0; i < batchSize; i++) {
    multiply(
      { values: aValues, offset: batchIndex(i, batch, a.shape.slice(0, -2)) * m * k, row: transposeA ? 1 : k, column: transposeA ? m : 1 },
      { values: bValues, offset: batchIndex(i, batch, b.shape.slice(0, -2)) * k * n, row: transposeB ? 1 : n, column: transposeB ? k : 1 },
      m,
      k,
      n,
      out,
      i * m * n,
    );
  }
  return call.backend.makeTensorInfo([...batch, m, n], "float32", out);
}

function lastTwo(shape: readonly number[]): readonly [number, number] {
  return [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
}

/** Which matrix of an operand with batch axes `own` belongs to the i-th of the result with batch axes `batch`. */
function batchIndex(i: number, batch: readonly number[], own: readonly number[]): number {
  let index = 0;
  let stride = 1;
  let rest = i;
  for (let back = 1; back <= batch.length; back++) {
    const size = batch.at(-back) ?? 1;
    const ownSize = back <= own.length ? (own.at(-back) ?? 1) : 1;
    if (ownSize > 1) index += (rest % size) * stride;
    stride *= ownSize;
    rest = Math.floor(rest / size);
  }
  return index;
}
