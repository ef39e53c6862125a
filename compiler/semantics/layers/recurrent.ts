// lstm and gru: a state carried along a sequence.

import { initialValue, initializer } from "../initializers.js";
import type { OptionSpec } from "../options.js";
import type { TensorType } from "../types.js";
import { operationsPerElement } from "./activations.js";
import { l2Option } from "./decay.js";
import type { LayerSignature, Options, ShapeResult, WeightSignature } from "./layer.js";
import { mismatch, notFloat, numberOption, ok, tensor } from "./shape-rules.js";

/** Steps are unrolled when the layer runs, so their number is limited. */
const mostSteps = 4096;

const options: readonly OptionSpec[] = [
  { name: "units", doc: "Size of the state, which is the size of the result's last axis.", type: { kind: "int", min: 1 } },
  { name: "reverse", doc: "Go from the last step to the first; the result stays in the order of the input.", type: { kind: "boolean" }, default: false },
  { name: "init", doc: "Initial value of both kernels, with the connections of one gate.", type: initializer, default: { call: "glorot_uniform", options: {} } },
  l2Option,
];

const initial = { name: "initial", doc: "The state before the first step; zeros unless given.", takes: "f32[units]" };

function shape(tensors: readonly TensorType[], given: Options): ShapeResult {
  const x = tensor(tensors, 0);
  const units = numberOption(given, "units");
  if (x.dtype !== "f32") return notFloat(x);
  if (x.shape.length !== 2) return mismatch("a sequence f32[t, in]", x, x.shape.length === 1 ? "Give it an axis of steps in front, with `reshape([steps, size])`." : "Leave out the batch, if the first axis is one, or join the axes behind the steps, with `reshape([steps, size])`.");
  if (!x.batched) return mismatch("a tensor that depends on the inputs", `f32[${x.shape.join(", ")}], the same for each example`, "Give it a tensor that comes from an input.");
  const [steps = 1] = x.shape;
  if (steps > mostSteps) return mismatch(`at most ${mostSteps} steps`, x, "Shorten the sequence, or join steps with `reshape`.");
  const index = given["initial"];
  const start = typeof index === "number" ? tensor(tensors, index) : null;
  if (start !== null && (start.dtype !== "f32" || start.shape.length !== 1 || start.shape[0] !== units)) {
    const isSequence = start.dtype === "f32" && start.shape.length === 2 && start.shape[1] === units;
    return mismatch(`\`initial\` of f32[${units}]`, start, isSequence ? "Take one step of it, such as `last(x)`." : `Bring it to ${units} numbers, such as with \`dense(${units})\`.`);
  }
  return ok(x, [steps, units]);
}

function weights(gates: number): LayerSignature["weights"] {
  return (tensors, given) => {
    const [, inputs = 1] = tensor(tensors, 0).shape;
    const units = numberOption(given, "units");
    const kernel = (name: string, size: number): WeightSignature => ({ name, role: "kernel", shape: [size, gates * units], axes: ["feature", "feature"], init: initialValue(given["init"], size, units) });
    return [kernel("kernel", inputs), kernel("recurrent", units), { name: "bias", role: "bias", shape: [gates * units], axes: ["feature"], init: { kind: "zeros" } }];
  };
}

/** Of the products with both kernels, and of two sums for each gate; what follows per unit is `perUnit`. */
function flops(gates: number, perUnit: number): LayerSignature["flops"] {
  return (tensors, given) => {
    const [steps = 1, inputs = 1] = tensor(tensors, 0).shape;
    const units = numberOption(given, "units");
    return steps * units * (gates * (2 * inputs + 2 * units + 2) + perUnit);
  };
}

/** Long short-term memory (Hochreiter and Schmidhuber 1997), with the gates of PyTorch. */
export const lstm: LayerSignature = {
  doc: "Long short-term memory (Hochreiter and Schmidhuber 1997), with PyTorch's gates: (i, f, g, o) = x_t K + h R + b, in this order along the last axis of `kernel` K, `recurrent` R and `bias` b; c_t = sigmoid(f) c + sigmoid(i) tanh(g); h_t = sigmoid(o) tanh(c_t). Gives h at all steps. c starts at 0. PyTorch's two biases are one here, their sum.",
  tensors: ["x"],
  optionalTensors: [initial],
  rule: { takes: ["f32[t, in]"], gives: "f32[t, units]" },
  options,
  shape,
  weights: weights(4),
  // c from two products and a sum, h from one more.
  flops: flops(4, 3 * operationsPerElement.sigmoid + 2 * operationsPerElement.tanh + 4),
};

/** Gated recurrent units (Cho et al. 2014), with the gates of PyTorch. */
export const gru: LayerSignature = {
  doc: "Gated recurrent units (Cho et al. 2014), with PyTorch's gates: r = sigmoid(x_t K_r + h R_r + b_r); z = sigmoid(x_t K_z + h R_z + b_z); n = tanh(x_t K_n + b_n + r (h R_n + q)); h_t = (1 - z) n + z h, with r, z, n in this order along the last axis of `kernel` K, `recurrent` R and `bias` b, and q the `recurrent_bias`. Gives h at all steps. PyTorch's two biases of r and z are one here, their sum.",
  tensors: ["x"],
  optionalTensors: [initial],
  rule: { takes: ["f32[t, in]"], gives: "f32[t, units]" },
  options,
  shape,
  weights: (tensors, given) => [...weights(3)(tensors, given), { name: "recurrent_bias", role: "bias", shape: [numberOption(given, "units")], axes: ["feature"], init: { kind: "zeros" } }],
  // n has a product and a sum more than the gates, h is two products, a difference and a sum.
  flops: flops(3, 2 * operationsPerElement.sigmoid + operationsPerElement.tanh + 2 + 4),
};
