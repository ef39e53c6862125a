// Adam (Kingma and Ba 2015) and AdamW, Adam with decoupled decay (Loshchilov and Hutter 2019):
// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; W = (1 - rate decay) W - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
// In a kernel set v is that of G by default and m_i that of p_i G; with moments per copy v_i is that of p_i G and epsilon is divided by k.

import * as tf from "@tensorflow/tfjs-core";
import { adamStepName, type AdamStepAttributes, type AdamStepInputs } from "../backends/cpu/adam-step.js";
import { scheduleOf, type Rate } from "../schedules.js";
import { hasKernel, spreadMixing, unlessBroken, usedGradient, type Optimizer, type StepRates, type Updated, type WeightStep } from "./optimizer.js";

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
    slots: ({ shape, copies, moments }) => ({ first: [copies, ...shape], second: moments === "shared" ? shape : [copies, ...shape] }),
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

/** sqrt(v / c) + epsilon is (sqrt(v) + epsilon sqrt(c)) / sqrt(c): so what is per element is one root, one sum and one quotient. */
function composed(step: WeightStep, at: (rates: StepRates) => AdamStepAttributes, isDecaying: boolean): Updated {
  const { value, p, scale, shape, coefficient } = step;
  const { first, second } = slotsOf(step);
  const { beta1, beta2 } = at(step.rates);
  const isShared = step.moments === "shared";
  const g = usedGradient(step);
  const copies = tf.mul(spreadMixing(p, shape), tf.expandDims(g, 0));
  const m = tf.add(tf.mul(first, beta1), tf.mul(copies, 1 - beta1));
  const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(isShared ? g : copies), 1 - beta2));
  const rate = coefficient("adam rate", (rates) => (at(rates).rate * Math.sqrt(at(rates).correction2)) / at(rates).correction1);
  const offset = coefficient("adam epsilon", (rates) => at(rates).epsilon * Math.sqrt(at(rates).correction2));
  const pace = tf.div(rate, tf.add(tf.sqrt(v), offset));
  const kept = isDecaying ? tf.mul(value, coefficient("adam keep", (rates) => at(rates).keep)) : value;
  const next = tf.sub(kept, tf.mul(m, isShared ? tf.expandDims(pace, 0) : pace));
  return { value: unlessBroken(scale, next, value), slots: { first: unlessBroken(scale, m, first), second: unlessBroken(scale, v, second) } };
}
