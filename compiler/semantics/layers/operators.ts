// Operators on tensors, and numbers that became tensors.

import { printType, type TensorType } from "../types.js";
import { broadcast } from "./broadcast.js";
import type { LayerSignature } from "./layer.js";
import { elements, mismatch, ok, tensor } from "./shape-rules.js";

function binary(doc: string, dtypes: readonly TensorType["dtype"][]): LayerSignature {
  return {
    doc,
    tensors: ["a", "b"],
    options: [],
    shape: (tensors) => {
      const a = tensor(tensors, 0);
      const b = tensor(tensors, 1);
      for (const x of [a, b])
        if (!dtypes.includes(x.dtype)) return mismatch(dtypes.join(" or "), x, "Turn it into f32 first, with `cast(x, f32)`.");
      if (a.dtype !== b.dtype) return mismatch(`${a.dtype} on both sides`, `${printType(a)} and ${printType(b)}`, "Turn one into the other's dtype, with `cast(x, f32)`.");
      const shape = broadcast(a.shape, b.shape);
      if (shape === null) return mismatch("equal sizes, or 1, from the right", `${printType(a)} and ${printType(b)}`);
      return { kind: "ok", type: { dtype: a.dtype, shape, batched: a.batched || b.batched, below: null } };
    },
    weights: () => [],
    flops: (_tensors, _options, result) => elements(result.shape),
  };
}

/** The operators by the name of their application. */
export const operators = {
  constant: {
    doc: "A number in the place of a tensor; it has the dtype beside it.",
    tensors: [],
    options: [{ name: "value", doc: "The number.", type: { kind: "float" } }],
    shape: () => ({ kind: "ok", type: { dtype: "f32", shape: [], batched: false, below: null } }),
    weights: () => [],
    flops: () => 0,
  },
  add: binary("a + b.", ["f32", "i32"]),
  sub: binary("a - b.", ["f32", "i32"]),
  mul: binary("a * b, element by element.", ["f32", "i32"]),
  div: binary("a / b, element by element.", ["f32"]),
  pow: binary("a ** b, element by element.", ["f32"]),
  neg: {
    doc: "-x.",
    tensors: ["x"],
    options: [],
    shape: (tensors) => {
      const x = tensor(tensors, 0);
      return x.dtype === "bool" ? mismatch("f32 or i32", x) : ok(x, x.shape, x.dtype);
    },
    weights: () => [],
    flops: (_tensors, _options, result) => elements(result.shape),
  },
} as const satisfies Readonly<Record<string, LayerSignature>>;
