// pad: more at the ends of axes, all of one value.

import { printType } from "../types.js";
import type { LayerSignature } from "./layer.js";
import { mismatch, numberOption, numbersOption, tensor } from "./shape-rules.js";

/** [n, ...] to [before + n + after, ...]. */
export const pad: LayerSignature = {
  doc: "A border of one value before and after what is there, along the first axes of an example: `pad([2, 2])` of an image is a border of 2 on all four sides.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "f32[...]", where: "each size grows by what stands in `before` and `after` for its axis; axes for which nothing stands there keep theirs; i32 keeps its dtype" },
  options: [
    { name: "before", doc: "How many are added before the first, axis by axis.", type: { kind: "ints", min: 0 } },
    { name: "after", doc: "How many are added behind the last; as `before` unless given.", type: { kind: "ints", min: 0 }, default: (earlier) => earlier["before"] ?? [] },
    { name: "value", doc: "What is added.", type: { kind: "float" }, default: 0 },
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype === "bool") return mismatch("numbers", x, "Turn the values into f32 first, with `cast(x, f32)`.");
    const [before, after] = [numbersOption(options, "before"), numbersOption(options, "after")];
    const value = numberOption(options, "value");
    for (const list of [before, after]) {
      if (list.length > x.shape.length) return mismatch(`at most ${x.shape.length} numbers for the axes of ${printType(x)}`, `[${list.join(", ")}]`, "Write at most one number for each axis: `pad([1, 1])` is a border on all four sides of an image.");
    }
    if (x.dtype === "i32" && (value | 0) !== value) return mismatch("a whole number of 32 bits as `value` for i32", String(value), "Write a whole number, or turn the tensor into f32 first, with `cast(x, f32)`.");
    const shape = x.shape.map((size, axis) => (before[axis] ?? 0) + size + (after[axis] ?? 0));
    const below = x.below === null || value < 0 ? null : Math.max(x.below, value + 1);
    return { kind: "ok", type: { ...x, shape, below } };
  },
  weights: () => [],
  flops: () => 0,
};
