// noise: normal numbers in training.

import type { LayerSignature } from "./layer.js";
import { notFloat, ok, tensor } from "./shape-rules.js";

/** Standard normal numbers in the shape of x; 0 outside training. */
export const noise: LayerSignature = {
  doc: "Independent standard normal numbers in the shape of `x`, whose values do not matter; 0 outside training. They depend on the seed, the layer's path and the step.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "f32[...]" },
  options: [],
  shape: (tensors) => {
    const x = tensor(tensors, 0);
    return x.dtype === "f32" ? ok(x, x.shape) : notFloat(x);
  },
  weights: () => [],
  // None in the model that ships, where it is 0.
  flops: () => 0,
};
