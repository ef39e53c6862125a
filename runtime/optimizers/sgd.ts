// Gradient descent with momentum, as PyTorch and Keras have it: m = mu m + g; W -= rate m, with Nesterov rate (g + mu m).

import * as tf from "@tensorflow/tfjs-core";
import { sgdUpdateName } from "../backends/onnx-kernels/updates.js";
import { sgdStepName, type SgdStepAttributes, type SgdStepInputs } from "../backends/cpu/sgd-step.js";
import { scheduleOf, type Rate } from "../schedules.js";
import { hasKernel, isUpdatable, spreadMixing, unlessBroken, usedGradient, type Optimizer, type Slot, type StepRates, type Updated, type WeightStep } from "./optimizer.js";

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
    slots: ({ shape, copies }): Readonly<Record<string, Slot>> => (momentum === 0 ? {} : { momentum: { shape: [copies, ...shape], degree: 1 } }),
    update: (step) => {
      const rateAt = ({ rate, linearFactor }: StepRates): number => rate * linearFactor;
      if (step.pace !== undefined) return composed(step, tf.mul(step.coefficient("sgd rate", rateAt), step.pace), momentum, nesterov);
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
  const { slots, scale, copies: k } = step;
  if (isUpdatable(step, sgdUpdateName)) {
    const [value = step.value, momentum] = tf.engine().runKernel<tf.Tensor[]>(sgdUpdateName, { weight: step.value, ...slots, gradient: usedGradient(step), p: step.p, rate }, { mu, nesterov });
    return { value, slots: momentum === undefined ? {} : { momentum } };
  }
  const isFlat = step.p.rank === 1;
  const flat = (x: tf.Tensor, rows: number): tf.Tensor => (isFlat ? tf.reshape(x, [rows, -1]) : rows === 1 ? tf.expandDims(x, 0) : x);
  const value = flat(step.value, k);
  const p = isFlat ? tf.reshape(step.p, [k, 1]) : spreadMixing(step.p, step.shape);
  const after = (x: tf.Tensor, old: tf.Tensor): tf.Tensor => unlessBroken(scale, tf.reshape(x, old.shape), old);
  const g = tf.mul(p, flat(usedGradient(step), 1));
  const old = slots["momentum"];
  if (old === undefined) return { value: after(tf.sub(value, tf.mul(g, rate)), step.value), slots };
  const m = tf.add(tf.mul(flat(old, k), mu), g);
  const move = nesterov ? tf.add(g, tf.mul(m, mu)) : m;
  return { value: after(tf.sub(value, tf.mul(move, rate)), step.value), slots: { momentum: after(m, old) } };
}
