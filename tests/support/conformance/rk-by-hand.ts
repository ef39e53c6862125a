// Runge-Kutta steps in double precision, written from the formulas alone, and a small problem to take them on.

import * as tf from "@tensorflow/tfjs-core";
import type * as sop from "../../../runtime/index.js";

export type Vector = readonly number[];

/** L = x^4/4 + x y + y^2 + sin(2 y): smooth, not quadratic, and its curvature differs from place to place. */
export const smooth = {
  start: [1.2, 0.7] as Vector,
  gradient: ([x = NaN, y = NaN]: Vector): Vector => [x ** 3 + y, x + 2 * y + 2 * Math.cos(2 * y)],
  loss: ({ w }: { readonly w: tf.Tensor }): Readonly<Record<string, tf.Tensor>> => {
    const [x = w, y = w] = tf.unstack(w);
    return { loss: tf.addN([tf.div(tf.pow(x, 4), 4), tf.mul(x, y), tf.square(y), tf.sin(tf.mul(y, 2))]) };
  },
};

export interface RkReference {
  readonly order: sop.RungeKuttaOrder;
  readonly c: number;
  readonly momentum?: number;
  readonly precondition?: boolean;
  readonly power?: number;
  readonly clip?: number;
  readonly l2?: number;
}

/** Combinations of options. */
export const variants: Readonly<Record<string, Omit<RkReference, "order" | "c">>> = {
  plain: {},
  momentum: { momentum: 0.8 },
  preconditioned: { precondition: true },
  adaptive: { power: 1 },
  "adaptive by a power": { power: 1.5 },
  clipped: { clip: 0.7 },
  decayed: { l2: 0.3 },
  everything: { momentum: 0.5, precondition: true, power: 1, clip: 0.7, l2: 0.1 },
};

/** a + factor b. */
export const plus = (a: Vector, b: Vector, factor = 1): Vector => a.map((x, i) => x + factor * (b[i] ?? NaN));

export const norm = (a: Vector): number => Math.hypot(...a);

export interface Taken {
  readonly w: Vector;
  readonly squares: Vector;
  /** The curvature that the last step saw. */
  readonly v: number;
  /** The rates of all steps, and the preconditioners. */
  readonly rates: Vector;
  readonly factors: Vector;
}

/** Steps as `sop explain rk` has them. */
export function byHand({ order, c, momentum = 0, precondition = false, power, clip = Infinity, l2 = 0 }: RkReference, steps: number): Taken {
  const { start, gradient } = smooth;
  const a = { 1: [[]], 2: [[], [1]], 3: [[], [0.5], [-1, 2]], 4: [[], [0.5], [0, 0.5], [0, 0, 1]] }[order];
  const b = { 1: [1], 2: [0.5, 0.5], 3: [1 / 6, 4 / 6, 1 / 6], 4: [1 / 6, 2 / 6, 2 / 6, 1 / 6] }[order];
  let [w, m, squares, v] = [start, start.map(() => 0) as Vector, start.map(() => 0) as Vector, 0];
  const [rates, factors]: [number[], number[]] = [[], []];
  for (let step = 0; step < steps; step++) {
    const h = power === undefined ? c : c / (1 + (c / 2) * v ** power);
    let factor = start.map(() => 1) as Vector;
    const fields: Vector[] = [];
    for (const row of a) {
      const point = row.reduce<Vector>((sum, weight, j) => plus(sum, fields[j] ?? [], -h * weight), w);
      const own = plus(gradient(point), point, l2);
      const clipped = own.map((x) => x * Math.min(1, clip / norm(own)));
      if (precondition && fields.length === 0) {
        squares = squares.map((x, i) => x + (clipped[i] ?? NaN) ** 2);
        factor = squares.map((x) => (1 + x) ** -0.5);
      }
      fields.push(clipped.map((x, i) => x * (factor[i] ?? NaN)));
    }
    const along = b.reduce<Vector>((sum, weight, j) => plus(sum, fields[j] ?? [], weight), start.map(() => 0));
    m = plus(along, m, momentum);
    w = plus(w, m, -h);
    if (order > 1) v = norm(plus(fields[0] ?? [], fields[1] ?? [], -1)) / (h * (a[1]?.[0] ?? NaN) * norm(fields[0] ?? []));
    rates.push(h);
    factors.push(...factor);
  }
  return { w, squares, v, rates, factors };
}
