// States through weights that sum over an axis, and through products of activations.

import { numberAttribute } from "../../ir/attributes.js";
import { hasNew, isMixed, isShared, type Layout } from "./layout.js";
import { causesOf, scaled, unknown, zero, type State } from "./state.js";
import { causeOf, isFused, multiplied, operandOf, settled, unscaled, type Operand, type Step, type TransferRule } from "./step.js";

const sharedLayout: Layout = { runs: [] };

/** What a contraction sums over, and where its result is. */
interface Sides {
  /** Layout of the axis of x that is summed over. */
  readonly reads: Layout;
  /** The weight's axis that is summed over. */
  readonly axis: number;
  /** Layout of the axis of the result that the weight brings. */
  readonly gives: Layout;
  /** Each group of x goes to a group of the result: no entries between sources. */
  readonly isPaired: boolean;
}

/** x with a weight: a product over x's axis at `along`, counted from the end; the weight sums over `axis` and brings `gives`. */
function contraction(sides: (x: readonly Layout[], weight: readonly Layout[], step: Step) => Sides): TransferRule {
  return (step) => {
    const [x, kernel] = [operandOf(step, 0), operandOf(step, 1)];
    if (kernel.weight === null) return computedKernel(step, x, kernel);
    const { reads, axis, gives, isPaired } = sides(x.layouts, kernel.layouts, step);
    return contracted(step, x, kernel.weight, { reads, axis, gives, isPaired });
  };
}

function contracted(step: Step, x: Operand, weight: string, { reads, axis, gives, isPaired }: Sides): State {
  const { flow } = step;
  const { factors, shares } = flow;
  const takesMean = !isShared(reads) && isShared(gives);
  const state = settled(step, x.state);
  flow.contractions.push({ weight, axis, reads: state.kind === "scaled" ? state.factor : null, takesMean });
  if (state.kind === "unknown" || state.kind === "zero") return state;
  if (state.kind === "mean") return unknown(causeOf(step, "mean-meets-weight", { mean: state.from }));
  if (isMixed(gives)) return unknown(causeOf(step, "mixed-result"));
  const isElsewhere = x.layouts.some((layout) => layout !== reads && !isShared(layout));
  if (isShared(gives) && isShared(reads)) {
    if (!isElsewhere) return { kind: "mean", factor: factors.times(state.factor, shares), from: step.aligned.place.path };
    return flow.isSelf ? state : unknown(causeOf(step, "shared-weight-on-features", { weight }));
  }
  const own = factors.of(weight);
  if (isMixed(reads)) {
    const plain = unscaled(step, state.factor);
    if (plain.kind === "unknown") return plain;
    if (takesMean && !factors.require(own, shares)) return unknown(causeOf(step, "no-place-for-factor"));
  }
  const factor = factors.times(state.factor, own);
  if (takesMean) return { kind: "mean", factor, from: step.aligned.place.path };
  if (flow.noise && !isPaired && owners(reads) > 1) return unknown(causeOf(step, "new-weights-noise"));
  return scaled(factor);
}

function owners({ runs }: Layout): number {
  return new Set(runs.map((run) => run.owner).filter((owner) => typeof owner === "number")).size;
}

/** A kernel that is no weight itself: followed only where all is the same in all sources, or as a product of activations. */
function computedKernel(step: Step, x: Operand, kernel: Operand): State {
  if (step.aligned.op.kind === "matmul") return product(step);
  return allEqual(step, [x, kernel]);
}

/** An op that is followed only where all it reads is the same in all sources. */
export function allEqual(step: Step, operands: readonly Operand[]): State {
  const states = operands.map((operand) => settled(step, operand.state));
  const causes = causesOf(states);
  if (causes !== null) return causes;
  for (const [index, state] of states.entries()) {
    const operand = operands[index];
    if (state.kind === "zero") continue;
    if (state.kind !== "scaled" || operand === undefined || isFused(operand)) return unknown(causeOf(step, "not-followed"));
    const plain = unscaled(step, state.factor);
    if (plain.kind === "unknown") return plain;
  }
  return scaled(step.flow.factors.one);
}

const at = (layouts: readonly Layout[], axis: number): Layout => layouts.at(axis) ?? sharedLayout;

export const matmul = contraction((x, kernel) => ({ reads: at(x, -1), axis: 0, gives: at(kernel, 1), isPaired: false }));

/** With filters [...window, in, out]. */
export function convolved(window: number): TransferRule {
  return contraction((x, filters) => {
    const reads = at(x, -1);
    return { reads, axis: window, gives: at(filters, window + 1), isPaired: isShared(at(filters, window)) && !isShared(reads) };
  });
}

export const unembed = contraction((x, table) => ({ reads: at(x, -1), axis: 1, gives: at(table, 0), isPaired: false }));

export const projectHeads = contraction((x, kernel) => ({ reads: at(x, -1), axis: 0, gives: at(kernel, 1), isPaired: false }));

export const mergeHeads = contraction((x, kernel) => ({ reads: at(x, -2), axis: 0, gives: at(kernel, 2), isPaired: false }));

/** Each channel by itself. */
export const depthwise: TransferRule = (step) => {
  const [x, filters] = [operandOf(step, 0), operandOf(step, 1)];
  return filters.weight === null ? allEqual(step, [x, filters]) : multiplied(step, { ...x, layouts: x.layouts.slice(-1) }, filters);
};

/** a [..., n, k] b [..., k, m], both computed. */
export function product(step: Step): State {
  const { flow } = step;
  const [a, b] = [operandOf(step, 0), operandOf(step, 1)];
  const summed = at(a.layouts, -1);
  if (isShared(summed)) return multiplied(step, { ...a, layouts: a.layouts.slice(0, -1) }, { ...b, layouts: b.layouts.toSpliced(-2, 1) });
  const causes = causesOf([a.state, b.state]);
  if (causes !== null) return causes;
  if (a.state.kind === "zero" || b.state.kind === "zero") return zero;
  if (hasNew(summed)) return unknown(causeOf(step, "new-units-read"));
  if (isMixed(summed) || a.state.kind !== "scaled" || b.state.kind !== "scaled") return unknown(causeOf(step, "function-of-all-features"));
  return { kind: "mean", factor: flow.factors.times(a.state.factor, b.state.factor), from: step.aligned.place.path };
}

/** Queries, keys, values, perhaps a bias: each head by itself. */
export const attention: TransferRule = (step) => {
  const [query, key, value] = [operandOf(step, 0), operandOf(step, 1), operandOf(step, 2)];
  const bias = step.operands[3];
  const { factors } = step.flow;
  const scores = [query, key, ...(bias === undefined ? [] : [bias])].map((operand) => settled(step, operand.state));
  const causes = causesOf([...scores, value.state]);
  if (causes !== null) return causes;
  if ([query, key, value].some(({ layouts }) => !isShared(at(layouts, 0)) || !isShared(at(layouts, 2)))) return unknown(causeOf(step, "fused-positions"));
  const mean = scores.find((state) => state.kind === "mean");
  if (mean?.kind === "mean") return unknown(causeOf(step, "mean-meets-function", { mean: mean.from }));
  const factorOf = (state: State | undefined): typeof factors.one => (state?.kind === "scaled" ? state.factor : factors.one);
  if (!factors.require(factors.times(factorOf(scores[0]), factorOf(scores[1])), factors.one) || !factors.require(factorOf(scores[2]), factors.one)) return unknown(causeOf(step, "no-place-for-factor"));
  const [heads, groups] = [at(query.layouts, 1), at(key.layouts, 1)];
  if (isShared(heads)) {
    if (!isShared(groups)) return unknown(causeOf(step, "key-value-heads-shared"));
    // Heads that all sources have read alike; a mean of values stays one.
    return bias !== undefined && isFused(bias) ? unknown(causeOf(step, "fused-positions")) : value.state;
  }
  const count = numberOfHeads(groups);
  if (isShared(groups) && count > 1) return unknown(causeOf(step, "key-value-heads-shared"));
  const values = settled(step, value.state);
  if (values.kind === "mean") return unknown(causeOf(step, "key-value-heads-shared", { mean: values.from }));
  return isMixed(heads) && values.kind === "scaled" ? unscaled(step, values.factor) : values;
};

function numberOfHeads({ runs }: Layout): number {
  return runs.reduce((sum, run) => sum + run.length, 0);
}

/** x, kernel, recurrent kernel, biases, perhaps an initial state: each unit by itself, but for the recurrent kernel. */
export const recurrent: TransferRule = (step) => {
  const [x, kernel, inner] = [operandOf(step, 0), operandOf(step, 1), operandOf(step, 2)];
  const { flow } = step;
  const { factors } = flow;
  const paths = [kernel.weight, inner.weight];
  const units = at(inner.layouts, 0);
  const reads = at(x.layouts, -1);
  const state = settled(step, x.state);
  const rest = step.operands.slice(3);
  const [kernelPath, innerPath] = paths;
  if (kernelPath === null || kernelPath === undefined || innerPath === null || innerPath === undefined || rest.slice(0, kindGates(step) === 4 ? 1 : 2).some(({ weight }) => weight === null)) return allEqual(step, step.operands);
  flow.contractions.push({ weight: kernelPath, axis: 0, reads: state.kind === "scaled" ? state.factor : null, takesMean: !isShared(reads) && isShared(units) });
  flow.contractions.push({ weight: innerPath, axis: 0, reads: factors.one, takesMean: false });
  const others = rest.map((operand) => settled(step, operand.state));
  const causes = causesOf([state, ...others]);
  if (causes !== null) return causes;
  if (!isShared(at(x.layouts, 0))) return unknown(causeOf(step, "fused-positions"));
  if (state.kind === "mean") return unknown(causeOf(step, "mean-meets-weight", { mean: state.from }));
  if (isMixed(units)) return unknown(causeOf(step, "mixed-result"));
  if (isShared(units) && !flow.isSelf) return unknown(causeOf(step, "recurrent-state-shared"));
  if (others.some((each) => each.kind === "mean")) return unknown(causeOf(step, "recurrent-state-shared"));
  const own = isShared(reads) && isShared(units) ? factors.one : factors.of(kernelPath);
  const entering = state.kind === "scaled" ? factors.times(state.factor, own) : factors.one;
  const wanted = isShared(units) && !isShared(reads) ? flow.shares : factors.one;
  const required = [factors.require(entering, wanted), isShared(units) || factors.require(factors.of(innerPath), factors.one), ...others.map((each) => each.kind !== "scaled" || factors.require(each.factor, factors.one))];
  if (isMixed(reads)) required.push(factors.require(own, wanted));
  if (!required.every(Boolean)) return unknown(causeOf(step, "no-place-for-factor"));
  const noisy = flow.noise && (owners(reads) > 1 || owners(units) > 1) && !isShared(units);
  return noisy ? unknown(causeOf(step, "new-weights-noise")) : scaled(factors.one);
};

function kindGates(step: Step): number {
  return step.aligned.op.kind === "lstm" ? 4 : 3;
}

/** Rows of a table. */
export const embedding: TransferRule = (step) => {
  const [indices, table] = [operandOf(step, 0), operandOf(step, 1)];
  const state = settled(step, indices.state);
  if (state.kind === "unknown") return state;
  if (isFused(indices) || state.kind === "mean") return unknown(causeOf(step, "fused-positions"));
  return table.state;
};

/** 0 where all sources have it, a factor where the number follows from sizes. */
export const constant: TransferRule = (step) => {
  const [target = 0, ...others] = [step.aligned.op, ...step.aligned.sources].map((op) => Math.fround(numberAttribute(op.attributes, "value")));
  if (others.every((value) => value === target)) return target === 0 ? zero : scaled(step.flow.factors.one);
  const ratios = others.map((value) => target / value);
  return ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio)) ? scaled(step.flow.factors.given(ratios)) : unknown(causeOf(step, "no-place-for-factor"));
};
