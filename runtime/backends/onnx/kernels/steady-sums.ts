// Reductions in forms that give the same bits with any number of threads.

import type { Emitter } from "../emitter.js";
import { sizeOf } from "../value.js";
import { isSteadyColumnSum, isSteadyReduction } from "./steady.js";

/** The reductions of floats whose way the engine chooses by the number of threads. */
export type SteadyReduction = (typeof steadied)[number];
const steadied = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"] as const;

export function isSteadiedReduction(op: string): op is SteadyReduction {
  return (steadied as readonly string[]).includes(op);
}

/** Reduces x, of that shape, along `axes` (increasing, at least one); keeps them as 1 if `keeps`. */
export function reduceSteadily(to: Emitter, op: SteadyReduction, x: string, shape: readonly number[], axes: readonly number[], keeps: boolean): string {
  const reduce = (name: string, of: string, along: readonly number[], keepdims: boolean): string => to.op(name, [of, to.integers(along)], { keepdims: keepdims ? 1 : 0 });
  const whole = reduce.bind(null, op, x, axes, keeps);
  const parts = joined(shape, axes);
  const [first = 1, second = 1, third = 1] = parts.sizes;
  const isSum = op === "ReduceSum" || op === "ReduceMean";
  if (parts.sizes.length === 2 && parts.isFirstReduced && !isSteadyColumnSum(first, second)) return unsigned(to, whole());
  if (parts.sizes.length !== 3 || isSteadyReduction(parts.isFirstReduced ? second : first)) return whole();
  // Extremes differ at most in the sign of zero.
  if (!isSum) return unsigned(to, whole());
  const total = parts.isFirstReduced ? outerSum(to, x, [first, second, third]) : middleSum(to, x, [first, second, third]);
  const result = op === "ReduceSum" ? total : to.op("Div", [total, to.float(sizeOf(axes.map((axis) => shape[axis] ?? 1)))]);
  return to.reshape(result, shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keeps ? [1] : [])));
}

/** Neighboring axes that are both kept or both reduced are one. */
function joined(shape: readonly number[], axes: readonly number[]): { readonly sizes: readonly number[]; readonly isFirstReduced: boolean } {
  const sizes: number[] = [];
  for (const [axis, size] of shape.entries()) {
    if (axis > 0 && axes.includes(axis) === axes.includes(axis - 1)) sizes.push((sizes.pop() ?? 1) * size);
    else sizes.push(size);
  }
  return { sizes, isFirstReduced: axes.includes(0) };
}

/** Sums of [r, k, s] along r and s: first what lies together. */
function outerSum(to: Emitter, x: string, shape: readonly number[]): string {
  const rows = to.op("ReduceSum", [to.reshape(x, shape), to.integers([2])], { keepdims: 0 });
  return to.op("ReduceSum", [rows, to.integers([0])], { keepdims: 0 });
}

/** Sums of [k, r, m] along r, as products with ones. */
function middleSum(to: Emitter, x: string, [kept = 1, reduced = 1, rest = 1]: readonly number[]): string {
  const ones = to.op("Expand", [to.float(1), to.integers([1, reduced])]);
  return to.op("MatMul", [ones, to.reshape(x, [kept, reduced, rest])]);
}

/** 0 for -0. */
function unsigned(to: Emitter, x: string): string {
  return to.op("Add", [x, to.float(0)]);
}
