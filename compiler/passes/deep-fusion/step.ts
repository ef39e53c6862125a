// One op on the way from the states of its operands to that of its result, and the algebra that the rules share.

import type { OpKind } from "../../ir/ops.js";
import type { AlignedOp } from "./alignment.js";
import type { Factor, Factors } from "./factors.js";
import { isMixed, isShared, type Layout } from "./layout.js";
import type { Cause, CauseId } from "./problems.js";
import { causesOf, scaled, unknown, zero, type State } from "./state.js";

/** A weight that sums over an axis of what it reads. */
export interface Contraction {
  readonly weight: string;
  /** Its axis. */
  readonly axis: number;
  /** The factor of what it reads; null: not known. */
  readonly reads: Factor | null;
  /** Its result has no features of single sources, so that it is where the mean is taken. */
  readonly takesMean: boolean;
}

/** What all steps of one fusion share. */
export interface Flow {
  readonly factors: Factors;
  /** The mixing weights. */
  readonly shares: Factor;
  /** Are all sources one? Then a mean over them is equal to each. */
  readonly isSelf: boolean;
  /** Do entries between sources get noise? */
  readonly noise: boolean;
  readonly norms: "exact" | "joint";
  readonly contractions: Contraction[];
  /** Factors that should be 1 where nothing else is asked: behind numbers that depend on the width. */
  readonly preferences: Factor[];
  /** Segments of norms, by position of the op. */
  readonly segments: Map<number, readonly number[]>;
}

export interface Operand {
  readonly value: number;
  readonly state: State;
  /** One per axis. */
  readonly layouts: readonly Layout[];
  /** The path, if it is a weight. */
  readonly weight: string | null;
}

export interface Step {
  readonly flow: Flow;
  readonly index: number;
  readonly aligned: AlignedOp;
  readonly operands: readonly Operand[];
  readonly result: readonly Layout[];
}

export type TransferRule = (step: Step) => State;

/** The operand at a position; there are as many as the op has. */
export function operandOf(step: Step, index: number): Operand {
  return step.operands[index] ?? { value: -1, state: zero, layouts: [], weight: null };
}

export function kindOf(step: Step): OpKind {
  return step.aligned.op.kind;
}

export function causeOf(step: Step, id: CauseId, parameters: Cause["parameters"] = {}): Cause {
  return { id, place: step.aligned.place, parameters };
}

export function isFused({ layouts }: Pick<Operand, "layouts">): boolean {
  return layouts.some((layout) => !isShared(layout));
}

/** Does the result have an axis that is partly the sources'? */
export function hasMixed(step: Step): boolean {
  return step.result.some(isMixed);
}

/** A mean over copies of one source is that source's own value. */
export function settled({ flow }: Step, state: State): State {
  return state.kind === "mean" && flow.isSelf && flow.factors.require(state.factor, flow.shares) ? scaled(flow.factors.one) : state;
}

/** A state in a function that is not linear. */
export function throughFunction(step: Step, operand: Operand, atZero: State): State {
  const state = settled(step, operand.state);
  switch (state.kind) {
    case "unknown":
      return state;
    case "zero":
      return atZero;
    case "mean":
      return { kind: "unknown", causes: [causeOf(step, "mean-meets-function", { mean: state.from })], mean: { value: operand.value, through: kindOf(step) } };
    case "scaled":
      return unscaled(step, state.factor);
  }
}

/** A state whose factor must be 1. */
export function unscaled(step: Step, factor: Factor): State {
  const { factors } = step.flow;
  return factors.require(factor, factors.one) ? scaled(factors.one) : unknown(causeOf(step, "no-place-for-factor"));
}

/** A sum or difference, with broadcasting. */
export function added(step: Step, left: Operand, right: Operand): State {
  const { factors, shares } = step.flow;
  const [a, b] = [left.state, right.state];
  const causes = causesOf([a, b]);
  if (causes !== null) return causes;
  if (a.kind === "zero") return b;
  if (b.kind === "zero") return a;
  if (a.kind === "mean" && b.kind === "mean") {
    if (factors.require(a.factor, b.factor)) return a;
  } else if (a.kind === "mean" || b.kind === "mean") {
    const [mean, other, operand] = a.kind === "mean" ? [a, b, right] : [b, a, left];
    const fits = !isFused(operand) && mean.kind === "mean" && other.kind === "scaled" && factors.require(mean.factor, shares) && factors.require(other.factor, factors.one);
    if (fits) return mean;
  }
  const [x, y] = [settled(step, a), settled(step, b)];
  if (x.kind !== "scaled" || y.kind !== "scaled") return unknown(causeOf(step, "unlike-terms", { mean: a.kind === "mean" ? a.from : b.kind === "mean" ? b.from : "" }));
  if (!factors.require(x.factor, y.factor)) return unknown(causeOf(step, "no-place-for-factor"));
  return hasMixed(step) ? unscaled(step, x.factor) : x;
}

/** A product, with broadcasting; `power` -1: a quotient. */
export function multiplied(step: Step, left: Operand, right: Operand, power = 1): State {
  const { factors } = step.flow;
  if (left.state.kind === "zero" || (right.state.kind === "zero" && power === 1)) return zero;
  const causes = causesOf([left.state, right.state]);
  if (causes !== null) return causes;
  if (right.state.kind === "zero") return unknown(causeOf(step, "not-followed"));
  if (left.state.kind === "mean" && right.state.kind === "scaled" && !isFused(right)) return { ...left.state, factor: factors.times(left.state.factor, right.state.factor, power) };
  if (power === 1 && right.state.kind === "mean" && left.state.kind === "scaled" && !isFused(left)) return { ...right.state, factor: factors.times(right.state.factor, left.state.factor) };
  const [a, b] = [settled(step, left.state), settled(step, right.state)];
  if (a.kind !== "scaled" || b.kind !== "scaled") {
    const weight = a.kind === "mean" ? left.weight : right.weight;
    const from = a.kind === "mean" ? a.from : b.kind === "mean" ? b.from : "";
    return unknown(weight === null ? causeOf(step, "mean-in-product", { mean: from }) : causeOf(step, "shared-weight-on-features", { weight }));
  }
  const factor = factors.times(a.factor, b.factor, power);
  if ([a, b].some((each) => each.factor.unknowns.size === 0 && each.factor.constant.some((value) => value !== 0))) step.flow.preferences.push(factor);
  return hasMixed(step) ? unscaled(step, factor) : scaled(factor);
}
