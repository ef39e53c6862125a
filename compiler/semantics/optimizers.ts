// Optimizers with their options; the update rules are the runtime's.

import type { OptionSpec } from "./options.js";
import { learningRate } from "./schedules.js";

const lr: OptionSpec = { name: "lr", doc: "The learning rate: a number or a schedule.", type: learningRate };
const betas: OptionSpec = { name: "betas", doc: "Shares of the moving averages of the gradient and of its square that each step keeps.", type: { kind: "floats", count: 2, min: 0, max: 0.99999999 }, default: [0.9, 0.999] };
const epsilon: OptionSpec = { name: "epsilon", doc: "Added to the root of the second moment.", type: { kind: "float", min: 0, open: true }, default: 1e-8 };

/** The optimizers by name. */
export const optimizers: Readonly<Record<string, readonly OptionSpec[]>> = {
  sgd: [
    lr,
    { name: "momentum", doc: "Share of the velocity that each step keeps.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0 },
    { name: "nesterov", doc: "Look ahead along the velocity.", type: { kind: "boolean" }, default: false },
  ],
  adam: [lr, betas, epsilon],
  adamw: [
    lr,
    betas,
    epsilon,
    { name: "weight_decay", doc: "Each step takes rate * weight_decay of a weight.", type: { kind: "float", min: 0 }, default: 0.01 },
    { name: "decay", doc: "What decays: `kernels` (and embeddings), or `all` weights.", type: { kind: "word", words: ["kernels", "all"] }, default: "kernels" },
  ],
};
