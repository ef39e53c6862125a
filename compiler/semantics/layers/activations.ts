// Activations and other functions of one tensor, element by element (softmax: along the last axis).

import type { OptionSpec } from "../options.js";
import type { LayerSignature } from "./layer.js";
import { elements, mismatch, notFloat, ok, tensor } from "./shape-rules.js";

/** A function f32[...] to f32[...] without weights; `cost` is its count of operations per element. */
function elementwise(doc: string, cost: number, options: readonly OptionSpec[] = []): LayerSignature {
  return {
    doc,
    tensors: ["x"],
    rule: { takes: ["f32[...]"], gives: "f32[...]" },
    options,
    shape: (tensors) => {
      const x = tensor(tensors, 0);
      return x.dtype === "f32" ? ok(x, x.shape) : notFloat(x);
    },
    weights: () => [],
    flops: (_tensors, _options, result) => cost * elements(result.shape),
  };
}

/** Operations per element of those that other layers have inside. */
export const operationsPerElement = { sigmoid: 4, tanh: 4, softmax: 5 } as const;

/** The functions by name; formulas in their docs. */
export const activations = {
  relu: elementwise("max(x, 0).", 1),
  leaky_relu: elementwise("x where x > 0, else slope * x.", 2, [{ name: "slope", doc: "Factor of negative values.", type: { kind: "float" }, default: 0.01 }]),
  elu: elementwise("x where x > 0, else exp(x) - 1.", 3),
  gelu: elementwise("x Phi(x), with the normal distribution function Phi (exact, by erf).", 8),
  silu: elementwise("x sigmoid(x).", 5),
  sigmoid: elementwise("1 / (1 + exp(-x)).", operationsPerElement.sigmoid),
  tanh: elementwise("Hyperbolic tangent, (e^x - e^-x) / (e^x + e^-x).", operationsPerElement.tanh),
  softplus: elementwise("log(1 + exp(x)).", 4),
  exp: elementwise("e^x.", 1),
  log: elementwise("Natural logarithm, of numbers above 0.", 1),
  sqrt: elementwise("Square root; its gradient at 0 is infinite.", 1),
  softmax: {
    ...elementwise("exp(x) / sum exp(x) along the last axis.", operationsPerElement.softmax),
    rule: { takes: ["f32[..., n]"], gives: "f32[..., n]" },
    shape: (tensors) => {
      const x = tensor(tensors, 0);
      if (x.dtype !== "f32") return notFloat(x);
      return x.shape.length > 0 ? ok(x, x.shape) : mismatch("at least one axis", x, "Make a vector of it with `concat(x)`.");
    },
  },
} as const satisfies Readonly<Record<string, LayerSignature>>;
