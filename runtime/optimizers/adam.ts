// Adam (Kingma and Ba 2015) and AdamW, Adam with decoupled decay (Loshchilov and Hutter 2019):
// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; W = (1 - rate decay) W - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
// In a kernel set v is that of G by default and m_i that of p_i G; with moments per copy v_i is that of p_i G and epsilon is divided by k.

import * as tf from "@tensorflow/tfjs-core";
import { adamUpdateName } from "../backends/onnx-kernels/updates.js";
import { adamStepName, type AdamStepAttributes, type AdamStepInputs } from "../backends/cpu/adam-step.js";
import { scheduleOf, type Rate } from "../schedules.js";
import { hasKernel, isUpdatable, spreadMixing, unlessBroken, usedGradient, type Optimizer, type StepRates, type Updated, type WeightStep } from "./optimizer.js";

export interface AdamOptions {
  readonly lr: Rate;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

export interface AdamwOptions extends AdamOptions {
  /** Per unit of rate: each step takes rate * weightDecay of a weight. */
  readonly weightDecay: number;
  /** `kernels` (and embedding tables) by default; `all` reaches biases and scales too. */
  readonly decay?: "kernels" | "all";
}

export function adam(options: AdamOptions): Optimizer {
  return { ...adamw({ ...options, weightDecay: 0 }), name: "adam" };
}

export function adamw({ lr, betas: [beta1, beta2], epsilon, weightDecay, decay = "kernels" }: AdamwOptions): Optimizer {
  return {
    name: "adamw",
    schedule: scheduleOf(lr),
    weightDecay,
    decay,
    slots: ({ shape, copies, moments }) => ({
      first: { shape: [copies, ...shape], degree: 1, filled: (steps) => 1 - beta1 ** steps },
      second: { shape: moments === "shared" ? shape : [copies, ...shape], degree: 2, filled: (steps) => 1 - beta2 ** steps },
    }),
    update: (step) => {
      const isShared = step.moments === "shared";
      const attributesAt = ({ rate, linearFactor, perCopyFactor, keep, count }: StepRates): AdamStepAttributes => ({
        rate: rate * (isShared ? linearFactor : perCopyFactor),
        keep,
        beta1,
        beta2,
        correction1: 1 - beta1 ** count,
        correction2: 1 - beta2 ** count,
        epsilon: isShared ? epsilon : epsilon / step.copies,
      });
      return hasKernel(adamStepName) ? inPlace(step, attributesAt(step.rates)) : composed(step, attributesAt, weightDecay > 0);
    },
  };
}

function slotsOf({ slots }: WeightStep): { readonly first: tf.Tensor; readonly second: tf.Tensor } {
  const { first, second } = slots;
  if (first === undefined || second === undefined) throw new Error("Adam's moments are missing");
  return { first, second };
}

function inPlace(step: WeightStep, attributes: AdamStepAttributes): Updated {
  const { value, gradient, p } = step;
  const inputs: AdamStepInputs = { weight: value, gradient, p, scale: step.scale ?? tf.scalar(1), ...slotsOf(step) };
  tf.engine().runKernel(adamStepName, { ...inputs }, { ...attributes });
  return { value, slots: step.slots };
}

/**
 * sqrt(v / c) + epsilon is (sqrt(v) + epsilon sqrt(c)) / sqrt(c): so what is per element is one root, one sum and one quotient. Copies and
 * their share p come as a matrix and a column, where that is possible: backends are faster so than with more axes.
 */
function composed(step: WeightStep, at: (rates: StepRates) => AdamStepAttributes, isDecaying: boolean): Updated {
  const { scale, copies: k, coefficient } = step;
  const { beta1, beta2 } = at(step.rates);
  const rate = coefficient("adam rate", (rates) => (at(rates).rate * Math.sqrt(at(rates).correction2)) / at(rates).correction1);
  const offset = coefficient("adam epsilon", (rates) => at(rates).epsilon * Math.sqrt(at(rates).correction2));
  const keep = coefficient("adam keep", (rates) => at(rates).keep);
  if (isUpdatable(step, adamUpdateName)) {
    const inputs = { weight: step.value, ...slotsOf(step), gradient: usedGradient(step), p: step.p, rate, offset, keep };
    const [value = step.value, first = step.value, second = step.value] = tf.engine().runKernel<tf.Tensor[]>(adamUpdateName, inputs, { beta1, beta2 });
    return { value, slots: { first, second } };
  }
  const isShared = step.moments === "shared";
  const isFlat = step.p.rank === 1;
  const { first: oldFirst, second: oldSecond } = slotsOf(step);
  const flat = (x: tf.Tensor, rows: number): tf.Tensor => (isFlat ? tf.reshape(x, [rows, -1]) : rows === 1 ? tf.expandDims(x, 0) : x);
  const [value, first, second, g] = [flat(step.value, k), flat(oldFirst, k), flat(oldSecond, isShared ? 1 : k), flat(usedGradient(step), 1)];
  const p = isFlat ? tf.reshape(step.p, [k, 1]) : spreadMixing(step.p, step.shape);
  const m = tf.add(tf.mul(first, beta1), tf.mul(tf.mul(p, 1 - beta1), g));
  const squares = isShared ? tf.mul(tf.mul(g, 1 - beta2), g) : tf.mul(tf.mul(tf.square(p), 1 - beta2), tf.square(g));
  const v = tf.add(tf.mul(second, beta2), squares);
  const pace = tf.div(rate, tf.add(tf.sqrt(v), offset));
  const kept = isDecaying ? tf.mul(value, keep) : value;
  const next = tf.sub(kept, tf.mul(m, pace));
  const after = (x: tf.Tensor, old: tf.Tensor): tf.Tensor => unlessBroken(scale, tf.reshape(x, old.shape), old);
  return { value: after(next, step.value), slots: { first: after(m, oldFirst), second: after(v, oldSecond) } };
}
