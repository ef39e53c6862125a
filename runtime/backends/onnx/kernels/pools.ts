// Maxima and means over windows of images, and their gradients.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Emitted, Emitter, Operand } from "../emitter.js";
import { blockedDomain } from "../model.js";
import { sizeOf } from "../value.js";
import { attributesOf, firstShape, poolGeometry } from "./convolutions.js";

function pool(kernel: string, op: string): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const x = call.input("x");
      const geometry = x.value.dtype === "float32" ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [x], outputs: [{ shape: geometry.output, dtype: "float32" }], params: geometry.params };
    },
    emit: (to, [x], params) => {
      if (x === undefined) throw new Error("a pool without inputs");
      const { kernel_shape, strides, pads } = attributesOf(params);
      if (x.isBlocked) return { blocked: to.op(op, [x.blocked], { kernel_shape, strides, pads, dilations: [1, 1], ...(op === "AveragePool" ? { count_include_pad: 0 } : {}) }, blockedDomain) };
      return { channelsFirst: to.op(op, [x.channelsFirst], { kernel_shape, strides, pads }) };
    },
  };
}

export const pools: readonly KernelDefinition[] = [
  pool(tf.MaxPool, "MaxPool"),
  pool(tf.AvgPool, "AveragePool"),
  {
    kernel: tf.MaxPoolGrad,
    plan: (call) => {
      const [dy, x, y] = [call.input("dy"), call.input("input"), call.input("output")];
      const geometry = dy.value.dtype === "float32" && x.value.dtype === "float32" ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [dy, x, y], outputs: [{ shape: x.shape, dtype: "float32" }], params: geometry.params };
    },
    // Elsewhere the engine tells where each maximum is, counted over the whole tensor; what comes from there goes back there.
    emit: (to, [dy, x, y], params) => {
      if (dy === undefined || x === undefined || y === undefined) throw new Error("a pool without inputs");
      const apart = apartGradient(to, dy, x, y, params);
      if (apart !== null) return apart;
      const { kernel_shape, strides, pads } = attributesOf(params);
      const [, places = ""] = to.ops("MaxPool", [x.channelsFirst], 2, { kernel_shape, strides, pads });
      const [zeros, flat] = [to.op("Expand", [to.float(0), to.integers([sizeOf(x.shape)])]), to.integers([-1])];
      const sums = to.op("ScatterElements", [zeros, to.op("Reshape", [places, flat]), to.op("Reshape", [dy.channelsFirst, flat])], { axis: 0, reduction: "add" });
      return { channelsFirst: to.reshape(sums, firstShape(x.shape)) };
    },
  },
  {
    kernel: tf.AvgPoolGrad,
    plan: (call) => {
      const [dy, x] = [call.input("dy"), call.input("input")];
      const geometry = dy.value.dtype === "float32" ? poolGeometry(call, x.shape) : null;
      if (geometry === null) return null;
      const [height = 1, width = 1] = geometry.params;
      return { inputs: [dy, call.scalar(1 / (height * width))], outputs: [{ shape: x.shape, dtype: "float32" }], params: geometry.params };
    },
    // Each channel of each image is an image of its own, spread by a filter of 1 / (height width).
    emit: (to, [dy, share], params, [output]) => {
      if (dy === undefined || share === undefined) throw new Error("a pool without inputs");
      const [kh = 1, kw = 1, sh = 1, sw = 1, , , top = 0, left = 0, bottom = 0, right = 0] = params;
      const [n = 1, oh = 1, ow = 1, channels = 1] = dy.shape;
      const [, height = 1, width = 1] = output?.shape ?? [];
      const images = to.reshape(dy.channelsFirst, [n * channels, 1, oh, ow]);
      const filter = to.op("Expand", [share.name, to.integers([1, 1, kh, kw])]);
      const more = [height - ((oh - 1) * sh + kh - top - bottom), width - ((ow - 1) * sw + kw - left - right)];
      const spread = to.op("ConvTranspose", [images, filter], { kernel_shape: [kh, kw], strides: [sh, sw], pads: [top, left, bottom, right], output_padding: more });
      return { channelsFirst: to.reshape(spread, [n, channels, height, width]) };
    },
  },
];

/**
 * The gradient of a maximum over windows that neither overlap nor reach beyond the image: what comes goes to the first number of the window that
 * equals the maximum. Null for other windows.
 */
function apartGradient(to: Emitter, dy: Operand, x: Operand, y: Operand, [kh = 1, kw = 1, sh = 1, sw = 1, , , ...pads]: readonly number[]): Emitted | null {
  if (kh !== sh || kw !== sw || pads.some((n) => n !== 0)) return null;
  const layout = x.isBlocked ? "blocked" : "plain";
  const [n = 1, height = 1, width = 1, c = 1] = x.shape;
  const [, oh = 1, ow = 1] = dy.shape;
  // Runs of channels that lie beside each other.
  const run = layout === "blocked" ? to.block : c;
  const images = (n * c) / run;
  const [rows, places] = [images * oh, images * oh * ow];
  const whole = [images, height, width, run];
  const isCut = height !== oh * kh || width !== ow * kw;
  const own = x.in(layout);
  const inside = isCut ? to.op("Slice", [to.reshape(own, whole), to.integers([0, 0]), to.integers([oh * kh, ow * kw]), to.integers([1, 2])]) : own;
  const inRows = split(to, to.reshape(inside, [rows, kh, ow * kw * run]), kh);
  const taps = inRows.flatMap((row) => split(to, to.reshape(row, [places, kw, run]), kw));
  const most = to.reshape(y.in(layout), [places, 1, run]);
  let rest = to.reshape(dy.in(layout), [places, 1, run]);
  const gradients = taps.map((tap, i) => {
    if (i === taps.length - 1) return rest;
    const part = to.op("Mul", [rest, to.cast(to.op("Equal", [tap, most]), "float32")]);
    rest = to.op("Sub", [rest, part]);
    return part;
  });
  const backInRows = inRows.map((_, i) => to.reshape(join(to, gradients.slice(i * kw, (i + 1) * kw)), [rows, 1, ow * kw * run]));
  const together = to.reshape(join(to, backInRows), [images, oh * kh, ow * kw, run]);
  const result = isCut ? to.op("Pad", [together, to.integers([0, 0, 0, 0, 0, height - oh * kh, width - ow * kw, 0]), to.float(0)]) : together;
  return layout === "blocked" ? { blocked: to.reshape(result, firstShape(x.shape)) } : to.reshape(result, x.shape);
}

/** The parts of the middle axis. */
function split(to: Emitter, x: string, parts: number): readonly string[] {
  return parts === 1 ? [x] : to.ops("Split", [x], parts, { axis: 1, num_outputs: parts });
}

function join(to: Emitter, parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? "") : to.op("Concat", parts, { axis: 1 });
}
