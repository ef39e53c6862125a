// dense: y = x W + b over the last axis.

import { initialValue, initializer } from "../initializers.js";
import { l2Option } from "./decay.js";
import type { LayerSignature } from "./layer.js";
import { elements, lastSize, mismatch, notFloat, numberOption, ok, tensor } from "./shape-rules.js";

const features = { kernel: ["feature", "feature"], bias: ["feature"] } as const;
const zeros = { kind: "zeros" } as const;

/** A fully connected layer over the last axis: [..., in] to [..., units]. */
export const dense: LayerSignature = {
  doc: "Fully connected: y = x W + b over the last axis, the same at each position of the others.",
  tensors: ["x"],
  rule: { takes: ["f32[..., in]"], gives: "f32[..., units]" },
  options: [
    { name: "units", doc: "Size of the result's last axis.", type: { kind: "int", min: 1 } },
    { name: "bias", doc: "Add a bias.", type: { kind: "boolean" }, default: true },
    { name: "init", doc: "Initial value of the kernel.", type: initializer, default: { call: "he_normal", options: {} } },
    l2Option,
  ],
  shape: (tensors, options) => {
    const x = tensor(tensors, 0);
    if (x.dtype !== "f32") return notFloat(x);
    if (x.shape.length === 0) return mismatch("at least one axis", x, "Make a vector of it with `concat(x)`.");
    return ok(x, [...x.shape.slice(0, -1), numberOption(options, "units")]);
  },
  weights: (tensors, options) => {
    const size = lastSize(tensor(tensors, 0));
    const units = numberOption(options, "units");
    return [
      { name: "kernel", role: "kernel", shape: [size, units], axes: features.kernel, init: initialValue(options["init"], size, units) },
      ...(options["bias"] === true ? [{ name: "bias", role: "bias", shape: [units], axes: features.bias, init: zeros } as const] : []),
    ];
  },
  flops: (tensors, options, result) => elements(result.shape) * (2 * lastSize(tensor(tensors, 0)) + (options["bias"] === true ? 1 : 0)),
};
