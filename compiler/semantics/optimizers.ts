// Optimizers with their options; the update rules are the runtime's (runtime/optimizers).

import type { FunctionSpec, OptionSpec } from "./options.js";
import { learningRate } from "./schedules.js";

const lr: OptionSpec = { name: "lr", doc: "The learning rate: a number or a schedule.", type: learningRate };
const betas: OptionSpec = { name: "betas", doc: "Shares of the moving averages of the gradient and of its square that each step keeps.", type: { kind: "floats", count: 2, min: 0, max: 0.99999999 }, default: [0.9, 0.999] };
const epsilon: OptionSpec = { name: "epsilon", doc: "Added to the root of the corrected second moment.", type: { kind: "float", min: 0, open: true }, default: 1e-8 };

/** The optimizers by name. In their formulas W is a weight and g its gradient, after clipping. */
export const optimizers: Readonly<Record<string, FunctionSpec>> = {
  sgd: {
    doc: "Gradient descent: m = momentum m + g; W = W - lr m, or with `nesterov` W = W - lr (g + momentum m).",
    options: [
      lr,
      { name: "momentum", doc: "Share of the velocity m that each step keeps.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0 },
      { name: "nesterov", doc: "Look ahead along the velocity.", type: { kind: "boolean" }, default: false },
    ],
  },
  adam: {
    doc: "m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; W = W - lr m' / (sqrt(v') + epsilon), with m' = m / (1 - b1^n) and v' = v / (1 - b2^n) at the n-th step (Kingma and Ba 2015).",
    options: [lr, betas, epsilon],
  },
  adamw: {
    doc: "As `adam`, and before it W = (1 - lr weight_decay) W: decay that the moments do not see (Loshchilov and Hutter 2019, with the decay in units of the rate, as PyTorch has it).",
    options: [
      lr,
      betas,
      epsilon,
      { name: "weight_decay", doc: "Each step takes lr * weight_decay of a weight; `lr` is the rate of that step.", type: { kind: "float", min: 0 }, default: 0.01 },
      { name: "decay", doc: "What decays: `kernels` (and tables of embeddings), or `all` weights, biases and scales too.", type: { kind: "word", words: ["kernels", "all"] }, default: "kernels" },
    ],
  },
  adagrad: {
    doc: "v = v + g^2; W = W - lr g / (sqrt(v) + epsilon) (Duchi, Hazan and Singer 2011).",
    options: [lr, { name: "epsilon", doc: "Added to the root of the sum of squares.", type: { kind: "float", min: 0, open: true }, default: 1e-10 }],
  },
  rmsprop: {
    doc: "v = alpha v + (1 - alpha) g^2; u = g / (sqrt(v) + epsilon); W = W - lr u, or with `momentum` m = momentum m + u; W = W - lr m (Tieleman and Hinton 2012, as PyTorch has it).",
    options: [
      lr,
      { name: "alpha", doc: "Share of the mean square v that each step keeps.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0.99 },
      { name: "epsilon", doc: "Added to the root of the mean square.", type: { kind: "float", min: 0, open: true }, default: 1e-8 },
      { name: "momentum", doc: "Share of the velocity m that each step keeps.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0 },
    ],
  },
  lion: {
    doc: "u = sign(b1 m + (1 - b1) g); W = (1 - lr weight_decay) W - lr u; m = b2 m + (1 - b2) g (Chen et al. 2023). Every element moves by lr at each step, so rates are smaller than Adam's, about a tenth.",
    options: [
      lr,
      { ...betas, doc: "Shares of the moving average: in the step, and in what is kept of it.", default: [0.9, 0.99] },
      { name: "weight_decay", doc: "Each step takes lr * weight_decay of a weight; `lr` is the rate of that step.", type: { kind: "float", min: 0 }, default: 0 },
      { name: "decay", doc: "What decays: `kernels` (and tables of embeddings), or `all` weights, biases and scales too.", type: { kind: "word", words: ["kernels", "all"] }, default: "kernels" },
    ],
  },
};
