// What a value of the target is, in terms of the values of the sources in its place.

import type { Factor } from "./factors.js";
import type { Cause } from "./problems.js";

export type State =
  /** Positions that belong to source i hold `factor[i]` times its value there; shared positions do for every i at once. */
  | { readonly kind: "scaled"; readonly factor: Factor }
  /** No fused axis: the sum over the sources of `factor[i]` times their value. `from` is the path of the layer that made it. */
  | { readonly kind: "mean"; readonly factor: Factor; readonly from: string }
  /** 0 in the target and in all sources. */
  | { readonly kind: "zero" }
  /** None of these. `mean`: the value is a function, of that name, of one that is a mean. */
  | { readonly kind: "unknown"; readonly causes: readonly Cause[]; readonly mean: { readonly value: number; readonly through: string } | null };

export type Known = Exclude<State, { readonly kind: "unknown" }>;

export const zero: State = { kind: "zero" };

export function scaled(factor: Factor): State {
  return { kind: "scaled", factor };
}

export function unknown(...causes: readonly Cause[]): State {
  return { kind: "unknown", causes, mean: null };
}

/** The causes of all operands that are not known, each once; null if all are known. */
export function causesOf(states: readonly State[]): State | null {
  const causes = states.flatMap((state) => (state.kind === "unknown" ? state.causes : []));
  return causes.length === 0 ? null : unknown(...new Set(causes));
}
