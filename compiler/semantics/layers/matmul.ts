// matmul: products of matrices that are both computed. A product with a trained matrix is `dense`.

import { printType, type TensorType } from "../types.js";
import type { LayerSignature } from "./layer.js";
import { elements, lastSize, mismatch, notFloat, ok, tensor } from "./shape-rules.js";

/** [..., n, k] and [..., k, m] to [..., n, m]. */
export const matmul: LayerSignature = {
  doc: "Products of matrices, [n, k] by [k, m], one for each position of the axes before. For a product with trained weights use `dense`.",
  tensors: ["a", "b"],
  rule: { takes: ["f32[..., n, k]", "f32[..., k, m]"], gives: "f32[..., n, m]", where: "`...` is the same in both" },
  options: [],
  shape: (tensors) => {
    const a = tensor(tensors, 0);
    const b = tensor(tensors, 1);
    for (const x of [a, b]) {
      if (x.dtype !== "f32") return notFloat(x);
      if (x.shape.length < 2) return mismatch("matrices: at least two axes", x, x.shape.length === 1 ? `Give it another axis, with \`reshape([1, ${lastSize(x)}])\` or \`reshape([${lastSize(x)}, 1])\`.` : "Give it a matrix.");
    }
    const before = (x: TensorType): readonly number[] => x.shape.slice(0, -2);
    const k = lastSize(a);
    const wanted = [...before(a), k, lastSize(b)];
    if (wanted.length === b.shape.length && wanted.every((size, axis) => size === b.shape[axis])) return ok(a, [...a.shape.slice(0, -1), lastSize(b)]);
    const help = lastSize(b) === k && b.shape.length === a.shape.length ? "Transpose the second: its rows must be as many as the columns of the first." : "Give both the same sizes before the last two axes, and the second as many rows as the first has columns.";
    return mismatch(`f32[${[...before(a), k, "any"].join(", ")}] as the second, for ${printType(a)} as the first`, b, help);
  },
  weights: () => [],
  flops: (tensors, _options, result) => 2 * lastSize(tensor(tensors, 0)) * elements(result.shape),
};
