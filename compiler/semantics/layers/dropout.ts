// dropout: zeros at random in training.

import type { LayerSignature } from "./layer.js";
import { notFloat, ok, tensor } from "./shape-rules.js";

/** Each element is zero with probability `rate`, else divided by 1 - rate; the identity outside training (Srivastava et al. 2014). */
export const dropout: LayerSignature = {
  doc: "In training each element is zero with probability `rate`, else divided by 1 - rate; the identity otherwise (Srivastava et al. 2014). What is dropped depends on the seed, the layer's path and the step.",
  tensors: ["x"],
  rule: { takes: ["f32[...]"], gives: "f32[...]" },
  options: [{ name: "rate", doc: "Probability of a zero, below 1.", type: { kind: "float", min: 0, max: 0.999999 } }],
  shape: (tensors) => {
    const x = tensor(tensors, 0);
    return x.dtype === "f32" ? ok(x, x.shape) : notFloat(x);
  },
  weights: () => [],
  // None in the model that ships, where it is the identity.
  flops: () => 0,
};
