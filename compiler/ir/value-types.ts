// Arithmetic on value types: equality, text, sizes, broadcasting. Relies on module.ts only.

import type { Dtype, ValueType } from "./module.js";

/** `f32[batch, 28, 28, 1]`. */
export function printValueType(type: ValueType): string {
  return `${type.dtype}${printShape(type)}`;
}

/** `[batch, 28, 28, 1]`, as comments in generated code have it. */
export function printShape(type: ValueType): string {
  return `[${[...(type.batched ? ["batch"] : []), ...type.shape].join(", ")}]`;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function sameValueType(a: ValueType, b: ValueType): boolean {
  return a.dtype === b.dtype && a.batched === b.batched && sameShape(a.shape, b.shape);
}

/** Number of elements of one example. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** A number that belongs to no example: losses, metrics, constants. */
export function scalar(dtype: Dtype): ValueType {
  return { dtype, shape: [], batched: false };
}

/** The common shape of two shapes, aligned at the right, where sizes are equal or 1; null if there is none. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] | null {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    shape.push(left === 1 ? right : left);
  }
  return shape;
}
