// Convolutions of images [n, h, w, c] with filters [kh, kw, in, out], and their gradients as compositions of forward ops.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { firstShape } from "../emitter.js";
import { blockedConvolution, blockedFilterGradient, blockedInputGradient } from "./blocked-convolutions.js";
import { isSameShape } from "../value.js";
import { convolveSteadily } from "./steady-convolution.js";

/** Everything that a convolution's nodes depend on, in the order of `params`. */
interface Geometry {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly output: readonly number[];
}

function geometryOf(call: Call, x: readonly number[], filter: readonly number[], isDepthwise = false): Geometry | null {
  const format = call.attribute("dataFormat");
  if (format !== undefined && format !== "NHWC") return null;
  const rounding = call.attribute("dimRoundingMode");
  const found = tf.backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    call.attribute("strides") as number | [number, number],
    (call.attribute("dilations") ?? 1) as number | [number, number],
    call.attribute("pad") as "same" | "valid" | number,
    (rounding === undefined || rounding === null ? undefined : rounding) as "floor",
    isDepthwise,
  );
  const { top, left, bottom, right } = found.padInfo;
  const isExpected = isWindowCount(found.inHeight + top + bottom, found.filterHeight, found.strideHeight, found.dilationHeight, found.outHeight) && isWindowCount(found.inWidth + left + right, found.filterWidth, found.strideWidth, found.dilationWidth, found.outWidth);
  if (!isExpected) return null;
  return { kernel: [found.filterHeight, found.filterWidth], strides: [found.strideHeight, found.strideWidth], dilations: [found.dilationHeight, found.dilationWidth], pads: [top, left, bottom, right], output: found.outShape };
}

/** Does the engine find as many windows as TensorFlow.js? With other roundings than down it may not. */
function isWindowCount(size: number, window: number, stride: number, dilation: number, count: number): boolean {
  return Math.floor((size - (window - 1) * dilation - 1) / stride) + 1 === count;
}

function paramsOf({ kernel, strides, dilations, pads }: Geometry): readonly number[] {
  return [...kernel, ...strides, ...dilations, ...pads];
}

function attributesOf(params: readonly number[]): { readonly kernel_shape: readonly number[]; readonly strides: readonly number[]; readonly dilations: readonly number[]; readonly pads: readonly number[] } {
  return { kernel_shape: params.slice(0, 2), strides: params.slice(2, 4), dilations: params.slice(4, 6), pads: params.slice(6, 10) };
}

/** x padded, and its part under each tap of the filter: [n, oh, ow, c] each. */
function taps(to: Emitter, x: string, [kh = 1, kw = 1, sh = 1, sw = 1, dh = 1, dw = 1, top = 0, left = 0, bottom = 0, right = 0]: readonly number[], oh: number, ow: number): readonly string[] {
  const isPadded = top > 0 || left > 0 || bottom > 0 || right > 0;
  const padded = isPadded ? to.op("Pad", [x, to.integers([0, top, left, 0, 0, bottom, right, 0]), to.float(0)]) : x;
  if (kh === 1 && kw === 1 && sh === 1 && sw === 1) return [padded];
  const found: string[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const [from, across] = [i * dh, j * dw];
      found.push(to.op("Slice", [padded, to.integers([from, across]), to.integers([from + (oh - 1) * sh + 1, across + (ow - 1) * sw + 1]), to.integers([1, 2]), to.integers([sh, sw])]));
    }
  }
  return found;
}

export const convolutions: readonly KernelDefinition[] = [
  {
    kernel: tf.Conv2D,
    plan: (call) => {
      const [x, filter] = [call.input("x"), call.input("filter")];
      const geometry = x.value.dtype === "float32" && filter.value.dtype === "float32" ? geometryOf(call, x.shape, filter.shape) : null;
      return geometry === null ? null : { inputs: [x, filter], outputs: [{ shape: geometry.output, dtype: "float32" }], params: paramsOf(geometry) };
    },
    emit: (to, [x, filter], params) => {
      if (x === undefined || filter === undefined) throw new Error("a convolution without inputs");
      return blockedConvolution(to, x, filter, params) ?? { channelsFirst: convolveSteadily(to, x.channelsFirst, firstShape(x.shape), to.transposed(filter.name, filter.shape, [3, 2, 0, 1]), [3, 2, 0, 1].map((axis) => filter.shape[axis] ?? 1), attributesOf(params)) };
    },
  },
  {
    kernel: tf.Conv2DBackpropInput,
    plan: (call) => {
      const [dy, filter] = [call.input("dy"), call.input("filter")];
      const shape = call.numbers("inputShape");
      const geometry = dy.value.dtype === "float32" && filter.value.dtype === "float32" ? geometryOf(call, shape, filter.shape) : null;
      return geometry === null || !isSameShape(geometry.output, dy.shape) ? null : { inputs: [dy, filter], outputs: [{ shape, dtype: "float32" }], params: paramsOf(geometry) };
    },
    emit: (to, [dy, filter], params, [output]) => {
      if (dy === undefined || filter === undefined) throw new Error("a convolution without inputs");
      const blocked = blockedInputGradient(to, dy, filter, params, output?.shape ?? []);
      if (blocked !== null) return blocked;
      const [kh = 1, kw = 1, sh = 1, sw = 1, dh = 1, dw = 1, top = 0, left = 0, bottom = 0, right = 0] = params;
      const [, oh = 1, ow = 1] = dy.shape;
      const [, height = 1, width = 1] = output?.shape ?? [];
      // Rows and columns at the end that no window reached.
      const more = [height - ((oh - 1) * sh + (kh - 1) * dh + 1 - top - bottom), width - ((ow - 1) * sw + (kw - 1) * dw + 1 - left - right)];
      return { channelsFirst: to.op("ConvTranspose", [dy.channelsFirst, to.transposed(filter.name, filter.shape, [3, 2, 0, 1])], { ...attributesOf(params), output_padding: more }) };
    },
  },
  {
    kernel: tf.Conv2DBackpropFilter,
    plan: (call) => {
      const [x, dy] = [call.input("x"), call.input("dy")];
      const shape = call.numbers("filterShape");
      const geometry = x.value.dtype === "float32" && dy.value.dtype === "float32" ? geometryOf(call, x.shape, shape) : null;
      return geometry === null || !isSameShape(geometry.output, dy.shape) ? null : { inputs: [x, dy], outputs: [{ shape, dtype: "float32" }], params: paramsOf(geometry) };
    },
    // The gradient at a tap is the product of what lies under it, over all places, with dy.
    emit: (to, [x, dy], params, [output]) => {
      if (x === undefined || dy === undefined) throw new Error("a convolution without inputs");
      const blocked = blockedFilterGradient(to, x, dy, params, output?.shape ?? []);
      if (blocked !== null) return blocked;
      const [n = 1, oh = 1, ow = 1] = dy.shape;
      const [, , inputs = 1, outputs = 1] = output?.shape ?? [];
      const rows = n * oh * ow;
      const right = to.reshape(dy.name, [rows, outputs]);
      const parts = taps(to, x.name, params, oh, ow);
      const product = (part: string, columns: number): string => to.op("Gemm", [to.reshape(part, [rows, columns]), right], { transA: 1 });
      // Narrow ones side by side are one product.
      const columns = inputs * parts.length;
      const whole = parts.length === 1 || inputs <= narrow ? product(parts.length === 1 ? (parts[0] ?? "") : to.op("Concat", parts, { axis: 3 }), columns) : to.op("Concat", parts.map((part) => product(part, inputs)), { axis: 0 });
      return to.reshape(whole, output?.shape ?? []);
    },
  },
  {
    kernel: tf.DepthwiseConv2dNative,
    plan: (call) => {
      const [x, filter] = [call.input("x"), call.input("filter")];
      const geometry = x.value.dtype === "float32" && filter.value.dtype === "float32" ? geometryOf(call, x.shape, filter.shape, true) : null;
      return geometry === null ? null : { inputs: [x, filter], outputs: [{ shape: geometry.output, dtype: "float32" }], params: paramsOf(geometry) };
    },
    emit: (to, [x, filter], params) => {
      if (x === undefined || filter === undefined) throw new Error("a convolution without inputs");
      const [kh = 1, kw = 1, channels = 1, multiplier = 1] = filter.shape;
      const weights = to.reshape(to.transposed(filter.name, filter.shape, [2, 3, 0, 1]), [channels * multiplier, 1, kh, kw]);
      return { channelsFirst: to.op("Conv", [x.channelsFirst, weights], { ...attributesOf(params), group: channels }) };
    },
  },
];

/** Channels up to which the taps of a filter's gradient are joined before the product. */
const narrow = 8;

/** The geometry of a pool's windows, or null where the engine has no such pool. */
export function poolGeometry(call: Call, x: readonly number[]): { readonly params: readonly number[]; readonly output: readonly number[] } | null {
  const rounding = call.attribute("dimRoundingMode");
  const found = tf.backend_util.computePool2DInfo(
    x as [number, number, number, number],
    call.attribute("filterSize") as number | [number, number],
    call.attribute("strides") as number | [number, number],
    1,
    call.attribute("pad") as "same" | "valid" | number,
    (rounding === undefined || rounding === null ? undefined : rounding) as "floor",
  );
  const { top, left, bottom, right } = found.padInfo;
  const { filterHeight: height, filterWidth: width } = found;
  if (top >= height || bottom >= height || left >= width || right >= width) return null;
  if (!isWindowCount(found.inHeight + top + bottom, height, found.strideHeight, 1, found.outHeight) || !isWindowCount(found.inWidth + left + right, width, found.strideWidth, 1, found.outWidth)) return null;
  return { params: [height, width, found.strideHeight, found.strideWidth, 1, 1, top, left, bottom, right], output: found.outShape };
}

export { attributesOf, firstShape };
