// By what factor the rate of a kernel set's copies is multiplied. dL/dW_i = p_i G, so with factor c an SGD-like rule moves the mean
// c/k times, and the mixture on average c * E sum p_i^2 times, what it moves a plain kernel.

/** `mixture`: the mixture moves as a plain kernel on average. `mean`: the mean does. `unscaled`: factor 1. */
export type RateRule = "mixture" | "mean" | "unscaled";

type Factors = { readonly [R in RateRule]: (copies: number, expectedSquare: number) => number };

/** For rules that are linear in the gradient, and Adam-like ones with one second moment per set. */
export const linearFactors: Factors = {
  mixture: (_copies, expectedSquare) => 1 / expectedSquare,
  mean: (copies) => copies,
  unscaled: () => 1,
};

/**
 * For Adam-like rules with moments per copy: the second moment of p_i G is E p_i^2 = expectedSquare / k times that of G, and the first
 * 1/k times, so the mean moves 1 / sqrt(k * expectedSquare) times a plain kernel, and so does the mixture.
 */
export const perCopyFactors: Factors = {
  mixture: (copies, expectedSquare) => Math.sqrt(copies * expectedSquare),
  mean: (copies, expectedSquare) => Math.sqrt(copies * expectedSquare),
  unscaled: () => 1,
};
