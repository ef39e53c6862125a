// Our kernels for sums and means over adjacent axes on the backend `cpu`, accumulated in double precision.

import * as tf from "@tensorflow/tfjs-core";
import { floats, input, sizeOf, type Call } from "./arrays.js";

/** A sum or mean, or null where the tensor or the axes are not of its kind. */
export function reduce(divides: boolean): (call: Call) => tf.TensorInfo | null {
  return (call) => {
    const { dtype, shape } = input(call, "x");
    if (dtype !== "float32") return null;
    const given = call.attrs["axis"];
    const axes = tf.util.parseAxisParam(typeof given === "number" || Array.isArray(given) ? given : shape.map((_, axis) => axis), shape);
    const [first = 0] = axes;
    if (axes.some((axis, i) => axis !== first + i)) return null;
    const outer = sizeOf(shape.slice(0, first));
    const count = sizeOf(shape.slice(first, first + axes.length));
    const inner = sizeOf(shape.slice(first + axes.length));
    const sums = sumMiddle(floats(call, "x"), outer, count, inner);
    const out = divides ? Float32Array.from(sums, (sum) => sum / count) : Float32Array.from(sums);
    const kept = call.attrs["keepDims"] === true ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.includes(axis));
    return call.backend.makeTensorInfo(kept, "float32", out);
  };
}

/** Sums x [outer, count, inner] over its middle axis. */
function sumMiddle(x: Float32Array, outer: number, count: number, inner: number): Float64Array {
  const sums = new Float64Array(outer * inner);
  let from = 0;
  for (let o = 0; o < outer; o++) {
    if (inner === 1) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += x[from++] as number;
      sums[o] = sum;
    } else {
      const base = o * inner;
      for (let i = 0; i < count; i++) {
        for (let j = base; j < base + inner; j++) sums[j] = (sums[j] as number) + (x[from++] as number);
      }
    }
  }
  return sums;
}
