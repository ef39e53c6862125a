// Convolutions and pools of volumes [n, d, h, w, c] with filters [kd, kh, kw, in, out], and their gradients as compositions of forward ops.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition } from "../definition.js";
import { isSameShape, sizeOf } from "../value.js";
import { convolveSteadily } from "./steady-convolution.js";
import { attributesOf, channelsFirst, channelsLast, isExpected, leftOver, paramsOf, sentBack, taps, windowsOf, type Windows } from "./windows.js";

interface Geometry {
  readonly windows: Windows;
  readonly output: readonly number[];
}

function geometryOf(call: Call, x: readonly number[], filter: readonly number[], dilations: unknown): Geometry | null {
  const found = tf.backend_util.computeConv3DInfo(
    x as [number, number, number, number, number],
    filter as [number, number, number, number, number],
    call.attribute("strides") as number | [number, number, number],
    dilations as number | [number, number, number],
    call.attribute("pad") as "same" | "valid",
  );
  return geometryIn(found);
}

function geometryIn(found: ReturnType<typeof tf.backend_util.computePool3DInfo>): Geometry | null {
  const { front, back, top, bottom, left, right } = found.padInfo;
  const windows: Windows = {
    kernel: [found.filterDepth, found.filterHeight, found.filterWidth],
    strides: [found.strideDepth, found.strideHeight, found.strideWidth],
    dilations: [found.dilationDepth, found.dilationHeight, found.dilationWidth],
    before: [front, top, left],
    after: [back, bottom, right],
  };
  const isUsual = found.dataFormat === "channelsLast" && isExpected(windows, found.inShape.slice(1, 4), found.outShape.slice(1, 4));
  return isUsual ? { windows, output: found.outShape } : null;
}

function poolGeometry(call: Call, x: readonly number[]): Geometry | null {
  const rounding = call.attribute("dimRoundingMode");
  const found = geometryIn(
    tf.backend_util.computePool3DInfo(
      x as [number, number, number, number, number],
      call.attribute("filterSize") as number | [number, number, number],
      call.attribute("strides") as number | [number, number, number],
      1,
      call.attribute("pad") as "same" | "valid" | number,
      (rounding === undefined || rounding === null ? undefined : rounding) as "floor",
      (call.attribute("dataFormat") ?? "NDHWC") as "NDHWC",
    ),
  );
  if (found === null) return null;
  // The engine takes no windows that may lie outside.
  const { kernel, before, after } = found.windows;
  return kernel.every((size, i) => (before[i] ?? 0) < size && (after[i] ?? 0) < size) ? found : null;
}

const isFloat = (call: Call, ...names: readonly string[]): boolean => names.every((name) => call.input(name).value.dtype === "float32");

function pool(kernel: string, op: string): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const x = call.input("x");
      const geometry = isFloat(call, "x") ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [x], outputs: [{ shape: geometry.output, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    emit: (to, [x], params, [output]) => {
      if (x === undefined) throw new Error("a pool without input");
      const { kernel_shape = [], strides = [], pads = [] } = attributesOf(windowsOf(params));
      return channelsLast(to, to.op(op, [channelsFirst(to, x)], { kernel_shape, strides, pads }), output?.shape ?? []);
    },
  };
}

export const volumes: readonly KernelDefinition[] = [
  {
    kernel: tf.Conv3D,
    plan: (call) => {
      const [x, filter] = [call.input("x"), call.input("filter")];
      const geometry = isFloat(call, "x", "filter") ? geometryOf(call, x.shape, filter.shape, call.attribute("dilations") ?? 1) : null;
      return geometry === null ? null : { inputs: [x, filter], outputs: [{ shape: geometry.output, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    emit: (to, [x, filter], params, [output]) => {
      if (x === undefined || filter === undefined) throw new Error("a convolution without inputs");
      const weights = to.transposed(filter.name, filter.shape, [4, 3, 0, 1, 2]);
      const { kernel, strides, dilations, before, after } = windowsOf(params);
      const firstOf = (shape: readonly number[], order: readonly number[]): readonly number[] => order.map((axis) => shape[axis] ?? 1);
      const result = convolveSteadily(to, channelsFirst(to, x), firstOf(x.shape, [0, 4, 1, 2, 3]), weights, firstOf(filter.shape, [4, 3, 0, 1, 2]), { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] });
      return channelsLast(to, result, output?.shape ?? []);
    },
  },
  {
    kernel: tf.Conv3DBackpropInputV2,
    plan: (call) => {
      const [dy, filter] = [call.input("dy"), call.input("filter")];
      const shape = call.numbers("inputShape");
      const geometry = isFloat(call, "dy", "filter") ? geometryOf(call, shape, filter.shape, 1) : null;
      return geometry === null || !isSameShape(geometry.output, dy.shape) ? null : { inputs: [dy, filter], outputs: [{ shape, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    emit: (to, [dy, filter], params, [output]) => {
      if (dy === undefined || filter === undefined) throw new Error("a convolution without inputs");
      const shape = output?.shape ?? [];
      const windows = windowsOf(params);
      const weights = to.transposed(filter.name, filter.shape, [4, 3, 0, 1, 2]);
      const spread = to.op("ConvTranspose", [channelsFirst(to, dy), weights], { ...attributesOf(windows), output_padding: leftOver(windows, shape.slice(1, -1), dy.shape.slice(1, -1)) });
      return channelsLast(to, spread, shape);
    },
  },
  {
    kernel: tf.Conv3DBackpropFilterV2,
    plan: (call) => {
      const [x, dy] = [call.input("x"), call.input("dy")];
      const shape = call.numbers("filterShape");
      const geometry = isFloat(call, "x", "dy") ? geometryOf(call, x.shape, shape, 1) : null;
      return geometry === null || !isSameShape(geometry.output, dy.shape) ? null : { inputs: [x, dy], outputs: [{ shape, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    // The gradient at a tap is the product of what lies under it, over all places, with dy.
    emit: (to, [x, dy], params, [output]) => {
      if (x === undefined || dy === undefined) throw new Error("a convolution without inputs");
      const shape = output?.shape ?? [];
      const [inputs, outputs] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
      const rows = sizeOf(dy.shape.slice(0, -1));
      const right = to.reshape(dy.name, [rows, outputs]);
      const parts = taps(to, x.name, windowsOf(params), dy.shape.slice(1, -1)).map((part) => to.op("Gemm", [to.reshape(part, [rows, inputs]), right], { transA: 1 }));
      return to.reshape(parts.length === 1 ? (parts[0] ?? "") : to.op("Concat", parts, { axis: 0 }), shape);
    },
  },
  pool(tf.MaxPool3D, "MaxPool"),
  pool(tf.AvgPool3D, "AveragePool"),
  {
    kernel: tf.AvgPool3DGrad,
    plan: (call) => {
      const [dy, x] = [call.input("dy"), call.input("input")];
      const geometry = isFloat(call, "dy") ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [dy], outputs: [{ shape: x.shape, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    // Each channel of each volume is a volume of its own, spread by a filter of equal shares. As on `cpu` a share is one of the whole
    // window, also where a part of it lies outside.
    emit: (to, [dy], params, [output]) => {
      if (dy === undefined) throw new Error("a pool without inputs");
      const shape = output?.shape ?? [];
      const windows = windowsOf(params);
      const [space, places] = [shape.slice(1, -1), dy.shape.slice(1, -1)];
      const [n = 1, channels = 1] = [shape[0], shape.at(-1)];
      const filter = to.op("Expand", [to.float(1 / sizeOf(windows.kernel)), to.integers([1, 1, ...windows.kernel])]);
      const spread = to.op("ConvTranspose", [to.reshape(channelsFirst(to, dy), [n * channels, 1, ...places]), filter], { ...attributesOf(windows), output_padding: leftOver(windows, space, places) });
      return channelsLast(to, to.reshape(spread, [n, channels, ...space]), shape);
    },
  },
  {
    kernel: tf.MaxPool3DGrad,
    plan: (call) => {
      const [dy, x] = [call.input("dy"), call.input("input")];
      const geometry = isFloat(call, "dy", "input") ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [dy, x], outputs: [{ shape: x.shape, dtype: "float32" }], params: paramsOf(geometry.windows) };
    },
    emit: (to, [dy, x], params) => {
      if (dy === undefined || x === undefined) throw new Error("a pool without inputs");
      const windows = windowsOf(params);
      const parts = taps(to, x.name, windows, dy.shape.slice(1, -1), -Infinity).map((part) => to.reshape(part, [1, ...dy.shape]));
      // Of several maxima the last is meant, as on `cpu`.
      const tap = parts.length === 1 ? to.op("Expand", [to.integer(0), to.integers(dy.shape)]) : to.op("ArgMax", [to.op("Concat", parts, { axis: 0 })], { axis: 0, keepdims: 0, select_last_index: 1 });
      return sentBack(to, dy, tap, windows, x.shape);
    },
  },
];
