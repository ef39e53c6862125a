// Windows that move over space in two or three axes, as convolutions, pools and morphology have them: their geometry as params of a kernel,
// and what lies under each of their places. Tensors are [n, ...space, c].

import type { Emitter, Operand } from "../emitter.js";
import { sizeOf } from "../value.js";

/** One number for each axis of space. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export function paramsOf({ kernel, strides, dilations, before, after }: Windows): readonly number[] {
  return [...kernel, ...strides, ...dilations, ...before, ...after];
}

export function windowsOf(params: readonly number[]): Windows {
  const axes = params.length / 5;
  const part = (i: number): readonly number[] => params.slice(i * axes, (i + 1) * axes);
  return { kernel: part(0), strides: part(1), dilations: part(2), before: part(3), after: part(4) };
}

export function attributesOf({ kernel, strides, dilations, before, after }: Windows): Readonly<Record<string, readonly number[]>> {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] };
}

const at = (numbers: readonly number[], i: number, otherwise: number): number => numbers[i] ?? otherwise;

/**
 * Does the engine find as many windows as TensorFlow.js? With other roundings than down it may not. Nor does it know borders below 0, which
 * TensorFlow.js gives volumes under windows smaller than their steps.
 */
export function isExpected(windows: Windows, space: readonly number[], places: readonly number[]): boolean {
  return [...windows.before, ...windows.after].every((n) => n >= 0) && space.every((size, i) => left(windows, i, size, at(places, i, 1)) >= 0 && left(windows, i, size, at(places, i, 1)) < at(windows.strides, i, 1));
}

/** What stays at the end of an axis, padding included, behind the last window. */
function left({ kernel, strides, dilations, before, after }: Windows, i: number, size: number, places: number): number {
  return size + at(before, i, 0) + at(after, i, 0) - (places - 1) * at(strides, i, 1) - (at(kernel, i, 1) - 1) * at(dilations, i, 1) - 1;
}

/** What stays behind the last window on each axis. */
export function leftOver(windows: Windows, space: readonly number[], places: readonly number[]): readonly number[] {
  return space.map((size, i) => left(windows, i, size, at(places, i, 1)));
}

/** The places in a window, the last axis fastest. */
export function offsets({ kernel, dilations }: Windows): readonly (readonly number[])[] {
  let found: readonly (readonly number[])[] = [[]];
  for (const [axis, count] of kernel.entries()) found = found.flatMap((start) => Array.from({ length: count }, (_, i) => [...start, i * at(dilations, axis, 1)]));
  return found;
}

/** x with its borders, filled with `value`. */
export function padded(to: Emitter, x: string, { before, after }: Windows, value: number): string {
  if ([...before, ...after].every((n) => n === 0)) return x;
  return to.op("Pad", [x, to.integers([0, ...before, 0, 0, ...after, 0]), to.float(value)]);
}

/** x's part under each place of the windows: [n, ...places, c] each. */
export function taps(to: Emitter, x: string, windows: Windows, places: readonly number[], border = 0): readonly string[] {
  const whole = padded(to, x, windows, border);
  const axes = to.integers(places.map((_, i) => i + 1));
  const ends = places.map((count, i) => (count - 1) * at(windows.strides, i, 1) + 1);
  return offsets(windows).map((start) => to.op("Slice", [whole, to.integers(start), to.integers(start.map((from, i) => from + at(ends, i, 1))), axes, to.integers(windows.strides)]));
}

/** [n, ...space, c] as [n, c, ...space]. */
export function channelsFirst(to: Emitter, x: Operand): string {
  if (x.shape.length === 4) return x.channelsFirst;
  return to.transposed(x.name, x.shape, [0, x.shape.length - 1, ...x.shape.slice(1, -1).map((_, i) => i + 1)]);
}

/** [n, c, ...space] as [n, ...space, c], which has that shape. */
export function channelsLast(to: Emitter, name: string, [n = 1, ...rest]: readonly number[]): string {
  const space = rest.slice(0, -1);
  return to.transposed(name, [n, rest.at(-1) ?? 1, ...space], [0, ...space.map((_, i) => i + 2), 1]);
}

/**
 * Sends each number of dy [n, ...places, c] to the place in its window that `tap` (int64, of the same shape) names, and sums up what meets:
 * [n, ...space, c] of that shape. In order, so that sums do not depend on threads.
 */
export function sentBack(to: Emitter, dy: Operand, tap: string, windows: Windows, shape: readonly number[]): string {
  const whole = shape.map((size, axis) => size + at(windows.before, axis - 1, 0) + at(windows.after, axis - 1, 0));
  const steps = whole.map((_, axis) => sizeOf(whole.slice(axis + 1)));
  const starts = dy.shape.map((count, axis) => {
    const step = at(steps, axis, 1) * at(windows.strides, axis - 1, 1);
    return to.reshape(to.int32s(Array.from({ length: count }, (_, i) => i * step)), dy.shape.map((_, i) => (i === axis ? count : 1)));
  });
  const within = offsets(windows).map((offset) => offset.reduce((sum, n, i) => sum + n * at(steps, i + 1, 1), 0));
  const places = [...starts, to.op("Gather", [to.int32s(within), tap])].reduce((sum, each) => to.op("Add", [sum, each]));
  const [flat, count] = [[dy.size], sizeOf(whole)];
  const zeros = to.op("Expand", [to.float(0), to.integers([count])]);
  const sums = to.reshape(to.op("ScatterElements", [zeros, to.reshape(places, flat), to.reshape(dy.name, flat)], { axis: 0, reduction: "add" }), whole);
  return cropped(to, sums, windows, shape);
}

/** The inverse of `padded`: the part of that shape. */
export function cropped(to: Emitter, x: string, { before, after }: Windows, shape: readonly number[]): string {
  if ([...before, ...after].every((n) => n === 0)) return x;
  return to.op("Slice", [x, to.integers(before), to.integers(before.map((from, i) => from + at(shape, i + 1, 1))), to.integers(before.map((_, i) => i + 1))]);
}
