// Initial values of the copies of a kernel set. One entry per rule; v is the variance of the weight's initializer.

import type { Initializer } from "../../initializers.js";
import type { Stream } from "../../random.js";
import type { Granularity } from "./granularities.js";
import type { MixingRule } from "./mixing-rules.js";
import type { RateRule } from "./rates.js";

/** The options of `overparam` that reach a weight. */
export interface KernelSetOptions {
  readonly mix: MixingRule;
  readonly per: Granularity;
  readonly init: CopiesRule;
  /** Factor of the rate, so that the mixture or the mean moves as a plain kernel. */
  readonly rate: RateRule;
  /** Adam-like rules: one second moment of the kernel's gradient, or one per copy. */
  readonly moments: "shared" | "copies";
  /** Share of the run, at its end, over which p goes linearly to 1/k. */
  readonly anneal: number;
}

/** Makes the k copies, one after the other in one array, out of the plain initial kernel. `streamOf(i)` is the i-th copy's own stream. */
export interface CopiesRule {
  readonly fill: (plain: Float32Array, init: Initializer, copies: number, streamOf: (copy: number) => Stream) => Float32Array;
}

/**
 * W_i = M + D_i with M the plain initial kernel, D_i normal of variance spread^2 v, sum of D_i = 0. The mean is M up to rounding, and
 * a mixture by dirichlet(1) has the variance v (1 + spread^2 / (k + 1)).
 */
export function centred(spread: number): CopiesRule {
  return {
    fill: (plain, init, copies, streamOf) => {
      const size = plain.length;
      const result = new Float32Array(copies * size);
      // Subtracting the mean of k numbers takes 1/k of their variance; a single copy has no deviation.
      const std = copies > 1 ? spread * Math.sqrt((init.variance * copies) / (copies - 1)) : 0;
      if (std === 0) {
        for (let i = 0; i < copies; i++) result.set(plain, i * size);
        return result;
      }
      const deviations = Array.from({ length: copies }, (_, i) => streamOf(i).fillNormal(new Float32Array(size), std));
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (const deviation of deviations) sum += deviation[j] ?? 0;
        for (const [i, deviation] of deviations.entries()) result[i * size + j] = (plain[j] ?? 0) + ((deviation[j] ?? 0) - sum / copies);
      }
      return result;
    },
  };
}

/** k independent kernels of variance k v: the mean has the variance v. */
export function scaled(): CopiesRule {
  return { fill: (plain, init, copies, streamOf) => drawn(plain, init, copies, streamOf, init.variance > 0 ? Math.sqrt(copies) : 1) };
}

/** k independent kernels of variance v: the mean has the variance v / k. */
export function independent(): CopiesRule {
  return { fill: (plain, init, copies, streamOf) => drawn(plain, init, copies, streamOf, 1) };
}

/** The plain kernel and k - 1 more of its kind, all times a factor. */
function drawn(plain: Float32Array, init: Initializer, copies: number, streamOf: (copy: number) => Stream, factor: number): Float32Array {
  const result = new Float32Array(copies * plain.length);
  for (let i = 0; i < copies; i++) {
    const copy = i === 0 ? plain : init.fill(new Float32Array(plain.length), streamOf(i));
    for (const [j, x] of copy.entries()) result[i * plain.length + j] = factor * x;
  }
  return result;
}

/** The initial copies of a kernel set, `[copies, size]` flat. */
export function initialCopies(plain: Float32Array, init: Initializer, set: { readonly copies: number; readonly init: CopiesRule }, streamOf: (copy: number) => Stream): Float32Array {
  return set.init.fill(plain, init, set.copies, streamOf);
}
