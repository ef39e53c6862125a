// Gradient descent with momentum, as PyTorch and Keras have it: m = mu m + g; W -= rate m, with Nesterov rate (g + mu m).

import * as tf from "@tensorflow/tfjs-core";
import { sgdStepName, type SgdStepAttributes, type SgdStepInputs } from "../backends/cpu/sgd-step.js";
import { scheduleOf, type Rate } from "../schedules.js";
import { hasKernel, spreadMixing, unlessBroken, type Optimizer, type Updated, type WeightStep } from "./optimizer.js";

export interface SgdOptions {
  readonly lr: Rate;
  /** mu; 0 for none. */
  readonly momentum: number;
  readonly nesterov: boolean;
}

export function sgd({ lr, momentum, nesterov }: SgdOptions): Optimizer {
  return {
    name: "sgd",
    schedule: scheduleOf(lr),
    weightDecay: 0,
    decay: "kernels",
    slots: ({ shape, copies }): Readonly<Record<string, readonly number[]>> => (momentum === 0 ? {} : { momentum: [copies, ...shape] }),
    update: (step) => {
      const attributes: SgdStepAttributes = { rate: step.rate * step.linearFactor, momentum, nesterov };
      return hasKernel(sgdStepName) ? inPlace(step, attributes) : composed(step, attributes);
    },
  };
}

function inPlace(step: WeightStep, attributes: SgdStepAttributes): Updated {
  const { value, gradient, slots, p, scale } = step;
  const inputs: SgdStepInputs = { weight: value, gradient, p, scale, ...slots };
  tf.engine().runKernel(sgdStepName, { ...inputs }, { ...attributes });
  return { value, slots };
}

function composed({ value, gradient, slots, p, scale, shape }: WeightStep, { rate, momentum: mu, nesterov }: SgdStepAttributes): Updated {
  const g = tf.mul(spreadMixing(p, shape), tf.expandDims(tf.mul(gradient, scale), 0));
  const old = slots["momentum"];
  if (old === undefined) return { value: unlessBroken(scale, tf.sub(value, tf.mul(g, rate)), value), slots };
  const m = tf.add(tf.mul(old, mu), g);
  const move = nesterov ? tf.add(g, tf.mul(m, mu)) : m;
  return { value: unlessBroken(scale, tf.sub(value, tf.mul(move, rate)), value), slots: { momentum: unlessBroken(scale, m, old) } };
}
