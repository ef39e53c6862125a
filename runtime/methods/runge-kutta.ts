// Explicit Runge-Kutta methods on the gradient flow dW/dt = -f(W): what each stage looks at, and what the step takes of the stages. Dherin, Munn,
// Mazzawi, Wunder, Medapati and Gonzalvo, "Learning by solving differential equations" (arXiv 2505.13397), where gradient descent is
// Euler's method and higher orders follow the flow more precisely.

/** With f_j the field at the point of stage j, h the rate. */
export interface Tableau {
  /** The point of stage s is W - h sum_j points[s][j] f_j; the first is W. */
  readonly points: readonly (readonly number[])[];
  /** The step ends at W - h sum_j weights[j] f_j. */
  readonly weights: readonly number[];
}

export type RungeKuttaOrder = 1 | 2 | 3 | 4;

/** Euler, Heun, Kutta's third and fourth order (Kutta 1901; Hairer, Norsett and Wanner, "Solving Ordinary Differential Equations I", II.1). */
export const tableaus: { readonly [O in RungeKuttaOrder]: Tableau } = {
  1: { points: [[]], weights: [1] },
  2: { points: [[], [1]], weights: [1 / 2, 1 / 2] },
  3: { points: [[], [1 / 2], [-1, 2]], weights: [1 / 6, 2 / 3, 1 / 6] },
  4: { points: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]], weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6] },
};

/** How far the second stage lies from the first, in steps; 0 where there is none. */
export function secondStage({ points }: Tableau): number {
  return points[1]?.[0] ?? 0;
}
