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
};
