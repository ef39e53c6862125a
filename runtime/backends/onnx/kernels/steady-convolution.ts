// Convolutions in a form that gives the same bits with any number of threads.

import type { Emitter } from "../emitter.js";
import { isSameShape, sizeOf } from "../value.js";
import { product } from "./products.js";
import { isSteadyConvolution, type ConvolutionSizes } from "./steady.js";

/** Attributes of ONNX's Conv, all given. */
export interface ConvolutionAttributes {
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly group?: number;
}

/** x, of shape [n, c, ...space], by filters of shape [f, c / group, ...]. */
export function convolveSteadily(to: Emitter, x: string, [n = 1, channels = 1, ...space]: readonly number[], filter: string, [filters = 1, depth = 1]: readonly number[], attributes: ConvolutionAttributes): string {
  const groups = attributes.group ?? 1;
  const places = space.map((size, axis) => placesOf(size, axis, attributes));
  const sizes: ConvolutionSizes = { images: n * groups, filters: filters / groups, inner: depth * sizeOf(attributes.kernel_shape), places: sizeOf(places), isDirect: isDirect(depth, space, attributes) };
  const plainly = (image: string, group: number): string => to.op("Conv", [image, filter], { ...attributes, group });
  if (isSteadyConvolution(sizes)) return plainly(x, groups);
  if (groups === 1 && isSameShape(attributes.kernel_shape, space) && sizes.places === 1 && attributes.pads.every((pad) => pad === 0)) {
    const row = sizes.inner;
    const whole = product(to, { name: to.reshape(x, [n, row]), shape: [n, row], isTransposed: false }, { name: to.reshape(filter, [filters, row]), shape: [filters, row], isTransposed: true });
    return to.reshape(whole, [n, filters, ...places]);
  }
  // A share of the filters each, for as many copies of the image: copies count as images, which are shared out whole.
  const copies = Array.from({ length: sizes.filters }, (_, i) => i + 1).find((count) => count > 1 && sizes.filters % count === 0 && isSteadyConvolution({ ...sizes, images: sizes.images * count, filters: sizes.filters / count }));
  if (copies !== undefined) {
    const rest = [channels / groups, ...space];
    const repeated = to.op("Expand", [to.reshape(x, [n, groups, 1, ...rest]), to.integers([n, groups, copies, ...rest])]);
    return plainly(to.reshape(repeated, [n, channels * copies, ...space]), groups * copies);
  }
  // One filter: of two images only the first is taken.
  const twice = plainly(to.op("Expand", [x, to.integers([2, channels, ...space])]), groups);
  return to.op("Slice", [twice, to.integers([0]), to.integers([1]), to.integers([0])]);
}

function placesOf(size: number, axis: number, { kernel_shape: window, strides, dilations, pads }: ConvolutionAttributes): number {
  const padded = size + (pads[axis] ?? 0) + (pads[axis + window.length] ?? 0);
  return Math.floor((padded - ((window[axis] ?? 1) - 1) * (dilations[axis] ?? 1) - 1) / (strides[axis] ?? 1)) + 1;
}

/** Does the engine multiply the image as it is? */
function isDirect(depth: number, space: readonly number[], { kernel_shape: window, strides, dilations, pads }: ConvolutionAttributes): boolean {
  if (strides.some((stride) => stride !== 1) || pads.some((pad) => pad !== 0)) return false;
  if (sizeOf(window) === 1) return true;
  // Windows as wide as an image of one channel, or as high and one wide.
  return window.length === 2 && depth === 1 && dilations.every((each) => each === 1) && (window[1] === space[1] || (window[0] === space[0] && window[1] === 1));
}
