// Generators of synthetic data with the fields that each gives.

import type { TensorType } from "../types.js";

export interface GeneratorSpec {
  readonly doc: string;
  readonly fields: Readonly<Record<string, Pick<TensorType, "dtype" | "shape" | "below">>>;
}

export const generators: Readonly<Record<string, GeneratorSpec>> = {
  digits: {
    doc: "Handwritten-looking digits, drawn by strokes with shift, rotation, shear, scale, thickness, blur and noise; values from 0 to 255.",
    fields: { image: { dtype: "f32", shape: [28, 28, 1], below: null }, label: { dtype: "i32", shape: [], below: 10 } },
  },
  shapes: {
    doc: "Circles, boxes and triangles in shades of gray, from 0 to 1: `target` as they are, `noisy` with normal noise of standard deviation 0.2.",
    fields: { noisy: { dtype: "f32", shape: [64, 64, 1], below: null }, target: { dtype: "f32", shape: [64, 64, 1], below: null } },
  },
  spirals: {
    doc: "Points of two spirals that wind around each other, with coordinates from about -1 to 1; the class is the spiral.",
    fields: { point: { dtype: "f32", shape: [2], below: null }, label: { dtype: "i32", shape: [], below: 2 } },
  },
};
