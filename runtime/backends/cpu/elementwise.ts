// Our kernels for sums, differences, products, quotients, relu and step on the backend `cpu`: TensorFlow.js's own call a function per
// element. They serve float32 tensors whose broadcasting is that of a matrix: the same shape, a number, a row or a column.

import * as tf from "@tensorflow/tfjs-core";
import { floats, input, sizeOf, type Call } from "./arrays.js";

/** How both operands are laid out over a result of `rows` times `columns`: element (r, c) is at r * row + c * column. */
interface Layout {
  readonly shape: number[];
  readonly rows: number;
  readonly columns: number;
  readonly a: { readonly row: number; readonly column: number };
  readonly b: { readonly row: number; readonly column: number };
}

type Loop = (a: Float32Array, b: Float32Array, layout: Layout, out: Float32Array) => void;

/** A binary kernel, or null where the operands are not of its kind. */
export function binary(loop: Loop): (call: Call) => tf.TensorInfo | null {
  return (call) => {
    const a = input(call, "a");
    const b = input(call, "b");
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    const layout = layoutOf(a.shape, b.shape);
    if (layout === null) return null;
    const out = new Float32Array(layout.rows * layout.columns);
    loop(floats(call, "a"), floats(call, "b"), layout, out);
    return call.backend.makeTensorInfo(layout.shape, "float32", out);
  };
}

export const add: Loop = (a, b, { rows, columns, a: at, b: bt }, out) => {
  let to = 0;
  for (let r = 0; r < rows; r++) {
    let i = r * at.row;
    let j = r * bt.row;
    for (let c = 0; c < columns; c++, i += at.column, j += bt.column) out[to++] = (a[i] as number) + (b[j] as number);
  }
};

export const subtract: Loop = (a, b, { rows, columns, a: at, b: bt }, out) => {
  let to = 0;
  for (let r = 0; r < rows; r++) {
    let i = r * at.row;
    let j = r * bt.row;
    for (let c = 0; c < columns; c++, i += at.column, j += bt.column) out[to++] = (a[i] as number) - (b[j] as number);
  }
};

export const multiplyElements: Loop = (a, b, { rows, columns, a: at, b: bt }, out) => {
  let to = 0;
  for (let r = 0; r < rows; r++) {
    let i = r * at.row;
    let j = r * bt.row;
    for (let c = 0; c < columns; c++, i += at.column, j += bt.column) out[to++] = (a[i] as number) * (b[j] as number);
  }
};

export const divide: Loop = (a, b, { rows, columns, a: at, b: bt }, out) => {
  let to = 0;
  for (let r = 0; r < rows; r++) {
    let i = r * at.row;
    let j = r * bt.row;
    for (let c = 0; c < columns; c++, i += at.column, j += bt.column) out[to++] = (a[i] as number) / (b[j] as number);
  }
};

/** max(x, 0); a NaN stays one. */
export function relu(call: Call): tf.TensorInfo | null {
  const { dtype, shape } = input(call, "x");
  if (dtype !== "float32") return null;
  const x = floats(call, "x");
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    out[i] = value < 0 ? 0 : value;
  }
  return call.backend.makeTensorInfo([...shape], "float32", out);
}

/** 1 where x > 0, `alpha` elsewhere; a NaN stays one. */
export function step(call: Call): tf.TensorInfo | null {
  const { dtype, shape } = input(call, "x");
  if (dtype !== "float32") return null;
  const alpha = typeof call.attrs["alpha"] === "number" ? call.attrs["alpha"] : 0;
  const x = floats(call, "x");
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    out[i] = value > 0 ? 1 : value <= 0 ? alpha : value;
  }
  return call.backend.makeTensorInfo([...shape], "float32", out);
}

/** Finds the matrix: adjacent axes on which an operand is broadcast alike are one. Null where more than two are needed. */
function layoutOf(a: readonly number[], b: readonly number[]): Layout | null {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b]);
  const groups: { size: number; a: boolean; b: boolean }[] = [];
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const spans = { a: (a[axis - shape.length + a.length] ?? 1) === size, b: (b[axis - shape.length + b.length] ?? 1) === size };
    const last = groups.at(-1);
    if (last !== undefined && last.a === spans.a && last.b === spans.b) last.size *= size;
    else groups.push({ size, ...spans });
  }
  if (groups.length > 2) return null;
  const [first, second] = groups.length === 2 ? groups : [undefined, groups[0]];
  const columns = second?.size ?? 1;
  const strides = (operand: "a" | "b"): { row: number; column: number } => ({ row: first?.[operand] ? (second?.[operand] ? columns : 1) : 0, column: second?.[operand] ? 1 : 0 });
  return { shape: [...shape], rows: sizeOf(shape) === 0 ? 0 : (first?.size ?? 1), columns, a: strides("a"), b: strides("b") };
}
