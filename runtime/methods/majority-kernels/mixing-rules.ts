// How mixing weights p on the simplex are drawn. One entry per rule: its draw and the mean of sum p_i^2, by which rates are set.

import type { Stream } from "../../random.js";

export interface MixingRule {
  /** Writes one draw of `copies` numbers that sum to 1 at `out[offset]`, `out[offset + stride]`, ... */
  readonly draw: (out: Float64Array, offset: number, stride: number, copies: number, stream: Stream) => void;
  /** E sum p_i^2 for k copies. */
  readonly expectedSquare: (copies: number) => number;
}

/** p ~ Dirichlet(alpha, ..., alpha); alpha 1 is uniform on the simplex. */
export function dirichlet(alpha: number): MixingRule {
  return {
    draw: (out, offset, stride, copies, stream) => normalized(out, offset, stride, copies, () => (alpha === 1 ? stream.exponential() : stream.gamma(alpha))),
    expectedSquare: (copies) => (alpha + 1) / (copies * alpha + 1),
  };
}

/** p = u / sum u with u uniform in [0, 1): less noise than dirichlet(1). */
export function uniformMixing(): MixingRule {
  const known = new Map<number, number>();
  return {
    draw: (out, offset, stride, copies, stream) => normalized(out, offset, stride, copies, () => stream.uniform()),
    expectedSquare: (copies) => {
      const square = known.get(copies) ?? expectedSquareOfUniforms(copies);
      known.set(copies, square);
      return square;
    },
  };
}

/** p_i = 1/k always. */
export function meanMixing(): MixingRule {
  return {
    draw: (out, offset, stride, copies) => {
      for (let i = 0; i < copies; i++) out[offset + i * stride] = 1 / copies;
    },
    expectedSquare: (copies) => 1 / copies,
  };
}

/** Fills with positive numbers and divides by their sum; a draw that sums to 0 (all underflowed) is the mean. */
function normalized(out: Float64Array, offset: number, stride: number, copies: number, next: () => number): void {
  let sum = 0;
  for (let i = 0; i < copies; i++) {
    const x = next();
    out[offset + i * stride] = x;
    sum += x;
  }
  for (let i = 0; i < copies; i++) out[offset + i * stride] = sum > 0 ? (out[offset + i * stride] ?? 0) / sum : 1 / copies;
}

/**
 * E sum u_i^2 / (sum u)^2 = k times the integral over t > 0 of t f''(t) f(t)^(k-1), with f(t) = E exp(-t u) = (1 - exp(-t)) / t,
 * since 1/s^2 is the integral of t exp(-t s). By Simpson's rule in x = t / (1 + t).
 */
function expectedSquareOfUniforms(copies: number): number {
  if (copies === 1) return 1;
  const integrand = (x: number): number => {
    if (x <= 0 || x >= 1) return 0;
    const t = x / (1 - x);
    const decay = Math.exp(-t);
    const f = -Math.expm1(-t) / t;
    // For small t the closed form of f'' cancels; its series is 1/3 - t/4 + t^2/10 - t^3/36.
    const second = t < 0.02 ? 1 / 3 - t / 4 + t ** 2 / 10 - t ** 3 / 36 : (2 - decay * (t * t + 2 * t + 2)) / t ** 3;
    return (t * second * f ** (copies - 1)) / (1 - x) ** 2;
  };
  const intervals = 4000;
  // At x = 1 the integrand tends to 2 (1 - x)^(k - 1): 0 but for k = 1.
  let sum = 0;
  for (let i = 1; i < intervals; i++) sum += integrand(i / intervals) * (i % 2 === 1 ? 4 : 2);
  return (copies * sum) / (3 * intervals);
}
