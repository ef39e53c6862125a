// Lion (Chen et al. 2023, algorithm 2): u = sign(b1 m + (1 - b1) g); W = (1 - rate decay) W - rate u; m = b2 m + (1 - b2) g. In a kernel set m_i is that of
// p_i G. A sign does not see how large p_i is, so the rate of a set needs no factor.

import * as tf from "@tensorflow/tfjs-core";
import { scheduleOf, type Rate } from "../schedules.js";
import type { Optimizer } from "./optimizer.js";
import { rowsOf } from "./rows.js";

export interface LionOptions {
  readonly lr: Rate;
  readonly betas: readonly [number, number];
  /** Per unit of rate: each step takes rate * weightDecay of a weight. */
  readonly weightDecay: number;
  /** `kernels` (and embedding tables) by default; `all` reaches biases and scales too. */
  readonly decay?: "kernels" | "all";
}

export function lion({ lr, betas: [beta1, beta2], weightDecay, decay = "kernels" }: LionOptions): Optimizer {
  return {
    name: "lion",
    schedule: scheduleOf(lr),
    weightDecay,
    decay,
    slots: ({ shape, copies }) => ({ first: { shape: [copies, ...shape], degree: 1 } }),
    update: (step) => {
      const rows = rowsOf(step);
      const rate = step.coefficient("lion rate", (rates) => rates.rate);
      const own = tf.mul(rows.p, rows.gradient);
      const old = rows.slot("first");
      const direction = tf.sign(tf.add(tf.mul(old, beta1), tf.mul(own, 1 - beta1)));
      const kept = weightDecay > 0 ? tf.mul(rows.value, step.coefficient("lion keep", (rates) => rates.keep)) : rows.value;
      const first = tf.add(tf.mul(old, beta2), tf.mul(own, 1 - beta2));
      return { value: rows.after(tf.sub(kept, tf.mul(direction, rate)), null), slots: { first: rows.after(first, "first") } };
    },
  };
}
