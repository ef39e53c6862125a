// States through norms: whose statistics a position sees, and the segments that keep them apart.

import { numberAttribute, numbersAttribute } from "../../ir/attributes.js";
import type { Owner } from "../../ir/initializers.js";
import type { Op } from "../../ir/module.js";
import { hasNew, isMixed, isShared, ownersOf, type Layout } from "./layout.js";
import { scaled, unknown, zero, type State } from "./state.js";
import { added, causeOf, isFused, multiplied, operandOf, settled, throughFunction, type Step, type TransferRule } from "./step.js";

/** layer_norm and rms_norm. */
export const norm: TransferRule = (step) => {
  const x = operandOf(step, 0);
  const last = x.layouts.at(-1) ?? { runs: [] };
  if (step.flow.norms === "exact" && !isMixed(last)) {
    const segments = segmentsOf(last, step.aligned.sources);
    if (segments.length > 2) step.flow.segments.set(step.index, segments);
  }
  return affine(step, normalized(step, last));
};

function normalized(step: Step, last: Layout): State {
  const state = throughFunction(step, operandOf(step, 0), zero);
  if (state.kind !== "scaled") return state;
  const kept = new Set(step.aligned.sources.map((op) => numbersAttribute(op.attributes, "segments").join()));
  if (isShared(last)) return kept.size > 1 ? unknown(causeOf(step, "joint-norm")) : state;
  if (isMixed(last)) return unknown(causeOf(step, "norm-over-mixed-axis"));
  if (step.flow.norms === "exact" || (step.flow.isSelf && !hasNew(last))) return state;
  return unknown(causeOf(step, "joint-norm"));
}

/** Times a scale, plus a bias where there is one. */
function affine(step: Step, state: State): State {
  if (state.kind === "unknown") return state;
  const [x, scale] = [operandOf(step, 0), operandOf(step, 1)];
  const product = multiplied(step, { ...x, state, weight: null }, scale);
  const bias = step.operands[2];
  return bias === undefined ? product : added(step, { ...x, state: product, weight: null }, bias);
}

/** Pairs of a segment and a number of positions: those of each source apart, and within each its own segments. */
export function segmentsOf(last: Layout, sources: readonly Op[]): readonly number[] {
  const within = sources.map((op) => positionsOf(numbersAttribute(op.attributes, "segments")));
  const next = sources.map(() => 0);
  const numbers = new Map<string, number>();
  const pairs: number[] = [];
  for (const owner of ownersOf(last)) {
    const key = keyOf(owner, within, next);
    const segment = numbers.get(key) ?? numbers.size;
    numbers.set(key, segment);
    if (pairs.at(-2) === segment) pairs[pairs.length - 1] = (pairs.at(-1) ?? 0) + 1;
    else pairs.push(segment, 1);
  }
  return pairs;
}

/** Names the segment of the next position of an owner, and counts it. */
function keyOf(owner: Owner, within: readonly (readonly number[])[], next: number[]): string {
  if (owner === "new") return "new";
  const counted = owner === "shared" ? [...next.keys()] : [owner];
  const key = counted.map((source) => within[source]?.[next[source] ?? 0] ?? 0).join();
  for (const source of counted) next[source] = (next[source] ?? 0) + 1;
  return `${owner} ${key}`;
}

function positionsOf(segments: readonly number[]): readonly number[] {
  return segments.flatMap((segment, index) => (index % 2 === 0 ? Array<number>(segments[index + 1] ?? 0).fill(segment) : []));
}

/** batch_norm, in evaluation and in training. */
export const batchNorm: TransferRule = (step) => {
  const [x, , , mean, variance] = step.operands;
  const last = x?.layouts.at(-1) ?? { runs: [] };
  if (x === undefined || mean === undefined || variance === undefined) return unknown(causeOf(step, "not-followed"));
  const state = throughFunction(step, x, scaled(step.flow.factors.one));
  if (state.kind !== "scaled") return state;
  if (isMixed(last)) return unknown(causeOf(step, "batch-norm-shared"));
  const { factors } = step.flow;
  const statistics = [mean, variance].map((operand) => settled(step, operand.state));
  if (statistics.some((each) => each.kind !== "scaled")) return unknown(causeOf(step, "batch-norm-shared"));
  if (!statistics.every((each) => each.kind === "scaled" && factors.require(each.factor, factors.one))) return unknown(causeOf(step, "no-place-for-factor"));
  return affine(step, state);
};

export const groupNorm: TransferRule = (step) => {
  const x = operandOf(step, 0);
  const state = throughFunction(step, x, zero);
  if (state.kind !== "scaled") return affine(step, state);
  const last = x.layouts.at(-1) ?? { runs: [] };
  const isApart = x.layouts.slice(0, -1).every(isShared) && groupsAreImages(last, [step.aligned.op, ...step.aligned.sources].map((op) => numberAttribute(op.attributes, "groups")));
  return isApart ? affine(step, state) : unknown(causeOf(step, "group-norm-across-sources"));
};

/** Is each group of the target a whole group of each source that has its positions? `groups` counts those of the target, then of the sources. */
function groupsAreImages(last: Layout, [target = 1, ...sources]: readonly number[]): boolean {
  const owners = ownersOf(last);
  const sizes = sources.map((_, source) => owners.filter((owner) => owner === source || owner === "shared").length);
  const size = owners.length / target;
  const next = sources.map(() => 0);
  for (let group = 0; group < target; group++) {
    const own = owners.slice(group * size, (group + 1) * size);
    const [owner] = own;
    if (owner === undefined || own.some((each) => each !== owner)) return false;
    if (owner === "new") continue;
    for (const source of owner === "shared" ? sources.keys() : [owner]) {
      const begin = next[source] ?? 0;
      if ((sizes[source] ?? 0) / (sources[source] ?? 1) !== size || begin % size !== 0) return false;
      next[source] = begin + size;
    }
  }
  return true;
}

/** softmax, l2_normalize: a function of all of the last axis. */
export const alongLast: TransferRule = (step) => {
  const x = operandOf(step, 0);
  const last = x.layouts.at(-1);
  if (isFused({ layouts: last === undefined ? [] : [last] })) return x.state.kind === "unknown" ? x.state : unknown(causeOf(step, "function-of-all-features"));
  return throughFunction(step, x, step.aligned.op.kind === "softmax" ? scaled(step.flow.factors.one) : zero);
};
