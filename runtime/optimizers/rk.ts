// Runge-Kutta steps on the gradient flow: the gradient g* = sum_i b_i f_i over the stages of methods/runge-kutta.ts takes the place of the
// gradient in SGD, m = momentum m + g*; W -= h m (training/walk.ts has the stages). Order 1 is SGD itself.

import type { RungeKuttaOrder } from "../methods/runge-kutta.js";
import { tableaus } from "../methods/runge-kutta.js";
import type { Rate } from "../schedules.js";
import type { Optimizer, Slot } from "./optimizer.js";
import { sgd } from "./sgd.js";

export interface RkOptions {
  readonly lr: Rate;
  readonly order: RungeKuttaOrder;
  /** One batch for all stages of a step, or one for each. */
  readonly batches: "same" | "split";
  /** 0 for none. */
  readonly momentum: number;
  /** The field is A g, A = (1 + sum over steps of g^2)^(-1/2) per element, held over the stages of a step. */
  readonly precondition: boolean;
  /** The rate is h = lr / (1 + (lr / 2) v^power), v the curvature along the field in the step before. */
  readonly adaptive: boolean;
  readonly power: number;
}

export function rk({ lr, order, batches, momentum, precondition, adaptive, power }: RkOptions): Optimizer {
  const descent = sgd({ lr, momentum, nesterov: false });
  if (order === 1 && !precondition) return { ...descent, name: "rk" };
  return {
    ...descent,
    name: "rk",
    stages: {
      tableau: tableaus[order],
      isSplit: order > 1 && batches === "split",
      isPreconditioned: precondition,
      // Curvature is seen between two stages on one batch.
      adaptive: adaptive && order > 1 && batches === "same" ? { power } : null,
    },
    slots: (weight): Readonly<Record<string, Slot>> => (precondition ? { ...preconditioned(descent.slots(weight)), squares: { shape: weight.shape, degree: 2 } } : descent.slots(weight)),
    // The sums of squares are the stages'.
    update: (step) => {
      const { squares: _, ...slots } = step.slots;
      return descent.update({ ...step, slots });
    },
  };
}

/** A g with A = (1 + G)^(-1/2) follows no power of g: the 1 stays what it is. */
function preconditioned(slots: Readonly<Record<string, Slot>>): Readonly<Record<string, Slot>> {
  return Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, { ...slot, degree: null }]));
}
