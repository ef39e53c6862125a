// Layers for one example in plain loops and double precision, written from their definitions alone: what an outsider does with an
// exported file. Images are flat, `[height, width, channels]`.

import type { PlainTensor } from "./plain-tensors.js";

const at = (values: readonly number[], index: number): number => {
  const value = values[index];
  if (value === undefined) throw new Error(`index ${index} of ${values.length}`);
  return value;
};

/** Cross-correlation of an image [side, side, inputs] with filters [n, n, inputs, outputs], n odd, zeros around, stride 1. */
export function convolve(image: readonly number[], side: number, { shape, values }: PlainTensor): readonly number[] {
  const [n = 0, , inputs = 0, outputs = 0] = shape;
  const out: number[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let dy = 0; dy < n; dy++) {
          for (let dx = 0; dx < n; dx++) {
            const [row, column] = [y + dy - (n - 1) / 2, x + dx - (n - 1) / 2];
            if (row < 0 || column < 0 || row >= side || column >= side) continue;
            for (let i = 0; i < inputs; i++) sum += at(image, (row * side + column) * inputs + i) * at(values, ((dy * n + dx) * inputs + i) * outputs + o);
          }
        }
        out.push(sum);
      }
    }
  }
  return out;
}

/** Batch norm by stored statistics; features are the last axis. */
export function normalize(x: readonly number[], of: { readonly scale: PlainTensor; readonly bias: PlainTensor; readonly mean: PlainTensor; readonly variance: PlainTensor }, epsilon: number): readonly number[] {
  const features = of.mean.values.length;
  return x.map((value, index) => {
    const f = index % features;
    return ((value - at(of.mean.values, f)) / Math.sqrt(at(of.variance.values, f) + epsilon)) * at(of.scale.values, f) + at(of.bias.values, f);
  });
}

export const relu = (x: readonly number[]): readonly number[] => x.map((value) => Math.max(0, value));

/** The largest of each 2 by 2 window. */
export function halve(image: readonly number[], side: number, channels: number): readonly number[] {
  const out: number[] = [];
  for (let y = 0; y < side; y += 2) {
    for (let x = 0; x < side; x += 2) {
      for (let c = 0; c < channels; c++) out.push(Math.max(...[0, 1].flatMap((dy) => [0, 1].map((dx) => at(image, ((y + dy) * side + x + dx) * channels + c)))));
    }
  }
  return out;
}

/** x W + b with W [inputs, outputs]. */
export function dense(x: readonly number[], weight: PlainTensor, bias: PlainTensor): readonly number[] {
  const outputs = bias.values.length;
  return bias.values.map((start, o) => x.reduce((sum, value, i) => sum + value * at(weight.values, i * outputs + o), start));
}

/** Rows of a table, side by side. */
export function lookUp(words: readonly number[], { shape, values }: PlainTensor): readonly number[] {
  const [, width = 0] = shape;
  return words.flatMap((word) => values.slice(word * width, (word + 1) * width));
}

export function softmax(x: readonly number[]): readonly number[] {
  const largest = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
