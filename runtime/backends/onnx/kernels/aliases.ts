// Kernels whose result is their input's numbers, in another shape or a part of them, or made of attributes alone: nothing is recorded.

import * as tf from "@tensorflow/tfjs-core";
import type { OnnxBackend } from "../backend.js";
import type { Call } from "../definition.js";
import { sizeOf } from "../value.js";
import { sliceOf } from "./slice-of.js";

/** Gives the result, or null where the kernel has to compute. */
export type Alias = (backend: OnnxBackend, inputs: unknown, attrs: Readonly<Record<string, unknown>>, call: Call) => tf.TensorInfo | null;

function tensor(inputs: unknown, name: string): tf.TensorInfo {
  const found = (inputs as Readonly<Record<string, tf.TensorInfo | undefined>>)[name];
  if (found === undefined) throw new Error(`a kernel without its input ${name}`);
  return found;
}

/** Each number is the rounded one before it and a step, as in TensorFlow.js. */
function series(numbers: Float32Array | Int32Array, start: number, step: number): Float32Array | Int32Array {
  for (let i = 0; i < numbers.length; i++) numbers[i] = i === 0 ? start : (numbers[i - 1] ?? 0) + step;
  return numbers;
}

export const aliases: Readonly<Record<string, Alias>> = {
  [tf.Identity]: (backend, inputs) => {
    const x = tensor(inputs, "x");
    return backend.alias(x, x.shape);
  },
  [tf.Reshape]: (backend, inputs, attrs) => {
    const x = tensor(inputs, "x");
    const size = sizeOf(x.shape);
    const shape = tf.util.inferFromImplicitShape([...(attrs["shape"] as readonly number[])], size);
    tf.util.assert(size === sizeOf(shape), () => `The new shape [${shape}] does not have the ${size} elements of the old one [${x.shape}].`);
    return backend.alias(x, shape);
  },
  [tf.ExpandDims]: (backend, inputs, attrs) => {
    const x = tensor(inputs, "input");
    const dim = Number(attrs["dim"]);
    const axis = dim < 0 ? dim + x.shape.length + 1 : dim;
    if (axis < 0 || axis > x.shape.length) return null;
    return backend.alias(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
  },
  [tf.Cast]: (backend, inputs, attrs) => {
    const x = tensor(inputs, "x");
    return x.dtype === attrs["dtype"] ? backend.alias(x, x.shape) : null;
  },
  [tf.LinSpace]: (backend, _inputs, attrs) => {
    const [start, count] = [Number(attrs["start"]), Number(attrs["num"])];
    return backend.adopt(backend.hostValue(series(new Float32Array(count), start, (Number(attrs["stop"]) - start) / (count - 1)), "float32"), [count]);
  },
  [tf.Range]: (backend, _inputs, attrs) => {
    const [start, stop, step] = [Number(attrs["start"]), Number(attrs["stop"]), Number(attrs["step"])];
    const dtype = attrs["dtype"] === "int32" ? "int32" : "float32";
    if (attrs["dtype"] !== dtype) return null;
    const isEmpty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
    const count = isEmpty ? 0 : Math.abs(Math.ceil((stop - start) / step));
    const numbers = dtype === "int32" ? new Int32Array(count) : new Float32Array(count);
    return backend.adopt(backend.hostValue(series(numbers, start, stop < start && step === 1 ? -1 : step), dtype), [count]);
  },
  // Rows of numbers on the host: as an op, a start that changes from step to step would be a new session each time.
  [tf.Slice]: (backend, inputs, _attrs, call) => {
    const x = tensor(inputs, "x");
    const value = backend.value(x.dataId);
    if (value.host === null || x.shape.length === 0) return null;
    const { begin, size } = sliceOf(x.shape, call);
    if (size.slice(1).some((n, i) => n !== x.shape[i + 1])) return null;
    const row = sizeOf(x.shape.slice(1));
    return backend.adopt(backend.view(value, (begin[0] ?? 0) * row, (size[0] ?? 0) * row), size);
  },
};
