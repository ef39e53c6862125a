// Kernels that move numbers without changing them: joins, slices, paddings, repetitions; constants.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { DataType } from "../pool.js";
import { isNative, isSameShape, sizeOf } from "../value.js";
import { dtypeOf, numbers } from "./pointwise.js";
import { sliceOf } from "./slice-of.js";

const ends = Number.MAX_SAFE_INTEGER;

function constant(kernel: string, number: number): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const x = call.input("x");
      if (!numbers.includes(x.value.dtype)) return null;
      return { inputs: [], outputs: [{ shape: x.shape, dtype: dtypeOf(x) }] };
    },
    emit: (to, _inputs, _params, [output]) => to.op("Expand", [output?.dtype === "int32" ? to.int32(number) : to.float(number), to.integers(output?.shape ?? [])]),
  };
}

export const shapes: readonly KernelDefinition[] = [
  constant(tf.ZerosLike, 0),
  constant(tf.OnesLike, 1),
  {
    kernel: tf.Fill,
    plan: (call) => {
      const value = call.attribute("value");
      const dtype = call.attribute("dtype") ?? "float32";
      if (typeof value !== "number" || (dtype !== "float32" && dtype !== "int32")) return null;
      return { inputs: [call.scalar(value, dtype)], outputs: [{ shape: call.numbers("shape"), dtype }] };
    },
    emit: (to, [value], _params, [output]) => to.op("Expand", [value?.name ?? "", to.integers(output?.shape ?? [])]),
  },
  {
    kernel: tf.Concat,
    plan: (call) => {
      const all = call.list();
      const [first] = all;
      if (first === undefined || !isNative(first.value.dtype) || all.some(({ value }) => value.dtype !== first.value.dtype)) return null;
      const [given = 0] = call.numbers("axis");
      const axis = given < 0 ? given + first.shape.length : given;
      if (all.some(({ shape: other }) => other.length !== first.shape.length || other.some((size, i) => i !== axis && size !== first.shape[i]))) return null;
      // Parts without elements change nothing, and the engine does not take them.
      const parts = all.filter(({ shape }) => sizeOf(shape) > 0);
      const shape = first.shape.map((size, i) => (i === axis ? parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0) : size));
      return { inputs: parts, outputs: [{ shape, dtype: dtypeOf(first) }], params: [axis] };
    },
    emit: (to, parts, [axis = 0]) => {
      if (parts.length > 0 && parts.every((part) => part.isChannelsFirst)) return { channelsFirst: to.op("Concat", parts.map((part) => part.channelsFirst), { axis: [0, 2, 3, 1][axis] ?? 0 }) };
      return to.op("Concat", parts.map((part) => part.name), { axis });
    },
  },
  {
    kernel: tf.Pack,
    plan: (call) => {
      const parts = call.list();
      const [first] = parts;
      if (first === undefined || parts.some(({ value, shape }) => value.dtype !== first.value.dtype || !isSameShape(shape, first.shape))) return null;
      const [given = 0] = call.numbers("axis");
      const axis = given < 0 ? given + first.shape.length + 1 : given;
      const inserted = (count: number): readonly number[] => [...first.shape.slice(0, axis), count, ...first.shape.slice(axis)];
      return { inputs: parts.map(({ value }) => ({ value, shape: inserted(1) })), outputs: [{ shape: inserted(parts.length), dtype: dtypeOf(first) }], params: [axis] };
    },
    emit: (to, parts, [axis = 0]) => to.op("Concat", parts.map((part) => part.name), { axis }),
  },
  {
    kernel: tf.Unpack,
    isList: true,
    plan: (call) => {
      const x = call.input("value");
      const [given = 0] = call.numbers("axis");
      const axis = given < 0 ? given + x.shape.length : given;
      const shape = x.shape.filter((_, i) => i !== axis);
      return { inputs: [x], outputs: Array.from({ length: x.shape[axis] ?? 0 }, () => ({ shape, dtype: dtypeOf(x) })), params: [axis] };
    },
    emit: (to, [x], [axis = 0], outputs) => outputs.map(({ shape }, i) => to.reshape(to.op("Slice", [x?.name ?? "", to.integers([i]), to.integers([i + 1]), to.integers([axis])]), shape)),
  },
  {
    kernel: tf.SplitV,
    isList: true,
    plan: (call) => {
      const x = call.input("x");
      const [given = 0] = call.numbers("axis");
      const axis = given < 0 ? given + x.shape.length : given;
      const sizes = tf.backend_util.prepareSplitSize({ shape: [...x.shape] } as tf.Tensor, call.attribute("numOrSizeSplits") as number | number[], axis);
      return { inputs: [x], outputs: sizes.map((size) => ({ shape: x.shape.map((n, i) => (i === axis ? size : n)), dtype: dtypeOf(x) })), params: [axis, ...sizes] };
    },
    emit: (to, [x], [axis = 0, ...sizes], outputs) => (outputs.length === 1 ? to.op("Identity", [x?.name ?? ""]) : to.ops("Split", [x?.name ?? "", to.integers(sizes)], outputs.length, { axis })),
  },
  {
    kernel: tf.Slice,
    plan: (call) => {
      const x = call.input("x");
      const { begin, size } = sliceOf(x.shape, call);
      return { inputs: [x], outputs: [{ shape: size, dtype: dtypeOf(x) }], params: begin };
    },
    emit: (to, [x], begin, [output]) => {
      const size = output?.shape ?? [];
      const axes = begin.flatMap((from, axis) => (from === 0 && size[axis] === x?.shape[axis] ? [] : [axis]));
      if (axes.length === 0) return x?.name ?? "";
      return to.op("Slice", [x?.name ?? "", to.integers(axes.map((axis) => begin[axis] ?? 0)), to.integers(axes.map((axis) => (begin[axis] ?? 0) + (size[axis] ?? 0))), to.integers(axes)]);
    },
  },
  {
    kernel: tf.Reverse,
    plan: (call) => {
      const x = call.input("x");
      const axes = call.numbers("dims").map((axis) => (axis < 0 ? axis + x.shape.length : axis));
      return axes.length === 0 || axes.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= x.shape.length) ? null : { inputs: [x], outputs: [{ shape: x.shape, dtype: dtypeOf(x) }], params: axes };
    },
    emit: (to, [x], axes) => to.op("Slice", [x?.name ?? "", to.integers(axes.map(() => -1)), to.integers(axes.map(() => -ends)), to.integers(axes), to.integers(axes.map(() => -1))]),
  },
  {
    kernel: tf.PadV2,
    plan: (call) => {
      const x = call.input("x");
      const given = call.attribute("paddings") as readonly (readonly [number, number])[];
      const value = Number(call.attribute("constantValue") ?? 0);
      if (!numbers.includes(x.value.dtype) || x.shape.length === 0) return null;
      const dtype: DataType = dtypeOf(x);
      return { inputs: [x, call.scalar(value, dtype)], outputs: [{ shape: x.shape.map((n, i) => n + (given[i]?.[0] ?? 0) + (given[i]?.[1] ?? 0)), dtype }], params: [...given.map(([before]) => before), ...given.map(([, after]) => after)] };
    },
    emit: (to, [x, value], pads) => to.op("Pad", [x?.name ?? "", to.integers(pads), value?.name ?? ""]),
  },
  {
    kernel: tf.Tile,
    plan: (call) => {
      const x = call.input("x");
      const reps = call.numbers("reps");
      if (x.shape.length !== reps.length || reps.length === 0) return null;
      return { inputs: [x], outputs: [{ shape: x.shape.map((n, i) => n * (reps[i] ?? 1)), dtype: dtypeOf(x) }], params: reps };
    },
    emit: (to, [x], reps) => to.op("Tile", [x?.name ?? "", to.integers(reps)]),
  },
  {
    kernel: tf.Transpose,
    plan: (call) => {
      const x = call.input("x");
      const perm = call.numbers("perm");
      return { inputs: [x], outputs: [{ shape: perm.map((axis) => x.shape[axis] ?? 1), dtype: dtypeOf(x) }], params: perm };
    },
    emit: (to, [x], perm) => to.transposed(x?.name ?? "", x?.shape ?? [], perm),
  },
];
