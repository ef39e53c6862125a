// By what factor the rates of a kernel set are multiplied, for people to read. The runtime's tables are what counts
// (runtime/methods/majority-kernels); a test holds the two equal.

import type { Overparam } from "../semantics/semantic-model.js";

/** The factor for an optimizer. Adam-like ones with moments per copy have their own; the steps of Lion do not see the size of a gradient. */
export function rateFactor({ copies, mix, rate, moments }: Pick<Overparam, "copies" | "mix" | "rate" | "moments">, optimizer: string): number {
  if (rate === "unscaled") return 1;
  const square = expectedSquare(mix, copies);
  if (optimizer === "lion") return 1;
  if (optimizer !== "sgd" && optimizer !== "rk" && moments === "copies") return Math.sqrt(copies * square);
  return rate === "mean" ? copies : 1 / square;
}

/** E sum p_i^2 of a mixing rule. */
function expectedSquare(mix: Overparam["mix"], copies: number): number {
  switch (mix.rule) {
    case "mean":
      return 1 / copies;
    case "dirichlet":
      return (mix.alpha + 1) / (copies * mix.alpha + 1);
    case "uniform":
      return copies === 1 ? 1 : expectedSquareOfUniforms(copies);
  }
}

/** k times the integral over t > 0 of t f''(t) f(t)^(k-1), f(t) = (1 - exp(-t)) / t, by the midpoint rule in x = t / (1 + t). */
function expectedSquareOfUniforms(copies: number): number {
  const intervals = 20_000;
  let sum = 0;
  for (let i = 0; i < intervals; i += 1) {
    const x = (i + 0.5) / intervals;
    const t = x / (1 - x);
    const f = -Math.expm1(-t) / t;
    // The closed form of f'' cancels for small t; its series does not.
    const second = t < 0.02 ? 1 / 3 - t / 4 + t ** 2 / 10 - t ** 3 / 36 : (2 - Math.exp(-t) * (t * t + 2 * t + 2)) / t ** 3;
    sum += (t * second * f ** (copies - 1)) / (1 - x) ** 2;
  }
  return (copies * sum) / intervals;
}
