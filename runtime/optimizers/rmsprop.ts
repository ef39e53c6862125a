// RMSprop (Tieleman and Hinton 2012), as PyTorch has it: v = alpha v + (1 - alpha) g^2; u = g / (sqrt(v) + epsilon); W -= rate u, or with momentum
// m = momentum m + u; W -= rate m. In a kernel set v is that of G by default and m_i that of p_i G; with moments per copy v_i is that of
// p_i G and epsilon is divided by k.

import * as tf from "@tensorflow/tfjs-core";
import { scheduleOf, type Rate } from "../schedules.js";
import type { Optimizer, Slot } from "./optimizer.js";
import { rowsOf, squares } from "./rows.js";

export interface RmspropOptions {
  readonly lr: Rate;
  /** Share of the mean square that each step keeps. */
  readonly alpha: number;
  readonly epsilon: number;
  /** 0 for none. */
  readonly momentum: number;
}

export function rmsprop({ lr, alpha, epsilon, momentum }: RmspropOptions): Optimizer {
  return {
    name: "rmsprop",
    schedule: scheduleOf(lr),
    weightDecay: 0,
    decay: "kernels",
    slots: ({ shape, copies, moments }) => {
      const second: Readonly<Record<string, Slot>> = { second: { shape: moments === "shared" ? shape : [copies, ...shape], degree: 2 } };
      // Of u, which does not see how large gradients are.
      return momentum === 0 ? second : { ...second, momentum: { shape: [copies, ...shape], degree: 0 } };
    },
    update: (step) => {
      const isShared = step.moments === "shared";
      const rows = rowsOf(step);
      const rate = step.coefficient("rmsprop rate", (rates) => rates.rate * (isShared ? rates.linearFactor : rates.perCopyFactor));
      const second = tf.add(tf.mul(rows.slot("second", isShared), alpha), tf.mul(squares(rows, isShared), 1 - alpha));
      const scaled = tf.div(tf.mul(rows.p, rows.gradient), tf.add(tf.sqrt(second), isShared ? epsilon : epsilon / step.copies));
      const move = momentum === 0 ? scaled : tf.add(tf.mul(rows.slot("momentum"), momentum), scaled);
      const slots = { second: rows.after(second, "second") };
      return {
        value: rows.after(tf.sub(rows.value, tf.mul(move, rate)), null),
        slots: momentum === 0 ? slots : { ...slots, momentum: rows.after(move, "momentum") },
      };
    },
  };
}
