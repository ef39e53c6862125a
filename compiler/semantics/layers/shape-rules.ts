// What the shape rules of layers share: results, reading of options, sizes.

import { printType, type TensorType } from "../types.js";
import type { Options, ShapeResult } from "./layer.js";

/** A result of the same kind as `like`, with another shape; labels' bounds do not survive. */
export function ok(like: TensorType, shape: readonly number[], dtype: TensorType["dtype"] = "f32"): ShapeResult {
  return { kind: "ok", type: { dtype, shape, batched: like.batched, below: null } };
}

/** What would fit, what is there, and the change that would fit. */
export function mismatch(expected: string, found: string | TensorType, fix: string): Extract<ShapeResult, { readonly kind: "mismatch" }> {
  return { kind: "mismatch", expected, found: typeof found === "string" ? found : printType(found), fix };
}

/** A scalar over the whole batch: what losses and metrics give. */
export const scalar: ShapeResult = { kind: "ok", type: { dtype: "f32", shape: [], batched: false, below: null } };

/** The number of elements. */
export function elements(shape: readonly number[]): number {
  return shape.reduce(times, 1);
}

function times(a: number, b: number): number {
  return a * b;
}

/** A tensor of the call; the count was checked before, so that an absent one cannot be. */
export function tensor(tensors: readonly TensorType[], index: number): TensorType {
  return tensors[index] ?? { dtype: "f32", shape: [], batched: true, below: null };
}

export function numberOption(options: Options, name: string): number {
  const value = options[name];
  return typeof value === "number" ? value : 0;
}

export function numbersOption(options: Options, name: string): readonly number[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly number[]) : [];
}

/** The size of the last axis, 1 for a scalar. */
export function lastSize(type: TensorType): number {
  return type.shape[type.shape.length - 1] ?? 1;
}

/** The index of an axis of the example; `-1` is the last. null where there is none such. */
export function axisOf(axis: number, rank: number): number | null {
  const index = axis < 0 ? rank + axis : axis;
  return index >= 0 && index < rank ? index : null;
}

/** What a float layer says of a tensor of another dtype. */
export function notFloat(type: TensorType): ShapeResult {
  const fix = type.dtype === "i32" ? "Turn the numbers into f32 first, with `cast(x, f32)`, `one_hot` or `embedding`." : "Turn the values into f32 first, with `cast(x, f32)`.";
  return mismatch("f32", type, fix);
}

/** What to do about an axis that the example does not have. */
export function axisFix(rank: number): string {
  return rank === 0 ? "Remove the layer: there is no axis." : `Write an axis from ${-rank} to ${rank - 1}: the batch is not counted.`;
}

/** What to do about numbers where indices are due. */
export const indicesFix = "Declare the input with whole numbers, such as `i32[20] below 1000` or `class[10]`.";

const batchFix = "Leave out the batch: shapes are those of one example.";

/** What to do about a tensor that is no image. */
export function imageFix(shape: readonly number[]): string {
  if (shape.length > 3) return batchFix;
  if (shape.length === 1) return "Move it before `flatten`, or give the vector the axes of an image, with `reshape([height, width, channels])`.";
  return shape.length === 2 ? "Give it an axis of channels, with `reshape([height, width, 1])`." : "Give it an image, [height, width, channels].";
}

/** What to do about a tensor that is no sequence [positions, features]. */
export function sequenceFix(shape: readonly number[]): string {
  if (shape.length === 1) return "Give it an axis of positions, with `reshape([positions, features])`.";
  return shape.length > 1 ? "Leave out the batch, if the first axis is one, or join two axes with `reshape([positions, features])`." : "Give it a sequence, [positions, features].";
}
