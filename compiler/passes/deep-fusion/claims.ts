// What is true of each output at step 0.

import type { Aligned } from "./alignment.js";
import type { Factor } from "./factors.js";
import type { Cause, Place } from "./problems.js";
import type { State } from "./state.js";
import type { Flow } from "./step.js";

export type Claim = { readonly output: string } & (
  | {
      /** It equals the weighted mean of the sources' outputs. */
      readonly kind: "mean";
      /** A number that the output had to be multiplied by, because no weight could take it; 1: none. */
      readonly inserted: number;
    }
  | {
      /** It equals the sum of the sources' outputs times these numbers. */
      readonly kind: "weighted-sum";
      readonly factors: readonly number[];
    }
  | {
      /** It is not the mean, but a function (`through`: sigmoid, softmax, ...) of a value that is, made at `place`. */
      readonly kind: "function-of-mean";
      readonly through: string;
      readonly value: number;
      readonly place: Place;
      readonly causes: readonly Cause[];
    }
  | {
      /** It is not the mean, because of these. */
      readonly kind: "not";
      readonly causes: readonly Cause[];
    }
);

/**
 * The claims, and with them the last equations: what an output must be to be the mean. `multiples` says what the outputs of the sources are
 * times, by name: behind the graphs that are compared stands a number.
 */
export function claimsOf(aligned: Aligned, states: readonly State[], flow: Flow, multiples: (output: string) => Factor): readonly Claim[] {
  const { inputs, outputs } = aligned.graph;
  const { factors } = flow;
  // All outputs have their say before a factor is read.
  const isMean = outputs.map(({ name, value }) => becomesMean(states[value], flow, multiples(name)));
  const reads = outputs.map(({ value }) => {
    const state = states[value];
    return state?.kind === "unknown" && state.mean !== null && becomesMean(states[state.mean.value], flow, factors.one) ? state.mean : null;
  });
  prefer(flow);
  const shares = factors.values(flow.shares);
  return outputs.map(({ name, value }, index): Claim => {
    const state = states[value];
    if (isMean[index] === true || state === undefined || state.kind === "zero") return { output: name, kind: "mean", inserted: 1 };
    if (state.kind === "unknown") {
      const inner = reads[index] ?? null;
      const place = inner === null ? undefined : aligned.ops[inner.value - inputs.length]?.place;
      if (inner === null || place === undefined) return { output: name, kind: "not", causes: state.causes };
      return { output: name, kind: "function-of-mean", through: inner.through, value: inner.value, place, causes: state.causes };
    }
    const each = factors.values(factors.times(state.factor, multiples(name), -1)).map((factor, source) => (state.kind === "mean" ? factor : factor * (shares[source] ?? 0)));
    return sumOf(name, each, shares);
  });
}

/** A sum that is a multiple of the mean becomes it by a number behind it. */
function sumOf(output: string, factors: readonly number[], shares: readonly number[]): Claim {
  const [ratio = 1, ...others] = factors.map((factor, source) => (shares[source] ?? 1) / factor);
  return others.every((other) => Math.abs(other / ratio - 1) < 1e-6) ? { output, kind: "mean", inserted: ratio } : { output, kind: "weighted-sum", factors };
}

function becomesMean(state: State | undefined, { factors, shares }: Flow, multiple: Factor): boolean {
  if (state?.kind === "mean") return factors.require(state.factor, factors.times(shares, multiple));
  if (state?.kind === "scaled") return factors.require(state.factor, multiple);
  return state?.kind === "zero";
}

/**
 * Where nothing that is claimed depends on it, a number that follows from the width is made up for before it (a table times the root of the
 * width is scaled, not what reads it), and a weight between features and what all share takes the mean.
 */
function prefer({ factors, shares, contractions, preferences }: Flow): void {
  for (const factor of preferences) factors.require(factor, factors.one);
  for (const { weight, reads, takesMean } of contractions) {
    if (takesMean) factors.require(factors.times(reads ?? factors.one, factors.of(weight)), shares);
  }
}
