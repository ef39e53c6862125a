// The kernel BatchMatMul on WebGPU: products by `gemm.ts`, scalar products by parts. TensorFlow.js's own has one workgroup for a scalar product
// however long, adds parts of a sum in the order in which they are ready, and reads turned factors at half the speed.

import * as tf from "@tensorflow/tfjs-core";
import { addedUp, bindings, flatBuiltins, flatGroup, flatGroups, hasFloats, int, run, type WebGpuBackend } from "../programs.js";
import { matrix, product } from "./gemm.js";
import { sumOver } from "./reduce.js";

/** Multiplications below which TensorFlow.js's small tiles are as fast, if the sum is not one that it splits. */
const least = 2 ** 22;
const longSum = 1024;
/** TensorFlow.js has a group of threads for each few columns, and a device takes at most 65,535 of them. */
const wide = 2 ** 18;

/** Null: not served. */
export function batchMatMul(backend: WebGpuBackend, { a, b }: tf.NamedTensorInfoMap, attrs: object): tf.TensorInfo | null {
  const { transposeA, transposeB } = attrs as tf.BatchMatMulAttrs;
  if (a === undefined || b === undefined || !hasFloats(backend, a) || !hasFloats(backend, b)) return null;
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [batchA, batchB] = [tf.util.sizeFromShape(outerA), tf.util.sizeFromShape(outerB)];
  // Other axes that are spread are rare.
  if (batchA !== 1 && batchB !== 1 && !tf.util.arraysEqual(outerA, outerB)) return null;
  const [rows = 1, inner = 1] = matrixOf(a, transposeA);
  const [innerB, columns = 1] = matrixOf(b, transposeB);
  if (inner !== innerB) return null;
  const batch = Math.max(batchA, batchB);
  const size = batch * rows * columns;
  if (size * inner === 0 || (size * inner < least && inner < longSum && columns < wide)) return null;
  const shape = [...tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB), rows, columns];
  if (size === 1) return dot(backend, a, b, inner, shape);
  return product(backend, {
    a: matrix(a, { lines: rows, inner, batch: batchA, isTurned: transposeA }, "A"),
    b: matrix(b, { lines: columns, inner, batch: batchB, isTurned: !transposeB }, "B"),
    batch,
    rows,
    columns,
    inner,
    shape,
  });
}

function matrixOf({ shape }: tf.TensorInfo, isTurned: boolean): readonly number[] {
  const axes = shape.slice(-2);
  return isTurned ? axes.reverse() : axes;
}

const threads = 256;
const perThread = 32;
const mostParts = 1024;

/** The scalar product of two vectors of `count` numbers. */
function dot(backend: WebGpuBackend, a: tf.TensorInfo, b: tf.TensorInfo, count: number, shape: readonly number[]): tf.TensorInfo {
  const parts = Math.max(1, Math.min(mostParts, Math.ceil(count / (threads * perThread))));
  const result = backend.makeTensorInfo(parts === 1 ? shape : [parts], "float32");
  run(backend, {
    name: "dot",
    code: () => `
${bindings(["a", "b"], ["sums"], { count: "u32", perPart: "u32" })}
var<workgroup> partial: array<f32, ${threads}>;
@compute @workgroup_size(${threads})
fn main(${flatBuiltins}) {
  let id = ${flatGroup};
  let end = min(p.count, (id + 1u) * p.perPart);
  var sum = 0.0;
  for (var i = id * p.perPart + t; i < end; i += ${threads}u) { sum = fma(a[i], b[i], sum); }
${addedUp(threads)}
  if (t == 0u) { sums[id] = partial[0]; }
}
`,
    reads: [a, b],
    writes: [result],
    uniforms: [int(count), int(Math.ceil(count / parts))],
    groups: flatGroups(backend.device, parts, 1),
  });
  if (parts === 1) return result;
  const sum = sumOver(backend, result, { outer: 1, count: parts, inner: 1 }, shape);
  backend.disposeData(result.dataId);
  return sum;
}
