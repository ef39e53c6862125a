// Adagrad (Duchi, Hazan and Singer 2011), as PyTorch has it: v = v + g^2; W -= rate g / (sqrt(v) + epsilon). In a kernel set v is that of G by
// default; with moments per copy v_i is that of p_i G and epsilon is divided by k.

import * as tf from "@tensorflow/tfjs-core";
import { scheduleOf, type Rate } from "../schedules.js";
import type { Optimizer } from "./optimizer.js";
import { rowsOf, squares } from "./rows.js";

export interface AdagradOptions {
  readonly lr: Rate;
  readonly epsilon: number;
}

export function adagrad({ lr, epsilon }: AdagradOptions): Optimizer {
  return {
    name: "adagrad",
    schedule: scheduleOf(lr),
    weightDecay: 0,
    decay: "kernels",
    slots: ({ shape, copies, moments }) => ({ sum: { shape: moments === "shared" ? shape : [copies, ...shape], degree: 2 } }),
    update: (step) => {
      const isShared = step.moments === "shared";
      const rows = rowsOf(step);
      const rate = step.coefficient("adagrad rate", (rates) => rates.rate * (isShared ? rates.linearFactor : rates.perCopyFactor));
      const sum = tf.add(rows.slot("sum", isShared), squares(rows, isShared));
      const pace = tf.div(rate, tf.add(tf.sqrt(sum), isShared ? epsilon : epsilon / step.copies));
      const next = tf.sub(rows.value, tf.mul(tf.mul(rows.p, rows.gradient), pace));
      return { value: rows.after(next, null), slots: { sum: rows.after(sum, "sum") } };
    },
  };
}
