// Gradient descent with momentum, as PyTorch and Keras have it: m = mu m + g; W -= rate m, with Nesterov rate (g + mu m).

import * as tf from "@tensorflow/tfjs-core";
import { sgdStepName, type SgdStepAttributes, type SgdStepInputs } from "../backends/cpu/sgd-step.js";
import { scheduleOf, type Rate } from "../schedules.js";
import { hasKernel, spreadMixing, unlessBroken, usedGradient, type Optimizer, type StepRates, type Updated, type WeightStep } from "./optimizer.js";

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
      const rateAt = ({ rate, linearFactor }: StepRates): number => rate * linearFactor;
      return hasKernel(sgdStepName) ? inPlace(step, { rate: rateAt(step.rates), momentum, nesterov }) : composed(step, step.coefficient("sgd rate", rateAt), momentum, nesterov);
    },
  };
}

function inPlace(step: WeightStep, attributes: SgdStepAttributes): Updated {
  const { value, gradient, slots, p } = step;
  const inputs: SgdStepInputs = { weight: value, gradient, p, scale: step.scale ?? tf.scalar(1), ...slots };
  tf.engine().runKernel(sgdStepName, { ...inputs }, { ...attributes });
  return { value, slots };
}

function composed(step: WeightStep, rate: tf.Tensor, mu: number, nesterov: boolean): Updated {
  const { value, slots, p, scale, shape } = step;
  const g = tf.mul(spreadMixing(p, shape), tf.expandDims(usedGradient(step), 0));
  const old = slots["momentum"];
  if (old === undefined) return { value: unlessBroken(scale, tf.sub(value, tf.mul(g, rate)), value), slots };
  const m = tf.add(tf.mul(old, mu), g);
  const move = nesterov ? tf.add(g, tf.mul(m, mu)) : m;
  return { value: unlessBroken(scale, tf.sub(value, tf.mul(move, rate)), value), slots: { momentum: unlessBroken(scale, m, old) } };
}
