// Operators on tensors, and numbers that became tensors.

import { printType, type TensorType } from "../types.js";
import { broadcast } from "./broadcast.js";
import type { LayerSignature } from "./layer.js";
import { elements, mismatch, ok, tensor } from "./shape-rules.js";

function binary(doc: string, dtypes: readonly TensorType["dtype"][]): LayerSignature {
  return {
    doc,
    tensors: ["a", "b"],
    rule: { takes: ["f32[...]", "f32[...]"], gives: "f32[...]", where: `sizes are aligned at the right, and only a size of 1 stretches; ${dtypes.join(" or ")} on both sides, and a number has the dtype beside it` },
    options: [],
    shape: (tensors) => {
      const a = tensor(tensors, 0);
      const b = tensor(tensors, 1);
      for (const x of [a, b])
        if (!dtypes.includes(x.dtype)) return mismatch(dtypes.join(" or "), x, "Turn it into f32 first, with `cast(x, f32)`.");
      if (a.dtype !== b.dtype) return mismatch(`${a.dtype} on both sides`, `${printType(a)} and ${printType(b)}`, "Turn one into the other's dtype, with `cast(x, f32)`.");
      const shape = broadcast(a.shape, b.shape);
      if (shape === null) return mismatch("equal sizes, or 1, from the right", `${printType(a)} and ${printType(b)}`, sizesFix(a.shape, b.shape));
      return { kind: "ok", type: { dtype: a.dtype, shape, batched: a.batched || b.batched, below: null } };
    },
    weights: () => [],
    flops: (_tensors, _options, result) => elements(result.shape),
  };
}

// What to do about sizes that do not meet: a way around that changes the size, or an axis to stretch.
function sizesFix(a: readonly number[], b: readonly number[]): string {
  if (a.length !== b.length) return "Give both as many axes, with `reshape`: sizes are aligned at the right.";
  const isImage = a.length === 3 && (a[0] !== b[0] || a[1] !== b[1]);
  if (isImage) return "Bring both to one height and width: a `conv2d` with the same `stride` on the way around, `resize`, or `slice`.";
  return "Give both the same sizes, such as with `dense` on the way around, or one a size of 1, which stretches.";
}

/** The operators by the name of their application. */
export const operators = {
  constant: {
    doc: "A number in the place of a tensor; it has the dtype beside it.",
    tensors: [],
    rule: { takes: [], gives: "f32" },
    options: [{ name: "value", doc: "The number.", type: { kind: "float" } }],
    shape: () => ({ kind: "ok", type: { dtype: "f32", shape: [], batched: false, below: null } }),
    weights: () => [],
    flops: () => 0,
  },
  add: binary("Sum, element by element.", ["f32", "i32"]),
  sub: binary("Difference, element by element.", ["f32", "i32"]),
  mul: binary("Product, element by element.", ["f32", "i32"]),
  div: binary("Quotient, element by element.", ["f32"]),
  pow: binary("Power, element by element.", ["f32"]),
  neg: {
    doc: "-x.",
    tensors: ["x"],
    rule: { takes: ["f32[...]"], gives: "f32[...]" },
    options: [],
    shape: (tensors) => {
      const x = tensor(tensors, 0);
      return x.dtype === "bool" ? mismatch("f32 or i32", x, "Turn it into f32 first, with `cast(x, f32)`.") : ok(x, x.shape, x.dtype);
    },
    weights: () => [],
    flops: (_tensors, _options, result) => elements(result.shape),
  },
} as const satisfies Readonly<Record<string, LayerSignature>>;
