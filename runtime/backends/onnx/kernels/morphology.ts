// Grayscale dilation of images [n, h, w, c] by a filter [kh, kw, c]: the largest sum of image and filter under the window; its gradients.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition } from "../definition.js";
import type { Emitter, Operand } from "../emitter.js";
import { sizeOf } from "../value.js";
import { isExpected, paramsOf, sentBack, taps, windowsOf, type Windows } from "./windows.js";

function geometryOf(call: Call): { readonly windows: Windows; readonly output: readonly number[] } | null {
  const [x, filter] = [call.input("x"), call.input("filter")];
  const inputs = call.has("dy") ? [x, filter, call.input("dy")] : [x, filter];
  if (inputs.some(({ value }) => value.dtype !== "float32")) return null;
  const found = tf.backend_util.computeDilation2DInfo(
    [...x.shape] as [number, number, number, number],
    [...filter.shape] as [number, number, number],
    call.attribute("strides") as number | [number, number],
    call.attribute("pad") as "same" | "valid" | number,
    "NHWC",
    call.attribute("dilations") as number | [number, number],
  );
  const { top, left, bottom, right } = found.padInfo;
  const windows: Windows = { kernel: [found.filterHeight, found.filterWidth], strides: [found.strideHeight, found.strideWidth], dilations: [found.dilationHeight, found.dilationWidth], before: [top, left], after: [bottom, right] };
  return isExpected(windows, x.shape.slice(1, 3), found.outShape.slice(1, 3)) ? { windows, output: found.outShape } : null;
}

/** The sums at each place of the filter: [1, n, oh, ow, c] each. */
function sums(to: Emitter, x: Operand, filter: Operand, windows: Windows, output: readonly number[]): readonly string[] {
  const [, , channels = 1] = filter.shape;
  const weights = to.reshape(filter.name, [sizeOf(windows.kernel), channels]);
  const under = taps(to, x.name, windows, output.slice(1, 3), -Infinity);
  return under.map((part, i) => to.reshape(to.op("Add", [part, to.op("Gather", [weights, to.integer(i)], { axis: 0 })]), [1, ...output]));
}

/** Which place of the filter gave the largest sum, the first of several: int64 of dy's shape. */
function largest(to: Emitter, x: Operand, filter: Operand, dy: Operand, windows: Windows): string {
  return to.op("ArgMax", [to.op("Concat", sums(to, x, filter, windows, dy.shape), { axis: 0 })], { axis: 0, keepdims: 0 });
}

function gradient(kernel: string, of: "x" | "filter", emit: (to: Emitter, x: Operand, filter: Operand, dy: Operand, windows: Windows) => string): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const geometry = geometryOf(call);
      return geometry === null ? null : { inputs: [call.input("x"), call.input("filter"), call.input("dy")], outputs: [{ shape: call.input(of).shape, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    emit: (to, [x, filter, dy], params) => {
      if (x === undefined || filter === undefined || dy === undefined) throw new Error("a dilation without inputs");
      return emit(to, x, filter, dy, windowsOf(params));
    },
  };
}

export const morphology: readonly KernelDefinition[] = [
  {
    kernel: tf.Dilation2D,
    plan: (call) => {
      const geometry = geometryOf(call);
      return geometry === null ? null : { inputs: [call.input("x"), call.input("filter")], outputs: [{ shape: geometry.output, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    emit: (to, [x, filter], params, [output]) => {
      if (x === undefined || filter === undefined) throw new Error("a dilation without inputs");
      const shape = output?.shape ?? [];
      // What TensorFlow.js starts from: it stays where nothing is under the window.
      return to.reshape(to.op("Max", [to.float(Number.MIN_SAFE_INTEGER), ...sums(to, x, filter, windowsOf(params), shape)]), shape);
    },
  },
  gradient(tf.Dilation2DBackpropInput, "x", (to, x, filter, dy, windows) => sentBack(to, dy, largest(to, x, filter, dy, windows), windows, x.shape)),
  gradient(tf.Dilation2DBackpropFilter, "filter", (to, x, filter, dy, windows) => {
    const tap = largest(to, x, filter, dy, windows);
    const count = sizeOf(windows.kernel);
    const rows = sizeOf(dy.shape.slice(0, 3));
    const channels = dy.shape[3] ?? 1;
    const zeros = to.op("Expand", [to.float(0), to.integers([count, channels])]);
    const sum = to.op("ScatterElements", [zeros, to.reshape(tap, [rows, channels]), to.reshape(dy.name, [rows, channels])], { axis: 0, reduction: "add" });
    return to.reshape(sum, filter.shape);
  }),
];
