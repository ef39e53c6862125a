// Products of matrices, in forms that give the same bits with any number of threads.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { broadcast, sizeOf } from "../value.js";
import { isSteadyProduct } from "./steady.js";

/** A matrix, or several along the leading axes: [..., rows, inner] or, transposed, [..., inner, rows]. */
export interface Factor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly isTransposed: boolean;
}

/** left right, of shape [..., rows, columns]; leading axes broadcast. Both have at least two axes. */
export function product(to: Emitter, left: Factor, right: Factor): string {
  const leading = broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2));
  if (leading === null) throw new Error("a product of matrices in places that do not fit");
  const shape = [...leading, left.shape.at(left.isTransposed ? -1 : -2) ?? 1, right.shape.at(right.isTransposed ? -2 : -1) ?? 1];
  // Many matrices by one are one matrix by one.
  const isWhole = isOne(right) && (isOne(left) || !left.isTransposed);
  const [first, second] = [isWhole || isOne(left) ? matrix(to, left) : left, isWhole ? matrix(to, right) : right];
  const result = steadily(to, first, second);
  return Math.max(first.shape.length, second.shape.length) === shape.length ? result : to.reshape(result, shape);
}

function isOne({ shape }: Factor): boolean {
  return sizeOf(shape.slice(0, -2)) === 1;
}

function matrix(to: Emitter, factor: Factor): Factor {
  if (factor.shape.length === 2) return factor;
  const shape = [sizeOf(factor.shape.slice(0, -1)), factor.shape.at(-1) ?? 1];
  return { ...factor, name: to.reshape(factor.name, shape), shape };
}

/** A left factor that is one matrix has two axes here. */
function steadily(to: Emitter, left: Factor, right: Factor): string {
  const leading = broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2)) ?? [];
  const count = sizeOf(leading);
  const inner = left.shape.at(left.isTransposed ? -2 : -1) ?? 1;
  const rows = left.shape.at(left.isTransposed ? -1 : -2) ?? 1;
  const columns = right.shape.at(right.isTransposed ? -2 : -1) ?? 1;
  const sizes = { count, rows, columns, inner, isLeftTransposed: left.isTransposed, isRightTransposed: right.isTransposed };
  if (isSteadyProduct(sizes)) return multiply(to, left, right);
  if (columns === 1 && isSteadyProduct({ ...sizes, isRightTransposed: true })) {
    // One column is one row.
    const shape = [...right.shape.slice(0, -2), 1, inner];
    return multiply(to, left, { name: to.reshape(right.name, shape), shape, isTransposed: true });
  }
  // As the transposed product of the transposed the other side is shared out: mostly that costs nothing.
  const [first, second] = [turned(right), turned(left)];
  const isWhole = second.shape.length === 2 && !first.isTransposed;
  const swapped = { count: isWhole ? 1 : count, rows: isWhole ? count * columns : columns, columns: rows, inner, isLeftTransposed: first.isTransposed, isRightTransposed: second.isTransposed };
  if (isSteadyProduct(swapped)) return to.transposed(multiply(to, first, second), [...leading, columns, rows], lastTwoSwapped(leading.length + 2));
  const held = [...left.shape.slice(0, -2), inner, rows];
  return multiply(to, { name: to.transposed(left.name, left.shape, lastTwoSwapped(left.shape.length)), shape: held, isTransposed: true }, right);
}

/** The same numbers as the transposed factor. */
function turned(factor: Factor): Factor {
  return { ...factor, isTransposed: !factor.isTransposed };
}

function multiply(to: Emitter, left: Factor, right: Factor): string {
  const names = [left.name, right.name];
  const transposes = { transA: left.isTransposed ? 1 : 0, transB: right.isTransposed ? 1 : 0 };
  if (left.shape.length === 2 && right.shape.length === 2) return to.op("Gemm", names, transposes);
  return left.isTransposed || right.isTransposed ? to.op("FusedMatMul", names, transposes, "com.microsoft") : to.op("MatMul", names);
}

function lastTwoSwapped(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => (axis === rank - 2 ? rank - 1 : axis === rank - 1 ? rank - 2 : axis));
}

export const products: readonly KernelDefinition[] = [
  {
    kernel: tf.BatchMatMul,
    plan: (call) => {
      const [a, b] = [call.input("a"), call.input("b")];
      if (a.value.dtype !== "float32" || b.value.dtype !== "float32" || a.shape.length < 2 || b.shape.length < 2) return null;
      const [isLeft, isRight] = [call.flag("transposeA"), call.flag("transposeB")];
      const rows = a.shape.at(isLeft ? -1 : -2) ?? 1;
      const columns = b.shape.at(isRight ? -2 : -1) ?? 1;
      const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
      if (batch === null || a.shape.at(isLeft ? -2 : -1) !== b.shape.at(isRight ? -1 : -2)) return null;
      return { inputs: [a, b], outputs: [{ shape: [...batch, rows, columns], dtype: "float32" }], params: [isLeft ? 1 : 0, isRight ? 1 : 0] };
    },
    emit: (to, [a, b], [isLeft = 0, isRight = 0]) => {
      if (a === undefined || b === undefined) throw new Error("a product of nothing");
      return product(to, { name: a.name, shape: a.shape, isTransposed: isLeft === 1 }, { name: b.name, shape: b.shape, isTransposed: isRight === 1 });
    },
  },
];
