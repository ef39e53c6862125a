// Gradients of depthwise convolutions of images [n, h, w, c] with filters [kh, kw, c, multiplier], as compositions of forward ops.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition } from "../definition.js";
import type { Emitter, Operand } from "../emitter.js";
import { isSameShape } from "../value.js";
import { reduceSteadily } from "./steady-sums.js";
import { attributesOf, isExpected, leftOver, paramsOf, taps, windowsOf, type Windows } from "./windows.js";

function geometryOf(call: Call, x: readonly number[], filter: readonly number[], dy: readonly number[]): Windows | null {
  const rounding = call.attribute("dimRoundingMode");
  const found = tf.backend_util.computeConv2DInfo(
    [...x] as [number, number, number, number],
    [...filter] as [number, number, number, number],
    call.attribute("strides") as number | [number, number],
    (call.attribute("dilations") ?? 1) as number | [number, number],
    call.attribute("pad") as "same" | "valid" | number,
    (rounding === undefined || rounding === null ? undefined : rounding) as "floor",
    true,
  );
  const { top, left, bottom, right } = found.padInfo;
  const windows: Windows = { kernel: [found.filterHeight, found.filterWidth], strides: [found.strideHeight, found.strideWidth], dilations: [found.dilationHeight, found.dilationWidth], before: [top, left], after: [bottom, right] };
  return isExpected(windows, x.slice(1, 3), dy.slice(1, 3)) && isSameShape(found.outShape, dy) ? windows : null;
}

/** Borders with which a plain convolution of dy with the mirrored filter is the gradient, or null: then zeros go between dy's numbers. */
function mirroredPads({ kernel, strides, dilations, before }: Windows, space: readonly number[], places: readonly number[]): readonly number[] | null {
  const reach = kernel.map((size, i) => (size - 1) * (dilations[i] ?? 1));
  const first = reach.map((size, i) => size - (before[i] ?? 0));
  const pads = [...first, ...reach.map((size, i) => (space[i] ?? 1) - (places[i] ?? 1) + size - (first[i] ?? 0))];
  return strides.every((stride) => stride === 1) && pads.every((n) => n >= 0) ? pads : null;
}

/** The filter as [channels * multiplier, 1, kh, kw]. */
function weightsOf(to: Emitter, filter: Operand): string {
  const [kh = 1, kw = 1, channels = 1, multiplier = 1] = filter.shape;
  return to.reshape(to.transposed(filter.name, filter.shape, [2, 3, 0, 1]), [channels * multiplier, 1, kh, kw]);
}

export const depthwise: readonly KernelDefinition[] = [
  {
    kernel: tf.DepthwiseConv2dNativeBackpropInput,
    plan: (call) => {
      const [dy, filter] = [call.input("dy"), call.input("filter")];
      const shape = call.numbers("inputShape");
      const windows = dy.value.dtype === "float32" && filter.value.dtype === "float32" ? geometryOf(call, shape, filter.shape, dy.shape) : null;
      return windows === null ? null : { inputs: [dy, filter], outputs: [{ shape, dtype: "float32" }], params: paramsOf(windows) };
    },
    emit: (to, [dy, filter], params, [output]) => {
      if (dy === undefined || filter === undefined) throw new Error("a convolution without inputs");
      const windows = windowsOf(params);
      const [space, places] = [(output?.shape ?? []).slice(1, 3), dy.shape.slice(1, 3)];
      const [kh = 1, kw = 1, channels = 1, multiplier = 1] = filter.shape;
      const pads = mirroredPads(windows, space, places);
      if (pads === null) return { channelsFirst: to.op("ConvTranspose", [dy.channelsFirst, weightsOf(to, filter)], { ...attributesOf(windows), output_padding: leftOver(windows, space, places), group: channels }) };
      const mirrored = to.op("Slice", [weightsOf(to, filter), to.integers([-1, -1]), to.integers([-kh - 1, -kw - 1]), to.integers([2, 3]), to.integers([-1, -1])]);
      return { channelsFirst: to.op("Conv", [dy.channelsFirst, to.reshape(mirrored, [channels, multiplier, kh, kw])], { kernel_shape: [kh, kw], dilations: windows.dilations, pads, group: channels }) };
    },
  },
  {
    kernel: tf.DepthwiseConv2dNativeBackpropFilter,
    plan: (call) => {
      const [x, dy] = [call.input("x"), call.input("dy")];
      const shape = call.numbers("filterShape");
      const windows = x.value.dtype === "float32" && dy.value.dtype === "float32" ? geometryOf(call, x.shape, shape, dy.shape) : null;
      return windows === null ? null : { inputs: [x, dy], outputs: [{ shape, dtype: "float32" }], params: paramsOf(windows) };
    },
    // The gradient at a tap is the sum, over all places, of what lies under it times dy.
    emit: (to, [x, dy], params, [output]) => {
      if (x === undefined || dy === undefined) throw new Error("a convolution without inputs");
      const [, , channels = 1, multiplier = 1] = output?.shape ?? [];
      const places = dy.shape.slice(0, 3);
      const split = (name: string, inner: number): string => (multiplier === 1 ? name : to.reshape(name, [...places, channels, inner]));
      const right = split(dy.name, multiplier);
      const sums = taps(to, x.name, windowsOf(params), places.slice(1)).map((tap) => reduceSteadily(to, "ReduceSum", to.op("Mul", [split(tap, 1), right]), [...places, channels, multiplier], [0, 1, 2], false));
      return to.reshape(sums.length === 1 ? (sums[0] ?? "") : to.op("Concat", sums, { axis: 0 }), output?.shape ?? []);
    },
  },
];
