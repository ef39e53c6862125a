// What is true of each output at step 0.

import type { Aligned } from "./alignment.js";
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

/** The claims, and with them the last equations: what an output must be to be the mean. */
export function claimsOf(aligned: Aligned, states: readonly State[], flow: Flow): readonly Claim[] {
  const { inputs, outputs } = aligned.graph;
  // All outputs have their say before a factor is read.
  const isMean = outputs.map(({ value }) => becomesMean(states[value], flow));
  return outputs.map(({ name, value }, index): Claim => {
    const state = states[value];
    if (isMean[index] === true) return { output: name, kind: "mean", inserted: 1 };
    if (state?.kind === "mean") return sumOf(name, flow.factors.values(state.factor), flow);
    if (state?.kind === "scaled") {
      const shares = flow.factors.values(flow.shares);
      return sumOf(name, flow.factors.values(state.factor).map((factor, source) => factor * (shares[source] ?? 0)), flow);
    }
    if (state?.kind !== "unknown") return { output: name, kind: "mean", inserted: 1 };
    const inner = state.mean;
    const place = inner === null ? undefined : aligned.ops[inner.value - inputs.length]?.place;
    if (inner === null || place === undefined || !becomesMean(states[inner.value], flow)) return { output: name, kind: "not", causes: state.causes };
    return { output: name, kind: "function-of-mean", through: inner.through, value: inner.value, place, causes: state.causes };
  });
}

/** A sum that is a multiple of the mean becomes it by a number behind it. */
function sumOf(output: string, factors: readonly number[], flow: Flow): Claim {
  const shares = flow.factors.values(flow.shares);
  const [ratio = 1, ...others] = factors.map((factor, source) => (shares[source] ?? 1) / factor);
  return others.every((other) => Math.abs(other / ratio - 1) < 1e-6) ? { output, kind: "mean", inserted: ratio } : { output, kind: "weighted-sum", factors };
}

function becomesMean(state: State | undefined, { factors, shares }: Flow): boolean {
  if (state?.kind === "mean") return factors.require(state.factor, shares);
  if (state?.kind === "scaled") return factors.require(state.factor, factors.one);
  return state?.kind === "zero";
}
