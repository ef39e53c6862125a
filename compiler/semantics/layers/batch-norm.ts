// batch_norm: each channel normalized over the batch.

import type { LayerSignature, WeightSignature } from "./layer.js";
import { elements, lastSize, mismatch, notFloat, ok, tensor } from "./shape-rules.js";

/** y = scale (x - mean) / sqrt(variance + epsilon) + bias per channel of the last axis (Ioffe and Szegedy 2015). */
export const batchNorm: LayerSignature = {
  doc: "y = scale (x - mean) / sqrt(variance + epsilon) + bias per channel of the last axis (Ioffe and Szegedy 2015): in training by the statistics of the batch and all positions, otherwise by running ones. The variance has the divisor n.",
  tensors: ["x"],
  rule: { takes: ["f32[..., c]"], gives: "f32[..., c]" },
  options: [
    { name: "momentum", doc: "Share of the running statistics that each step keeps, as in Keras; PyTorch's `momentum` is 1 minus this.", type: { kind: "float", min: 0, max: 1 }, default: 0.9 },
    { name: "epsilon", doc: "Added to the variance.", type: { kind: "float", min: 0, open: true }, default: 1e-5 },
  ],
  shape: (tensors) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    if (x.shape.length === 0) return mismatch("at least one axis", x, "Make a vector of it with `concat(x)`.");
    if (!x.batched) return mismatch("a tensor that depends on the inputs", `${x.dtype}[${x.shape.join(", ")}], the same for each example`, "Give it a tensor that comes from an input.");
    return ok(x, x.shape);
  },
  weights: (tensors) => {
    const size = lastSize(tensor(tensors, 0));
    const weight = (name: string, role: WeightSignature["role"], kind: "zeros" | "ones"): WeightSignature => ({ name, role, shape: [size], axes: ["feature"], init: { kind } });
    return [weight("scale", "scale", "ones"), weight("bias", "bias", "zeros"), weight("mean", "statistic", "zeros"), weight("variance", "statistic", "ones")];
  },
  flops: (_tensors, _options, result) => 4 * elements(result.shape),
};
