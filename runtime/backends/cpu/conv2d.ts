// Our kernels for convolutions on the backend `cpu`: windows are copied into rows of a matrix, a chunk of positions at a time so that
// the matrix stays in the cache, and multiplied. Images are [batch, height, width, channels], filters [h, w, in, out].

import * as tf from "@tensorflow/tfjs-core";
import { floats, input, type Call } from "./arrays.js";
import { accumulate, multiply, type Matrix } from "./gemm.js";

/** Numbers in the matrix of one chunk: 1 MB. */
const chunkNumbers = 1 << 18;

type Info = tf.backend_util.Conv2DInfo;

/** Images [batch, h, w, in] and filters to [batch, oh, ow, out]. */
export function conv2d(call: Call): tf.TensorInfo {
  const info = infoOf(call, input(call, "x").shape, input(call, "filter").shape);
  const filter = floats(call, "filter");
  const out = new Float32Array(info.batchSize * info.outHeight * info.outWidth * info.outChannels);
  const depth = windowSize(info);
  const n = info.outChannels;
  eachChunk(info, floats(call, "x"), (windows, first, count) => {
    multiply(windows, rows(filter, n), count, depth, n, out, first * n);
  });
  return call.backend.makeTensorInfo([...info.outShape], "float32", out);
}

/** The gradient of the filter: windows^T dy, summed in double precision over all positions. */
export function conv2dBackpropFilter(call: Call): tf.TensorInfo {
  const shape = numbers(call.attrs["filterShape"]);
  const info = infoOf(call, input(call, "x").shape, shape);
  const dy = floats(call, "dy");
  const depth = windowSize(info);
  const n = info.outChannels;
  const sums = new Float64Array(depth * n);
  eachChunk(info, floats(call, "x"), (windows, first, count) => {
    const transposed: Matrix = { ...windows, row: windows.column, column: windows.row };
    accumulate(transposed, { ...rows(dy, n), offset: first * n }, depth, count, n, sums);
  });
  return call.backend.makeTensorInfo([...shape], "float32", Float32Array.from(sums));
}

/** The gradient of the images: dy filter^T, each window added back to where it came from. */
export function conv2dBackpropInput(call: Call): tf.TensorInfo {
  const shape = numbers(call.attrs["inputShape"]);
  const info = infoOf(call, shape, input(call, "filter").shape);
  const filter = floats(call, "filter");
  const dy = floats(call, "dy");
  const depth = windowSize(info);
  const n = info.outChannels;
  const dx = new Float32Array(info.batchSize * info.inHeight * info.inWidth * info.inChannels);
  const positions = positionsOf(info);
  const transposed: Matrix = { values: filter, offset: 0, row: 1, column: n };
  if (isPointwise(info)) {
    multiply(rows(dy, n), transposed, positions, n, depth, dx, 0);
  } else {
    const chunk = Math.min(positions, Math.max(1, Math.floor(chunkNumbers / depth)));
    const windows = new Float32Array(chunk * depth);
    for (let first = 0; first < positions; first += chunk) {
      const count = Math.min(chunk, positions - first);
      multiply({ ...rows(dy, n), offset: first * n }, transposed, count, n, depth, windows, 0);
      addWindows(info, windows, first, count, dx);
    }
  }
  return call.backend.makeTensorInfo([...shape], "float32", dx);
}

function infoOf(call: Call, xShape: readonly number[], filterShape: readonly number[]): Info {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = call.attrs;
  if (dataFormat !== undefined && dataFormat !== "NHWC") throw new Error("the conv2d kernels for `cpu` take NHWC only");
  return tf.backend_util.computeConv2DInfo(
    four(xShape),
    four(filterShape),
    pair(strides ?? 1),
    pair(dilations ?? 1),
    padding(pad),
    dimRoundingMode === "floor" || dimRoundingMode === "round" || dimRoundingMode === "ceil" ? dimRoundingMode : undefined,
  );
}

/** Calls `use` with the windows of successive positions as a matrix [count, kh * kw * in]. */
function eachChunk(info: Info, x: Float32Array, use: (windows: Matrix, first: number, count: number) => void): void {
  const depth = windowSize(info);
  const positions = positionsOf(info);
  if (isPointwise(info)) {
    use(rows(x, depth), 0, positions);
    return;
  }
  const chunk = Math.min(positions, Math.max(1, Math.floor(chunkNumbers / depth)));
  const windows = new Float32Array(chunk * depth);
  for (let first = 0; first < positions; first += chunk) {
    const count = Math.min(chunk, positions - first);
    copyWindows(info, x, first, count, windows);
    use(rows(windows, depth), first, count);
  }
}

/** Copies the windows of `count` positions into rows; what lies in the padding is 0. */
function copyWindows(info: Info, x: Float32Array, first: number, count: number, windows: Float32Array): void {
  let to = 0;
  eachRun(info, first, count, (before, from, length, after) => {
    for (const end = to + before; to < end; to++) windows[to] = 0;
    for (const end = from + length; from < end; from++) windows[to++] = x[from] as number;
    for (const end = to + after; to < end; to++) windows[to] = 0;
  });
}

/** Adds rows back to the positions that `copyWindows` takes them from. */
function addWindows(info: Info, windows: Float32Array, first: number, count: number, dx: Float32Array): void {
  let from = 0;
  eachRun(info, first, count, (before, to, length, after) => {
    from += before;
    for (const end = to + length; to < end; to++) dx[to] = (dx[to] as number) + (windows[from++] as number);
    from += after;
  });
}

/**
 * Calls `use` for each run of numbers that lie side by side both in a window and in the image: how many of the window come before it and
 * lie in the padding, where it starts in the image, its length, how many come after. Without dilation a window's line is one run.
 */
function eachRun(info: Info, first: number, count: number, use: (before: number, start: number, length: number, after: number) => void): void {
  const { inHeight, inWidth, inChannels, filterHeight, filterWidth, dilationHeight, dilationWidth } = info;
  const isWhole = dilationWidth === 1;
  const span = isWhole ? filterWidth : 1;
  for (let position = first; position < first + count; position++) {
    const column = position % info.outWidth;
    const line = Math.floor(position / info.outWidth);
    const top = (line % info.outHeight) * info.strideHeight - info.padInfo.top;
    const left = column * info.strideWidth - info.padInfo.left;
    const image = Math.floor(line / info.outHeight) * inHeight;
    for (let i = 0; i < filterHeight; i++) {
      const y = top + i * dilationHeight;
      for (let j = 0; j < filterWidth; j += span) {
        const start = left + j * dilationWidth;
        const low = Math.min(Math.max(start, 0), start + span);
        const high = Math.max(Math.min(start + span, inWidth), low);
        if (y < 0 || y >= inHeight || high <= low) use(span * inChannels, 0, 0, 0);
        else use((low - start) * inChannels, ((image + y) * inWidth + low) * inChannels, (high - low) * inChannels, (start + span - high) * inChannels);
      }
    }
  }
}

/** A 1x1 filter of stride 1: the images are the matrix. */
function isPointwise(info: Info): boolean {
  const { padInfo } = info;
  return windowSize(info) === info.inChannels && info.strideHeight === 1 && info.strideWidth === 1 && padInfo.top + padInfo.bottom + padInfo.left + padInfo.right === 0;
}

function windowSize(info: Info): number {
  return info.filterHeight * info.filterWidth * info.inChannels;
}

function positionsOf(info: Info): number {
  return info.batchSize * info.outHeight * info.outWidth;
}

function rows(values: Float32Array, width: number): Matrix {
  return { values, offset: 0, row: width, column: 1 };
}

function numbers(value: unknown): number[] {
  if (Array.isArray(value) && value.every((x) => typeof x === "number")) return value;
  throw new Error("a convolution kernel was called without a shape");
}

function four(shape: readonly number[]): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}

/** An attribute that is one number for both axes, or one each. */
export function pair(value: unknown): [number, number] {
  if (typeof value === "number") return [value, value];
  const [a = 1, b = a] = numbers(value);
  return [a, b];
}

/** The padding attribute as TensorFlow.js has it. */
export function padding(value: unknown): "same" | "valid" | number | tf.backend_util.ExplicitPadding {
  if (value === "same" || value === "valid" || typeof value === "number") return value;
  if (Array.isArray(value)) return value as tf.backend_util.ExplicitPadding;
  throw new Error("a convolution kernel was called without a padding");
}
