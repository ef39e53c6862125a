// Optimizers with their options; the update rules are the runtime's (runtime/optimizers).

import type { OptionValue } from "./option-value.js";
import type { FunctionSpec, OptionSpec } from "./options.js";
import { learningRate } from "./schedules.js";

const lr: OptionSpec = { name: "lr", doc: "The learning rate: a number or a schedule.", type: learningRate };
const betas: OptionSpec = { name: "betas", doc: "Shares of the moving averages of the gradient and of its square that each step keeps.", type: { kind: "floats", count: 2, min: 0, max: 0.99999999 }, default: [0.9, 0.999] };
const epsilon: OptionSpec = { name: "epsilon", doc: "Added to the root of the corrected second moment.", type: { kind: "float", min: 0, open: true }, default: 1e-8 };

/** An optimizer, and what it keeps of the gradients of each weight from step to step. */
export interface OptimizerSpec extends FunctionSpec {
  /** First moments, one for each copy of a kernel, and second ones. */
  readonly keeps: (options: Readonly<Record<string, OptionValue>>) => { readonly first: boolean; readonly second: boolean };
  /** What moments depend on beside the gradients: options, and the optimizer if another one's moments are not the same. */
  readonly moments: { readonly of: string; readonly by: readonly string[] };
}

const hasMomentum = (options: Readonly<Record<string, OptionValue>>): boolean => options["momentum"] !== 0;

/** The optimizers by name. In their formulas W is a weight and g its gradient, after clipping. */
export const optimizers: Readonly<Record<string, OptimizerSpec>> = {
  sgd: {
    doc: "Gradient descent: m = momentum m + g; W = W - lr m, or with `nesterov` W = W - lr (g + momentum m).",
    keeps: (options) => ({ first: hasMomentum(options), second: false }),
    moments: { of: "sgd", by: ["momentum"] },
    options: [
      lr,
      { name: "momentum", doc: "Share of the velocity m that each step keeps.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0 },
      { name: "nesterov", doc: "Look ahead along the velocity.", type: { kind: "boolean" }, default: false },
    ],
  },
  adam: {
    doc: "m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; W = W - lr m' / (sqrt(v') + epsilon), with m' = m / (1 - b1^n) and v' = v / (1 - b2^n) at the n-th step (Kingma and Ba 2015).",
    keeps: () => ({ first: true, second: true }),
    moments: { of: "adam", by: ["betas"] },
    options: [lr, betas, epsilon],
  },
  adamw: {
    doc: "As `adam`, and before it W = (1 - lr weight_decay) W: decay that the moments do not see (Loshchilov and Hutter 2019, with the decay in units of the rate, as PyTorch has it).",
    keeps: () => ({ first: true, second: true }),
    moments: { of: "adam", by: ["betas"] },
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
    keeps: () => ({ first: false, second: true }),
    moments: { of: "adagrad", by: [] },
    options: [lr, { name: "epsilon", doc: "Added to the root of the sum of squares.", type: { kind: "float", min: 0, open: true }, default: 1e-10 }],
  },
  rmsprop: {
    doc: "v = alpha v + (1 - alpha) g^2; u = g / (sqrt(v) + epsilon); W = W - lr u, or with `momentum` m = momentum m + u; W = W - lr m (Tieleman and Hinton 2012, as PyTorch has it).",
    keeps: (options) => ({ first: hasMomentum(options), second: true }),
    moments: { of: "rmsprop", by: ["alpha", "momentum"] },
    options: [
      lr,
      { name: "alpha", doc: "Share of the mean square v that each step keeps.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0.99 },
      { name: "epsilon", doc: "Added to the root of the mean square.", type: { kind: "float", min: 0, open: true }, default: 1e-8 },
      { name: "momentum", doc: "Share of the velocity m that each step keeps.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0 },
    ],
  },
  lion: {
    doc: "u = sign(b1 m + (1 - b1) g); W = (1 - lr weight_decay) W - lr u; m = b2 m + (1 - b2) g (Chen et al. 2023). Every element moves by lr at each step, so rates are smaller than Adam's, about a tenth.",
    keeps: () => ({ first: true, second: false }),
    moments: { of: "lion", by: ["betas"] },
    options: [
      lr,
      { ...betas, doc: "Shares of the moving average: in the step, and in what is kept of it.", default: [0.9, 0.99] },
      { name: "weight_decay", doc: "Each step takes lr * weight_decay of a weight; `lr` is the rate of that step.", type: { kind: "float", min: 0 }, default: 0 },
      { name: "decay", doc: "What decays: `kernels` (and tables of embeddings), or `all` weights, biases and scales too.", type: { kind: "word", words: ["kernels", "all"] }, default: "kernels" },
    ],
  },
  rk: {
    doc: "A Runge-Kutta step on the gradient flow dW/dt = -f(W), f the gradient: stages look at g_i = f(W - h sum_j a_ij g_j), and W = W - h sum_i b_i g_i (Dherin et al. 2025, \"Learning by solving differential equations\": that gradient descent is order 1 and that higher orders follow the flow more precisely is the paper's, which reports for order 4 on small image tasks better tests than Adam's with small batches and a gap with large ones). A step costs `order` gradients. `clip` bounds the gradient of each stage, so that the step follows the flow of the clipped gradient; `regularize` is part of f; a kernel set is mixed by one draw for all stages; dropout is the same in all stages on one batch; `batch_norm` takes its statistics from the first. These are our choices.",
    keeps: (options) => ({ first: hasMomentum(options), second: options["precondition"] === true }),
    moments: { of: "rk", by: ["momentum", "precondition"] },
    options: [
      lr,
      { name: "order", doc: "Gradients of a step, and how its error falls with the rate h: by h^(order + 1). 1 is `sgd` exactly, bit by bit, 2 is Heun's method, 3 and 4 are Kutta's (order 3 is our addition). On a quadratic of curvature l a step is stable while h l is below 2, 2, 2.513, 2.785.", type: { kind: "int", min: 1, max: 4 }, default: 2 },
      { name: "batches", doc: "`same`: one batch for all stages, on which the order holds. `split`: a batch of its own for each stage, so that a step takes `order` times as many rows: less noise, and no order. Our choice.", type: { kind: "word", words: ["same", "split"] }, default: "same" },
      { name: "momentum", doc: "Share of the velocity m that each step keeps: m = momentum m + sum_i b_i g_i; W = W - h m (known to us second-hand). It widens the stable rates of order 1 only.", type: { kind: "float", min: 0, max: 0.99999999 }, default: 0 },
      { name: "precondition", doc: "The field is A g with A = (1 + G)^(-1/2), G the sum over steps of g^2 for each element (known to us second-hand). G takes in the step's first gradient, and A is the same in all stages (our choice).", type: { kind: "boolean" }, default: false },
      { name: "adaptive", doc: "The rate is h = lr / (1 + (lr/2) v^power), at most `lr` (known to us second-hand), with v = |J f| / |f| the curvature along the field in the step before, by the difference of its first two stages, f(W) - f(W - c h f) over c h, c = 1 for order 2 and 1/2 above (derived by us); v is 0 in the first step. The rate that is logged is `lr`.", type: { kind: "boolean" }, default: false },
      { name: "power", doc: "Power of the curvature in `adaptive`. With 1 (our choice) h v stays below 2.", type: { kind: "float", min: 0, open: true }, default: 1 },
    ],
  },
};
