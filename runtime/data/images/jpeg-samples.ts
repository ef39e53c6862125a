// From coefficients of a JPEG file to samples and pixels, in the integers of the reference library, libjpeg: the accurate inverse transform
// (jidctint.c, after Loeffler, Ligtenberg and Moschytz), smooth upsampling of colors (jdsample.c) and conversion to RGB (jdcolor.c).

import type { Component } from "./jpeg-scan.js";

/** The samples of a component, a plane of bytes in rows of `stride`. */
export interface Plane {
  readonly samples: Uint8Array;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** Transforms all blocks of a component. */
export function planeOf({ coefficients, steps, blocksWide, blocksHigh, width, height }: Component): Plane {
  const stride = 8 * blocksWide;
  const samples = new Uint8Array(stride * 8 * blocksHigh);
  const work = new Int32Array(64);
  const quant = steps ?? new Uint16Array(64);
  for (let row = 0; row < blocksHigh; row++) {
    for (let column = 0; column < blocksWide; column++) transformBlock(coefficients, 64 * (row * blocksWide + column), quant, work, samples, 8 * (row * stride + column), stride);
  }
  return { samples, stride, width, height };
}

function transformBlock(coefficients: Int16Array, start: number, quant: Uint16Array, work: Int32Array, samples: Uint8Array, target: number, stride: number): void {
  for (let i = 0; i < 64; i++) work[i] = (coefficients[start + i] ?? 0) * (quant[i] ?? 0);
  for (let column = 0; column < 8; column++) transform(work, column, 8, 11);
  for (let row = 0; row < 8; row++) {
    transform(work, 8 * row, 1, 18);
    for (let column = 0; column < 8; column++) {
      const value = (work[8 * row + column] ?? 0) + 128;
      samples[target + row * stride + column] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

/** Eight numbers in place, `step` apart; factors have 13 bits behind the point, the result is divided by 2 to the `shift`, rounded. */
function transform(work: Int32Array, start: number, step: number, shift: number): void {
  const at = (place: number): number => work[start + place * step] ?? 0;
  const [in0, in1, in2, in3, in4, in5, in6, in7] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)];
  const even = (in2 + in6) * 4433;
  const a2 = even - in6 * 15137;
  const a3 = even + in2 * 6270;
  const a0 = (in0 + in4) * 8192;
  const a1 = (in0 - in4) * 8192;
  const odd = (in7 + in3 + in5 + in1) * 9633;
  const z1 = (in7 + in1) * -7373;
  const z2 = (in5 + in3) * -20995;
  const z3 = (in7 + in3) * -16069 + odd;
  const z4 = (in5 + in1) * -3196 + odd;
  const b0 = in7 * 2446 + z1 + z3;
  const b1 = in5 * 16819 + z2 + z4;
  const b2 = in3 * 25172 + z2 + z3;
  const b3 = in1 * 12299 + z1 + z4;
  const half = 1 << (shift - 1);
  work[start] = (a0 + a3 + b3 + half) >> shift;
  work[start + step] = (a1 + a2 + b2 + half) >> shift;
  work[start + 2 * step] = (a1 - a2 + b1 + half) >> shift;
  work[start + 3 * step] = (a0 - a3 + b0 + half) >> shift;
  work[start + 4 * step] = (a0 - a3 - b0 + half) >> shift;
  work[start + 5 * step] = (a1 - a2 - b1 + half) >> shift;
  work[start + 6 * step] = (a1 + a2 - b2 + half) >> shift;
  work[start + 7 * step] = (a0 + a3 - b3 + half) >> shift;
}

/** The plane in the size of the image: each sample stands for `across` columns and `down` rows. */
export function upsample(plane: Plane, across: number, down: number, width: number, height: number): Plane {
  if (across === 1 && down === 1) return plane;
  if (down === 1 && across === 2 && plane.width > 2) return smoothAcross(plane);
  if (down === 2 && across === 2 && plane.width > 2) return smoothBoth(plane);
  if (down === 2 && across === 1) return smoothDown(plane);
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) samples[y * width + x] = plane.samples[Math.floor(y / down) * plane.stride + Math.floor(x / across)] ?? 0;
  return { samples, stride: width, width, height };
}

/** A sample gives 3/4, its nearer neighbor 1/4; roundings go down and up in turn. */
function smoothAcross({ samples, stride, width, height }: Plane): Plane {
  const result = new Uint8Array(2 * width * height);
  for (let y = 0; y < height; y++) {
    const from = y * stride;
    const to = 2 * width * y;
    for (let x = 0; x < width; x++) {
      const here = samples[from + x] ?? 0;
      result[to + 2 * x] = x === 0 ? here : (3 * here + (samples[from + x - 1] ?? 0) + 1) >> 2;
      result[to + 2 * x + 1] = x === width - 1 ? here : (3 * here + (samples[from + x + 1] ?? 0) + 2) >> 2;
    }
  }
  return { samples: result, stride: 2 * width, width: 2 * width, height };
}

function smoothDown({ samples, stride, width, height }: Plane): Plane {
  const result = new Uint8Array(2 * width * height);
  for (let y = 0; y < 2 * height; y++) {
    const [near, far, bias] = rowsOf(y, height);
    for (let x = 0; x < width; x++) result[y * width + x] = (3 * (samples[near * stride + x] ?? 0) + (samples[far * stride + x] ?? 0) + bias) >> 2;
  }
  return { samples: result, stride: width, width, height: 2 * height };
}

function smoothBoth({ samples, stride, width, height }: Plane): Plane {
  const result = new Uint8Array(4 * width * height);
  for (let y = 0; y < 2 * height; y++) {
    const [near, far] = rowsOf(y, height);
    const sum = (x: number): number => 3 * (samples[near * stride + x] ?? 0) + (samples[far * stride + x] ?? 0);
    const to = 2 * width * y;
    let [before, here] = [0, sum(0)];
    for (let x = 0; x < width; x++) {
      const after = x === width - 1 ? 0 : sum(x + 1);
      result[to + 2 * x] = x === 0 ? (4 * here + 8) >> 4 : (3 * here + before + 8) >> 4;
      result[to + 2 * x + 1] = x === width - 1 ? (4 * here + 7) >> 4 : (3 * here + after + 7) >> 4;
      [before, here] = [here, after];
    }
  }
  return { samples: result, stride: 2 * width, width: 2 * width, height: 2 * height };
}

/** For a row of the larger plane: the row that it lies in, its nearer neighbor (at the borders the row itself), and the rounding. */
function rowsOf(y: number, height: number): readonly [number, number, number] {
  const near = y >> 1;
  return y % 2 === 0 ? [near, Math.max(near - 1, 0), 1] : [near, Math.min(near + 1, height - 1), 2];
}

/** Pixels of three planes that hold red, green and blue, or with `isYcc` brightness and two colors (ITU-R BT.601, full range). */
export function colorsOf(planes: readonly [Plane, Plane, Plane], width: number, height: number, isYcc: boolean): Uint8Array {
  const values = new Uint8ClampedArray(3 * width * height);
  const [first, second, third] = planes;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const a = first.samples[y * first.stride + x] ?? 0;
      const b = second.samples[y * second.stride + x] ?? 0;
      const c = third.samples[y * third.stride + x] ?? 0;
      if (!isYcc) {
        values[to] = a;
        values[to + 1] = b;
        values[to + 2] = c;
        continue;
      }
      const [cb, cr] = [b - 128, c - 128];
      values[to] = a + ((91881 * cr + 32768) >> 16);
      values[to + 1] = a + ((-22554 * cb - 46802 * cr + 32768) >> 16);
      values[to + 2] = a + ((116130 * cb + 32768) >> 16);
    }
  }
  return new Uint8Array(values.buffer);
}
