// Sums, extremes and the like along axes, softmax.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition, OutputSpec, Plan } from "../definition.js";
import type { Emitted, Emitter, Operand } from "../emitter.js";
import { firstShape } from "../emitter.js";
import type { DataType } from "../pool.js";
import { sizeOf, type Ref } from "../value.js";
import { dtypeOf, floats, numbers, type Types } from "./pointwise.js";
import { isSteadiedReduction, reduceSteadily } from "./steady-sums.js";

/** The reduced axes, increasing; all if none are named. */
function axesOf(call: Call, x: Ref): readonly number[] {
  const name = call.attribute("reductionIndices") === undefined ? "axis" : "reductionIndices";
  const given = call.numbers(name);
  const rank = x.shape.length;
  const axes = given.length === 0 && !Array.isArray(call.attribute(name)) ? x.shape.map((_, axis) => axis) : given.map((axis) => (axis < 0 ? axis + rank : axis));
  return [...new Set(axes)].sort((a, b) => a - b);
}

/** The shape without the axes, or with 1 in their places. */
function reduced(shape: readonly number[], axes: readonly number[], keeps: boolean): readonly number[] {
  return shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keeps ? [1] : []));
}

/** Adjusts what a reduction gave; may reduce x again. */
type Finish = (to: Emitter, y: string, reduce: (op: string, x: string) => string, x: string) => string;

/** A kernel that is one reduction of ONNX; `compute` may adjust it. */
function reduction(kernel: string, op: string, types: Types, result?: DataType, finish: Finish = (_to, y) => y, prepare: (to: Emitter, x: string) => string = (_to, x) => x): KernelDefinition {
  return {
    kernel,
    plan: (call): Plan | null => {
      const x = call.input("x");
      if (!types.includes(x.value.dtype)) return null;
      const axes = axesOf(call, x);
      // With no axes ONNX would reduce all.
      if (axes.length === 0) return null;
      const keeps = call.flag("keepDims");
      return { inputs: [x], outputs: [{ shape: reduced(x.shape, axes, keeps), dtype: result ?? dtypeOf(x) }], params: [keeps ? 1 : 0, ...axes] };
    },
    emit: (to, inputs, params, outputs) => emitReduction(to, inputs, params, outputs, op, finish, prepare),
  };
}

function emitReduction(to: Emitter, [x]: readonly Operand[], [keeps = 0, ...axes]: readonly number[], outputs: readonly OutputSpec[], op: string, finish: Finish, prepare: (to: Emitter, x: string) => string): Emitted {
  if (x === undefined) throw new Error("a reduction of nothing");
  const blocked = x.isBlocked ? overSpace(to, x, axes, op, finish, prepare) : null;
  if (blocked !== null) return to.reshape(blocked, outputs[0]?.shape ?? []);
  // Where space is summed away the order of what stays is the same in both layouts.
  const isFirst = x.isChannelsFirst && axes.includes(1) && axes.includes(2);
  const places = isFirst ? axes.map((axis) => [0, 2, 3, 1][axis] ?? 0).sort((a, b) => a - b) : axes;
  const input = prepare(to, isFirst ? x.channelsFirst : x.name);
  const shape = isFirst ? firstShape(x.shape) : x.shape;
  const reduce = (name: string, value: string): string => (isSteadiedReduction(name) && x.dtype === "float32" && value === input ? reduceSteadily(to, name, value, shape, places, keeps === 1) : to.op(name, [value, to.integers(places)], { keepdims: keeps }));
  const y = finish(to, reduce(op, input), reduce, input);
  return isFirst && keeps === 1 ? { channelsFirst: y } : y;
}

/** Over space, or images and space, with channels in blocks: in plain order, as [n, c] or [c]. Null for other axes. */
function overSpace(to: Emitter, x: Operand, axes: readonly number[], op: string, finish: Finish, prepare: (to: Emitter, x: string) => string): string | null {
  if (axes.join() !== "1,2" && axes.join() !== "0,1,2") return null;
  const [n = 1, h = 1, w = 1, c = 1] = x.shape;
  const isOverImages = axes.length === 3;
  const input = prepare(to, x.blocked);
  const one = (name: string, value: string, isFloat: boolean, shape: readonly number[], axis: number): string => {
    const shaped = to.reshape(value, shape);
    return isSteadiedReduction(name) && isFloat ? reduceSteadily(to, name, shaped, shape, [axis], false) : to.op(name, [shaped, to.integers([axis])], { keepdims: 0 });
  };
  // Images first: they are long rows, one below the other.
  const reduce = (name: string, value: string): string => {
    const isFloat = x.dtype === "float32" && value === input;
    return one(name, isOverImages ? one(name, value, isFloat, [n, c * h * w], 0) : value, isFloat, [((isOverImages ? 1 : n) * c) / to.block, h * w, to.block], 1);
  };
  return finish(to, reduce(op, input), reduce, input);
}

/** The engine's extremes pass NaN over; TensorFlow.js's are NaN then. */
function orNan(to: Emitter, y: string, reduce: (op: string, x: string) => string, x: string): string {
  const count = reduce("ReduceMax", to.cast(to.op("IsNaN", [x]), "int32"));
  return to.op("Where", [to.cast(count, "bool"), to.float(NaN), y]);
}

function logical(kernel: string, op: string): KernelDefinition {
  return reduction(kernel, op, ["bool"], "bool", (to, y) => to.cast(y, "bool"), (to, x) => to.cast(x, "int32"));
}

function argument(kernel: string, op: string, least: number): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const x = call.input("x");
      const [axis = 0] = axesOf(call, x);
      return x.value.dtype !== "float32" || x.shape.length === 0 ? null : { inputs: [x], outputs: [{ shape: reduced(x.shape, [axis], false), dtype: "int32" }], params: [axis] };
    },
    // TensorFlow.js passes NaN over; the engine does not.
    emit: (to, [x], [axis = 0]) => to.cast(to.op(op, [to.op("Where", [to.op("IsNaN", [x?.name ?? ""]), to.float(least), x?.name ?? ""])], { axis, keepdims: 0 }), "int32"),
  };
}

function alongAxis(kernel: string, op: string, attribute: string): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const x = call.input("logits");
      const [given = -1] = call.numbers(attribute);
      return x.value.dtype !== "float32" || x.shape.length === 0 ? null : { inputs: [x], outputs: [{ shape: x.shape, dtype: "float32" }], params: [given < 0 ? given + x.shape.length : given] };
    },
    emit: (to, [x], [axis = 0]) => to.op(op, [x?.name ?? ""], { axis }),
  };
}

export const reductions: readonly KernelDefinition[] = [
  reduction(tf.Sum, "ReduceSum", numbers),
  reduction(tf.Mean, "ReduceMean", floats),
  reduction(tf.Max, "ReduceMax", floats, undefined, orNan),
  reduction(tf.Max, "ReduceMax", ["int32"]),
  reduction(tf.Min, "ReduceMin", floats, undefined, orNan),
  reduction(tf.Min, "ReduceMin", ["int32"]),
  reduction(tf.Prod, "ReduceProd", numbers),
  logical(tf.All, "ReduceMin"),
  logical(tf.Any, "ReduceMax"),
  argument(tf.ArgMax, "ArgMax", -Infinity),
  argument(tf.ArgMin, "ArgMin", Infinity),
  alongAxis(tf.Softmax, "Softmax", "dim"),
  alongAxis(tf.LogSoftmax, "LogSoftmax", "axis"),
  {
    kernel: tf.Cumsum,
    plan: (call) => {
      const x = call.input("x");
      const [axis = 0] = axesOf(call, x);
      return !numbers.includes(x.value.dtype) || sizeOf(x.shape) === 0 || x.shape.length === 0 ? null : { inputs: [x], outputs: [{ shape: x.shape, dtype: dtypeOf(x) }], params: [axis, call.flag("exclusive") ? 1 : 0, call.flag("reverse") ? 1 : 0] };
    },
    emit: (to, [x], [axis = 0, exclusive = 0, reverse = 0]) => to.op("CumSum", [x?.name ?? "", to.integer(axis)], { exclusive, reverse }),
  },
];
