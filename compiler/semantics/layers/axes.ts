// transpose, slice, first and last: layers that move along the axes of an example. Any dtype goes through as it is.

import { printType, type TensorType } from "../types.js";
import type { LayerSignature, ShapeResult } from "./layer.js";
import { axisFix, axisOf, mismatch, numberOption, numbersOption, tensor } from "./shape-rules.js";

/** The same elements or some of them: dtype, batch and bound of labels stay. */
function sameKind(like: TensorType, shape: readonly number[]): ShapeResult {
  return { kind: "ok", type: { ...like, shape } };
}

/** The order of axes that `transpose` gives an example of this rank; axes from the end are counted from the start. */
export function transposedAxes(axes: readonly number[], rank: number): readonly number[] {
  if (axes.length === 0) return Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return axes.map((axis) => axisOf(axis, rank) ?? 0);
}

/** The axes of an example in another order. */
export const transpose: LayerSignature = {
  doc: "The axes of an example in another order; without `axes` in the reverse one, so that a matrix is transposed.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "f32[...]", where: "the result has the sizes in the order of `axes`; i32 and bool keep their dtype" },
  options: [{ name: "axes", doc: "Each axis of the example once, in the new order; 0 is the first, -1 the last. `[]`: the reverse order.", type: { kind: "ints" }, default: [] }],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const given = numbersOption(options, "axes");
    const axes = given.map((axis) => axisOf(axis, x.shape.length));
    const fits = given.length === 0 || (given.length === x.shape.length && !axes.includes(null) && new Set(axes).size === axes.length);
    if (!fits) return mismatch(`each of the ${x.shape.length} axes of ${printType(x)} once`, `[${given.join(", ")}]`, `Write the axes 0 to ${x.shape.length - 1} in their new order: the batch is not counted.`);
    return sameKind(x, transposedAxes(given, x.shape.length).map((axis) => x.shape[axis] ?? 1));
  },
  weights: () => [],
  flops: () => 0,
};

/** Some neighbors along an axis. */
export const slice: LayerSignature = {
  doc: "`size` neighbors along an axis of the example, from `start` on.",
  tensors: ["x"],
  rule: { takes: ["f32[..., n, ...]"], gives: "f32[..., size, ...]", where: "n is the size at `axis`; i32 and bool keep their dtype" },
  options: [
    { name: "start", doc: "The first that is taken, counted from 0; -1 is the last.", type: { kind: "int" } },
    { name: "size", doc: "How many are taken.", type: { kind: "int", min: 1 } },
    { name: "axis", doc: "The axis along which they stand; -1 is the last.", type: { kind: "int" }, default: -1 },
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    const axis = axisOf(numberOption(options, "axis"), x.shape.length);
    if (axis === null) return mismatch(`an axis of ${printType(x)}`, `axis ${numberOption(options, "axis")}`, axisFix(x.shape.length));
    const length = x.shape[axis] ?? 0;
    const start = axisOf(numberOption(options, "start"), length);
    const size = numberOption(options, "size");
    if (start === null || start + size > length) {
      const from = numberOption(options, "start");
      return mismatch(`a part of the ${length} along axis ${axis}`, `${size} from ${from} on`, start === null ? `Start from 0 to ${length - 1}.` : `Take at most ${length - start} from there.`);
    }
    return sameKind(x, x.shape.with(axis, size));
  },
  weights: () => [],
  flops: () => 0,
};

function step(doc: string): LayerSignature {
  return {
    doc,
    tensors: ["x"],
    rule: { takes: ["f32[t, ...]"], gives: "f32[...]", where: "i32 and bool keep their dtype" },
    options: [],
    shape: (tensors) => {
      const x = tensor(tensors, 0);
      return x.shape.length > 0 ? sameKind(x, x.shape.slice(1)) : mismatch("at least one axis", x, "Remove the layer: there is no axis.");
    },
    weights: () => [],
    flops: () => 0,
  };
}

/** [t, ...] to [...]. */
export const first: LayerSignature = step("What stands first along the first axis: of a sequence [t, d] the first vector.");

/** [t, ...] to [...]. */
export const last: LayerSignature = step("What stands last along the first axis: of a sequence [t, d] the last vector.");
