// Axes and what is known of their layouts. Each axis has a size in the target and in each source; a use says that two axes are laid out
// alike, that one is a part of another, or that one is another with each position or the whole repeated. What uses say is kept as *cuts*:
// places where a layout may change. When all uses have spoken, the stretches between cuts are given to their owners. See Note [Cuts].

import { invariant } from "../../invariant.js";
import { printAxis, type Run } from "../../ir/initializers.js";
import { layoutOf, toAxisRuns, type Layout } from "./layout.js";
import type { FusionProblem, Place } from "./problems.js";

/** Sizes or positions: of the target, then of each source. */
export type Sizes = readonly number[];

export type Axis = number;

interface Cut {
  readonly at: Sizes;
  readonly place: Place;
}

type Relation =
  | { readonly kind: "part"; readonly whole: Axis; readonly part: Axis; readonly offset: Sizes; readonly place: Place }
  /** `whole` is `outer` times the part, each position of it `inner` times. */
  | { readonly kind: "tile"; readonly whole: Axis; readonly part: Axis; readonly outer: number; readonly inner: number; readonly place: Place };

export class AxisTable {
  private readonly sizes: Sizes[] = [];
  private readonly places: Place[] = [];
  private readonly parents: Axis[] = [];
  private readonly relations: Relation[] = [];
  private readonly fixed: { readonly axis: Axis; readonly name: string; readonly place: Place }[] = [];
  private readonly layouts = new Map<Axis, Layout>();
  readonly problems: FusionProblem[] = [];

  constructor(private readonly sources: number) {}

  /** A new axis. */
  add(sizes: Sizes, place: Place): Axis {
    invariant(sizes.length === this.sources + 1, "an axis has a size in the target and in each source");
    this.parents.push(this.sizes.length);
    this.places.push(place);
    return this.sizes.push(sizes) - 1;
  }

  sizesOf(axis: Axis): Sizes {
    return this.sizes[axis] ?? [];
  }

  /** Is it as long in the target and in all sources? Then all sources have all its positions. */
  isEqual(axis: Axis): boolean {
    const [target = 0, ...others] = this.sizesOf(axis);
    return others.every((size) => size === target);
  }

  /** Two axes with one layout. */
  equate(a: Axis, b: Axis, place: Place): void {
    if (a === b) return;
    const [left, right] = [this.sizesOf(a), this.sizesOf(b)];
    if (left.some((size, index) => size !== right[index])) {
      this.report("layout-conflict", place, { sizes: describe(left), other: describe(right) });
      return;
    }
    const [one, other] = [this.root(a), this.root(b)];
    if (one !== other) this.parents[Math.max(one, other)] = Math.min(one, other);
  }

  /** `part` is the stretch of `whole` that begins at `offset`. */
  part(whole: Axis, offset: Sizes, part: Axis, place: Place): void {
    this.relations.push({ kind: "part", whole, offset, part, place });
  }

  /** `whole` is `outer` copies of `part` with each position `inner` times: what flattening makes of it. */
  tile(whole: Axis, outer: number, part: Axis, inner: number, place: Place): void {
    if (outer === 1 && inner === 1) this.equate(whole, part, place);
    else this.relations.push({ kind: "tile", whole, outer, part, inner, place });
  }

  /** The axis may not grow. */
  fix(axis: Axis, name: string, place: Place): void {
    this.fixed.push({ axis, name, place });
  }

  /** Finds the layouts of all axes; what cannot be is in `problems`. */
  solve(): void {
    const told = new Set<string>();
    for (const { axis, name, place } of this.fixed) {
      const [target, ...others] = this.sizesOf(axis);
      // The same sizes again are most likely the same mistake.
      if (this.isEqual(axis) || told.has(this.sizesOf(axis).join())) continue;
      told.add(this.sizesOf(axis).join());
      this.report("fixed-axis-differs", place, { axis: name, target: String(target), sources: others.join(", ") });
    }
    if (this.problems.length > 0) return;
    const cuts = this.propagate();
    for (let axis = 0; axis < this.sizes.length; axis++) {
      if (this.root(axis) === axis) this.layouts.set(axis, this.assign(axis, cuts.get(axis)?.list ?? []));
    }
  }

  layout(axis: Axis): Layout {
    const layout = this.layouts.get(this.root(axis));
    invariant(layout !== undefined, "layouts have been solved");
    return layout;
  }

  private root(axis: Axis): Axis {
    let at = axis;
    for (let parent = this.parents[at] ?? at; parent !== at; parent = this.parents[at] ?? at) {
      this.parents[at] = this.parents[parent] ?? parent;
      at = parent;
    }
    return at;
  }

  private report(id: FusionProblem["id"], place: Place, parameters: FusionProblem["parameters"]): void {
    this.problems.push({ severity: "error", id, place, parameters });
  }

  /** Hands cuts from axis to axis until nothing is new. */
  private propagate(): ReadonlyMap<Axis, { readonly list: Cut[] }> {
    const known = new Map<Axis, { readonly keys: Set<string>; readonly list: Cut[] }>();
    const touching = new Map<Axis, Relation[]>();
    for (const relation of this.relations) {
      for (const axis of new Set([this.root(relation.whole), this.root(relation.part)])) touching.set(axis, [...(touching.get(axis) ?? []), relation]);
    }
    const queue: { readonly axis: Axis; readonly cut: Cut }[] = [];
    const cut = (axis: Axis, at: Sizes, place: Place): void => {
      const root = this.root(axis);
      const sizes = this.sizesOf(root);
      if (at.every((position) => position === 0) || at.every((position, index) => position === sizes[index])) return;
      const entry = known.get(root) ?? { keys: new Set<string>(), list: [] };
      known.set(root, entry);
      const key = at.join();
      if (entry.keys.has(key)) return;
      entry.keys.add(key);
      entry.list.push({ at, place });
      queue.push({ axis: root, cut: { at, place } });
    };
    for (const relation of this.relations) {
      const { whole, part, place } = relation;
      if (relation.kind === "part") {
        cut(whole, relation.offset, place);
        cut(whole, plus(relation.offset, this.sizesOf(part)), place);
      } else if (!this.isEqual(part)) {
        const stride = times(this.sizesOf(part), relation.inner);
        for (let copy = 1; copy < relation.outer; copy++) cut(whole, times(stride, copy), place);
      }
    }
    for (let next = queue.pop(); next !== undefined && this.problems.length === 0; next = queue.pop()) {
      for (const relation of touching.get(next.axis) ?? []) this.pass(relation, next.axis, next.cut, cut);
    }
    return known;
  }

  private pass(relation: Relation, axis: Axis, { at, place }: Cut, cut: (axis: Axis, at: Sizes, place: Place) => void): void {
    const { whole, part } = relation;
    const sizes = this.sizesOf(part);
    if (relation.kind === "part") {
      if (this.root(part) === axis) cut(whole, plus(relation.offset, at), place);
      if (this.root(whole) !== axis) return;
      const inside = at.map((position, index) => position - (relation.offset[index] ?? 0));
      // A cut before or behind the part lies there in the target and in all sources, or the order of the cuts is a conflict.
      if (inside.every((position, index) => position >= 0 && position <= (sizes[index] ?? 0))) cut(part, inside, place);
      return;
    }
    const { outer, inner } = relation;
    const stride = times(sizes, inner);
    if (this.root(part) === axis) for (let copy = 0; copy < outer; copy++) cut(whole, plus(times(stride, copy), times(at, inner)), place);
    if (this.root(whole) !== axis) return;
    const copy = Math.min(Math.floor((at[0] ?? 0) / (stride[0] ?? 1)), outer - 1);
    const inside = at.map((position, index) => (position - copy * (stride[index] ?? 0)) / inner);
    if (inside.every((position, index) => Number.isInteger(position) && position >= 0 && position <= (sizes[index] ?? 0))) cut(part, inside, place);
    else if (!this.isEqual(whole)) this.report("layout-conflict", relation.place, { sizes: describe(this.sizesOf(whole)), other: describe(at), at: place.path });
  }

  /** Gives each stretch between cuts to its owners. */
  private assign(axis: Axis, cuts: readonly Cut[]): Layout {
    const sizes = this.sizesOf(axis);
    const place = this.places[axis] ?? { path: "", what: "", origin: { file: "", span: { start: 0, end: 0 } } };
    if (this.isEqual(axis)) {
      // Where no position is a source's own, a part must begin at the same position everywhere.
      const moved = cuts.find(({ at }) => at.some((position) => position !== at[0]));
      if (moved !== undefined) this.report("layout-conflict", moved.place, { sizes: describe(sizes), other: describe(moved.at) });
      return layoutOf([{ owner: "shared", length: sizes[0] ?? 0 }]);
    }
    const ordered = [...cuts].sort((a, b) => (a.at[0] ?? 0) - (b.at[0] ?? 0) || sum(a.at) - sum(b.at));
    const runs: Run[] = [];
    let from: Sizes = sizes.map(() => 0);
    for (const { at, place: where } of [...ordered, { at: sizes, place }]) {
      const [length = 0, ...own] = at.map((position, index) => position - (from[index] ?? 0));
      if (length < 0 || own.some((size) => size < 0) || (length === 0 && own.some((size) => size > 0))) {
        this.report("layout-conflict", where, { sizes: describe(sizes), other: describe(at) });
        break;
      }
      from = at;
      const total = sum(own);
      if (own.every((size) => size === length)) runs.push({ owner: "shared", length });
      else if (total > 0 && total <= length) runs.push(...own.map((size, owner) => ({ owner, length: size })), { owner: "new", length: length - total });
      else if (ordered.length === 0) this.report("sizes-do-not-add-up", place, { target: String(length), sources: own.join(", ") });
      else {
        // A use took a part of it that does not grow as it does.
        this.report("layout-conflict", (where === place ? ordered.at(-1)?.place : where) ?? place, { sizes: describe(sizes), other: describe(at) });
        break;
      }
    }
    return layoutOf(runs);
  }

  /** The layout in words, for reports. */
  describe(axis: Axis): string {
    const layout = this.layouts.get(this.root(axis));
    return layout === undefined ? describe(this.sizesOf(axis)) : printAxis(toAxisRuns(layout));
  }
}

function describe([target, ...others]: Sizes): string {
  return `${String(target)} of ${others.join(" and ")}`;
}

const sum = (numbers: Sizes): number => numbers.reduce((total, number) => total + number, 0);
const plus = (a: Sizes, b: Sizes): Sizes => a.map((position, index) => position + (b[index] ?? 0));
const times = (a: Sizes, factor: number): Sizes => a.map((position) => position * factor);

// Note [Cuts]
// A cut is a position in the target and one in each source: what lies before it in the target lies before it in the sources. The output of a
// dense layer has none of its own, so a `concat` before it and a `slice` after it both cut it, and only then is the layout decided: each
// stretch belongs to all sources where its size is theirs, and is one stretch of each source after the other where it is their sum (what
// is left over is new). Deciding at the first use would reject programs that have a solution. Where sizes fit by chance, axes that are declared
// fixed keep them from being taken for features: a vocabulary of 96 is not two of 48.
