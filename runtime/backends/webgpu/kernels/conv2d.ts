// Convolutions of images and their gradients on WebGPU, as products of `gemm.ts` whose windows are read where they are. TensorFlow.js's gradients
// have one thread for each number of the result, a hundred times slower where images are many.

import * as tf from "@tensorflow/tfjs-core";
import { hasFloats, type WebGpuBackend } from "../programs.js";
import { matrix, product, type Side } from "./gemm.js";

/** Multiplications below which TensorFlow.js's kernel of the forward pass is as fast. */
const least = 2 ** 24;

type Info = tf.backend_util.Conv2DInfo;
type Suffix = "A" | "B";

/** x [n, h, w, c] with filters [kh, kw, c, out]; null: not served. */
export function conv2d(backend: WebGpuBackend, { x, filter }: tf.NamedTensorInfoMap, attrs: object): tf.TensorInfo | null {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs as tf.Conv2DAttrs;
  if (x === undefined || filter === undefined || !isServed(backend, [x, filter], dataFormat)) return null;
  const info = tf.backend_util.computeConv2DInfo(four(x.shape), four(filter.shape), strides, dilations, pad, dimRoundingMode);
  const rows = info.batchSize * info.outHeight * info.outWidth;
  const inner = info.filterHeight * info.filterWidth * info.inChannels;
  if (rows * inner * info.outChannels < least) return null;
  return product(backend, {
    a: windows(x, info, "position", "A"),
    b: matrix(filter, { lines: info.outChannels, inner, batch: 1, isTurned: true }, "B"),
    batch: 1,
    rows,
    columns: info.outChannels,
    inner,
    shape: info.outShape,
  });
}

/** The gradient of the filters: sum over all positions of what a filter saw, times dy. */
export function conv2dBackpropFilter(backend: WebGpuBackend, { x, dy }: tf.NamedTensorInfoMap, attrs: object): tf.TensorInfo | null {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as tf.Conv2DBackpropFilterAttrs;
  if (x === undefined || dy === undefined || !isServed(backend, [x, dy], dataFormat)) return null;
  const info = tf.backend_util.computeConv2DInfo(four(x.shape), four(filterShape), strides, 1, pad, dimRoundingMode);
  const inner = info.batchSize * info.outHeight * info.outWidth;
  return product(backend, {
    a: windows(x, info, "tap", "A"),
    b: matrix(dy, { lines: info.outChannels, inner, batch: 1, isTurned: true }, "B"),
    batch: 1,
    rows: info.filterHeight * info.filterWidth * info.inChannels,
    columns: info.outChannels,
    inner,
    shape: info.filterShape,
  });
}

/** The gradient of the images: each of their numbers, from all positions whose windows it was in. */
export function conv2dBackpropInput(backend: WebGpuBackend, { dy, filter }: tf.NamedTensorInfoMap, attrs: object): tf.TensorInfo | null {
  const { strides, pad, dataFormat, dimRoundingMode, inputShape } = attrs as tf.Conv2DBackpropInputAttrs;
  if (dy === undefined || filter === undefined || !isServed(backend, [dy, filter], dataFormat)) return null;
  const info = tf.backend_util.computeConv2DInfo(four(inputShape), four(filter.shape), strides, 1, pad, dimRoundingMode);
  return product(backend, {
    a: positions(dy, info),
    b: acrossFilters(filter, info),
    batch: 1,
    rows: info.batchSize * info.inHeight * info.inWidth,
    columns: info.inChannels,
    inner: info.filterHeight * info.filterWidth * info.outChannels,
    shape: info.inShape,
  });
}

function isServed(backend: WebGpuBackend, tensors: readonly tf.TensorInfo[], dataFormat: string | undefined): boolean {
  return (dataFormat === undefined || dataFormat === "NHWC") && tensors.every((tensor) => hasFloats(backend, tensor) && tf.util.sizeFromShape(tensor.shape) > 0);
}

function four(shape: readonly number[]): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}

function geometry({ inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo }: Info): Readonly<Record<string, number>> {
  return { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop: padInfo.top, padLeft: padInfo.left };
}

/** A position of the result, and a number of a filter, in WGSL: where in the images they are, and what is added to that. */
const place = (name: string): string => `
  fn ${name}Position(i: u32) -> Place {
    let x = i % p.outWidth;
    let rest = i / p.outWidth;
    let y = rest % p.outHeight;
    return Place(i32(y * p.strideHeight) - i32(p.padTop), i32(x * p.strideWidth) - i32(p.padLeft), (rest / p.outHeight) * p.inHeight * p.inWidth * p.inChannels);
  }
  fn ${name}Tap(i: u32) -> Place {
    let c = i % p.inChannels;
    let rest = i / p.inChannels;
    return Place(i32((rest / p.filterWidth) * p.dilationHeight), i32((rest % p.filterWidth) * p.dilationWidth), c);
  }`;

/** Numbers of the images that filters see: a line is a position of the result and a step a tap of the filter, or the other way round. */
function windows(x: tf.TensorInfo, info: Info, line: "position" | "tap", suffix: Suffix): Side {
  const [lineOf, stepOf] = line === "position" ? ["Position", "Tap"] : ["Tap", "Position"];
  return {
    name: `windows by ${line}`,
    // Channels are side by side.
    along: line === "position" ? "k" : "line",
    tensor: x,
    uniforms: geometry(info),
    code: (s) => `
  struct Place { y: i32, x: i32, start: u32 }
  ${place("window")}
  fn line${s}(z: u32, i: u32) -> Place { return window${lineOf}(i); }
  fn step${s}(k: u32) -> Place { return window${stepOf}(k); }
  fn at${s}(line: Place, step: Place) -> f32 {
    let y = line.y + step.y;
    let x = line.x + step.x;
    if (y < 0 || x < 0 || y >= i32(p.inHeight) || x >= i32(p.inWidth)) { return 0.0; }
    return ${suffix.toLowerCase()}[line.start + step.start + (u32(y) * p.inWidth + u32(x)) * p.inChannels];
  }`,
  };
}

/** dy as the numbers of an image see it: a line is a number's place in the images, a step a filter's tap and one of its outputs. */
function positions(dy: tf.TensorInfo, info: Info): Side {
  const isDense = info.strideHeight === 1 && info.strideWidth === 1;
  return {
    name: isDense ? "positions" : "positions by strides",
    along: "k",
    tensor: dy,
    uniforms: geometry(info),
    code: (s) => `
  struct Place { y: i32, x: i32, start: u32 }
  fn line${s}(z: u32, i: u32) -> Place {
    let x = i % p.inWidth;
    let rest = i / p.inWidth;
    return Place(i32(rest % p.inHeight + p.padTop), i32(x + p.padLeft), (rest / p.inHeight) * p.outHeight * p.outWidth * p.outChannels);
  }
  fn step${s}(k: u32) -> Place {
    let rest = k / p.outChannels;
    return Place(i32((rest / p.filterWidth) * p.dilationHeight), i32((rest % p.filterWidth) * p.dilationWidth), k % p.outChannels);
  }
  fn at${s}(line: Place, step: Place) -> f32 {
    var y = line.y - step.y;
    var x = line.x - step.x;
    if (y < 0 || x < 0) { return 0.0; }
${isDense ? "" : `    if (u32(y) % p.strideHeight != 0u || u32(x) % p.strideWidth != 0u) { return 0.0; }
    y /= i32(p.strideHeight);
    x /= i32(p.strideWidth);`}
    if (y >= i32(p.outHeight) || x >= i32(p.outWidth)) { return 0.0; }
    return a[line.start + step.start + (u32(y) * p.outWidth + u32(x)) * p.outChannels];
  }`,
  };
}

/** Filters [kh, kw, c, out]: a line is a channel of the images, a step a tap and an output. */
function acrossFilters(filter: tf.TensorInfo, { inChannels, outChannels }: Info): Side {
  return {
    name: "across filters",
    along: "k",
    tensor: filter,
    uniforms: { filterChannels: inChannels, filterOutputs: outChannels },
    code: (s) => `
  fn line${s}(z: u32, i: u32) -> u32 { return i * p.filterOutputs; }
  fn step${s}(k: u32) -> u32 { return (k / p.filterOutputs) * p.filterChannels * p.filterOutputs + k % p.filterOutputs; }
  fn at${s}(line: u32, step: u32) -> f32 { return b[line + step]; }`,
  };
}
