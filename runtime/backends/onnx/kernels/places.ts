// Slices by index: read, added up, written over; counts of numbers; the largest numbers of a row. Indices that are known when the op is
// recorded are checked then, by the fallback, whose message is TensorFlow.js's.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition, Plan } from "../definition.js";
import type { Emitter, Operand } from "../emitter.js";
import { isNative, sizeOf, type Ref } from "../value.js";
import { attributesOf, poolGeometry } from "./convolutions.js";
import { dtypeOf, numbers } from "./pointwise.js";

/** Indices [..., depth] into the first axes of a shape, as the numbers of rows: one number for `depth` of them. */
interface Rows {
  /** How far one step of an index goes. */
  readonly steps: readonly number[];
  readonly count: number;
  readonly width: number;
  readonly indices: Ref;
}

/** Null where an index is known to lie outside. */
function rowsOf(shape: readonly number[], indices: Ref, depth: number): Rows | null {
  const [places, rest] = [shape.slice(0, depth), shape.slice(depth)];
  const rows: Rows = { steps: places.map((_, axis) => sizeOf(places.slice(axis + 1))), count: sizeOf(places), width: sizeOf(rest), indices: { value: indices.value, shape: [indices.value.size / depth, depth] } };
  const { host } = indices.value;
  if (indices.value.dtype !== "int32" || depth < 1) return null;
  if (host !== null) for (const [i, index] of host.entries()) if (index < 0 || index >= (places[i % depth] ?? 1)) return null;
  return rows;
}

/** The number of each row, int32 [n, 1]. */
function rowNumbers(to: Emitter, indices: Operand | undefined, steps: readonly number[]): string {
  const name = indices?.name ?? "";
  if (steps.length === 1) return name;
  return to.op("ReduceSum", [to.op("Mul", [name, to.int32s(steps)]), to.integers([1])], { keepdims: 1 });
}

function scattered(to: Emitter, target: string, rows: string, updates: string, [count, width]: readonly [number, number], reduction: "add" | "none"): string {
  return to.op("ScatterElements", [target, to.op("Expand", [rows, to.integers([count, width])]), updates], { axis: 0, reduction });
}

const zeroOf = (to: Emitter, dtype: string): string => (dtype === "int32" ? to.int32(0) : to.float(0));

/** A kernel that writes updates into rows of a tensor of that shape. */
function scatter(kernel: string, reduction: "add" | "none", names: { readonly indices: string; readonly updates: string; readonly shape: (call: Call) => readonly number[]; readonly target: ((call: Call) => Ref) | null }): KernelDefinition {
  return {
    kernel,
    plan: (call): Plan | null => {
      const [indices, updates] = [call.input(names.indices), call.input(names.updates)];
      const shape = names.shape(call);
      const target = names.target?.(call);
      const depth = indices.shape.length > 1 ? (indices.shape.at(-1) ?? 1) : 1;
      const isServed = reduction === "add" ? numbers.includes(updates.value.dtype) : isNative(updates.value.dtype);
      const rows = rowsOf(shape, indices, depth);
      if (rows === null || !isServed || depth > shape.length || (target !== undefined && target.value.dtype !== updates.value.dtype)) return null;
      const count = rows.indices.shape[0] ?? 1;
      if (updates.value.size !== 1 && updates.value.size !== count * rows.width) return null;
      const given: Ref = { value: updates.value, shape: updates.value.size === 1 ? [1, 1] : [count, rows.width] };
      return { inputs: [rows.indices, given, ...(target === undefined ? [] : [target])], outputs: [{ shape, dtype: dtypeOf(updates) }], params: [rows.count, rows.width, ...rows.steps] };
    },
    emit: (to, [indices, updates, target], [count = 1, width = 1, ...steps], [output]) => {
      const given = indices?.shape[0] ?? 1;
      const places = to.integers([count, width]);
      const before = target?.name ?? zeroOf(to, output?.dtype ?? "float32");
      const whole = target !== undefined && target.size === count * width && target.size > 1 ? to.reshape(before, [count, width]) : to.op("Expand", [before, places]);
      const values = to.op("Expand", [updates?.name ?? "", to.integers([given, width])]);
      return to.reshape(scattered(to, whole, rowNumbers(to, indices, steps), values, [given, width], reduction), output?.shape ?? []);
    },
  };
}

/** How often each of 0 .. size - 1 occurs in each row of x, or the sum of the weights where it occurs. */
function bincount(kernel: string): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const [x, weights] = [call.input("x"), call.input("weights")];
      const size = Number(call.attribute("size"));
      const isWeighted = weights.value.size > 0;
      const isKnownNegative = x.value.host?.some((index) => index < 0) === true;
      if (x.value.dtype !== "int32" || !numbers.includes(weights.value.dtype) || x.shape.length > 2 || x.shape.length === 0 || isKnownNegative) return null;
      const [rows, columns] = x.shape.length === 2 ? [x.shape[0] ?? 1, x.shape[1] ?? 1] : [1, x.value.size];
      const inputs: readonly Ref[] = [{ value: x.value, shape: [rows, columns] }, ...(isWeighted && !call.flag("binaryOutput") ? [{ value: weights.value, shape: [rows * columns] }] : [])];
      return { inputs, outputs: [{ shape: x.shape.length === 2 && kernel === tf.DenseBincount ? [rows, size] : [size], dtype: dtypeOf(weights) }], params: [rows, size, call.flag("binaryOutput") && x.shape.length === 2 ? 1 : 0] };
    },
    // Numbers of `size` and more go to a column that is dropped; negative ones to none, which the engine refuses.
    emit: (to, [x, weights], [rows = 1, size = 1, isBinary = 0], [output]) => {
      const dtype = output?.dtype ?? "float32";
      const name = x?.name ?? "";
      const [one, total] = [dtype === "int32" ? to.int32(1) : to.float(1), rows * (size + 1)];
      const kept = to.op("Min", [name, to.int32(size)]);
      const starts = to.reshape(to.int32s(Array.from({ length: rows }, (_, row) => row * (size + 1))), [rows, 1]);
      const places = to.op("Where", [to.op("Less", [name, to.int32(0)]), to.int32(total), to.op("Add", [kept, starts])]);
      const flat = [x?.size ?? 1];
      const zeros = to.op("Expand", [zeroOf(to, dtype), to.integers([total])]);
      const updates = weights?.name ?? to.op("Expand", [one, to.integers(flat)]);
      const sums = to.op("ScatterElements", [zeros, to.reshape(places, flat), updates], { axis: 0, reduction: isBinary === 1 ? "none" : "add" });
      return to.reshape(to.op("Slice", [to.reshape(sums, [rows, size + 1]), to.integers([0]), to.integers([size]), to.integers([1])]), output?.shape ?? []);
    },
  };
}

/** Pairs up to which a search compares each with each. */
const searchLimit = 2 ** 22;

export const places: readonly KernelDefinition[] = [
  {
    kernel: tf.GatherNd,
    plan: (call) => {
      const [x, indices] = [call.input("params"), call.input("indices")];
      const depth = indices.shape.at(-1) ?? 0;
      const rows = depth <= x.shape.length ? rowsOf(x.shape, indices, depth) : null;
      if (rows === null) return null;
      return { inputs: [{ value: x.value, shape: [rows.count, rows.width] }, rows.indices], outputs: [{ shape: [...indices.shape.slice(0, -1), ...x.shape.slice(depth)], dtype: dtypeOf(x) }], params: rows.steps };
    },
    emit: (to, [x, indices], steps, [output]) => to.reshape(to.op("Gather", [x?.name ?? "", rowNumbers(to, indices, steps)], { axis: 0 }), output?.shape ?? []),
  },
  scatter(tf.ScatterNd, "add", { indices: "indices", updates: "updates", shape: (call) => call.numbers("shape"), target: null }),
  scatter(tf.TensorScatterUpdate, "none", { indices: "indices", updates: "updates", shape: (call) => call.input("tensor").shape, target: (call) => call.input("tensor") }),
  scatter(tf.SparseToDense, "none", { indices: "sparseIndices", updates: "sparseValues", shape: (call) => call.numbers("outputShape"), target: (call) => call.input("defaultValue") }),
  bincount(tf.Bincount),
  bincount(tf.DenseBincount),
  {
    kernel: tf.SearchSorted,
    plan: (call) => {
      const [sorted, values] = [call.input("sortedSequence"), call.input("values")];
      const [rows = 1, count = 1] = sorted.shape;
      const columns = values.shape[1] ?? 1;
      if (sorted.value.dtype !== values.value.dtype || !numbers.includes(values.value.dtype) || rows * count * columns > searchLimit) return null;
      return { inputs: [{ value: sorted.value, shape: [rows, 1, count] }, { value: values.value, shape: [rows, columns, 1] }], outputs: [{ shape: values.shape, dtype: "int32" }], params: [call.attribute("side") === "left" ? 1 : 0] };
    },
    emit: (to, [sorted, values], [isLeft = 0]) => to.op("ReduceSum", [to.cast(to.op(isLeft === 1 ? "Less" : "LessOrEqual", [sorted?.name ?? "", values?.name ?? ""]), "int32"), to.integers([2])], { keepdims: 0 }),
  },
  {
    kernel: tf.MaxPoolWithArgmax,
    isList: true,
    plan: (call) => {
      const x = call.input("x");
      const geometry = x.value.dtype === "float32" ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [x], outputs: [{ shape: geometry.output, dtype: "float32" }, { shape: geometry.output, dtype: "int32" }], params: [call.attribute("includeBatchInIndex") === true ? 1 : 0, ...geometry.params] };
    },
    // The engine counts places over [n, c, h, w], TensorFlow.js over [h, w, c] or [n, h, w, c].
    emit: (to, [x], [isOverBatch = 0, ...params]) => {
      const { kernel_shape, strides, pads } = attributesOf(params);
      // With places asked for, a NaN at the front of a window would be its maximum.
      const given = x?.channelsFirst ?? "";
      const numbered = to.op("Where", [to.op("IsNaN", [given]), to.float(-Infinity), given]);
      const [values = "", found = ""] = to.ops("MaxPool", [numbered], 2, { kernel_shape, strides, pads });
      const [n = 1, h = 1, w = 1, c = 1] = x?.shape ?? [];
      const scaled = to.op("Mul", [to.op("Mod", [found, to.integer(h * w)]), to.integer(c)]);
      const inDepth = to.op("Add", [scaled, to.reshape(to.integers(Array.from({ length: c }, (_, i) => i)), [1, c, 1, 1])]);
      const images = to.reshape(to.integers(Array.from({ length: n }, (_, i) => i * h * w * c)), [n, 1, 1, 1]);
      return [{ channelsFirst: values }, { channelsFirst: to.cast(isOverBatch === 1 ? to.op("Add", [inDepth, images]) : inDepth, "int32") }];
    },
  },
  {
    kernel: tf.TopK,
    isList: true,
    plan: (call) => {
      const x = call.input("x");
      const k = Number(call.attribute("k"));
      const shape = [...x.shape.slice(0, -1), k];
      return numbers.includes(x.value.dtype) && x.shape.length > 0 ? { inputs: [x], outputs: [{ shape, dtype: dtypeOf(x) }, { shape, dtype: "int32" }], params: [k] } : null;
    },
    // Sorted also where no order is asked for.
    emit: (to, [x], [k = 1]) => {
      const [values = "", indices = ""] = to.ops("TopK", [x?.name ?? "", to.integers([k])], 2, { axis: -1 });
      return [values, to.cast(indices, "int32")];
    },
  },
];
