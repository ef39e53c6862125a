// Reshape: axes that are joined or taken apart. Both shapes are cut into the smallest groups of axes with equal products, in the target and
// in all sources at once; within a group at most one axis grows, and the others repeat it.

import type { Axis, Sizes } from "./axes.js";
import { fresh, type Use } from "./use.js";

/** The axes of a reshape's result. */
export function relateReshape(use: Use): readonly Axis[] {
  const x = use.operands[0] ?? [];
  const result = (use.ops[0]?.type.shape ?? []).map((_, axis) => fresh(use, axis));
  let [from, to] = [0, 0];
  while (from < x.length || to < result.length) {
    const begin = { from, to };
    const product = (axes: readonly Axis[]): Sizes => axes.reduce((sizes, axis) => sizes.map((size, index) => size * (use.table.sizesOf(axis)[index] ?? 1)), use.ops.map(() => 1));
    const [left, right] = [(): Sizes => product(x.slice(begin.from, from)), (): Sizes => product(result.slice(begin.to, to))];
    if (from < x.length) from++;
    if (to < result.length) to++;
    while (left().join() !== right().join() && (from < x.length || to < result.length)) {
      const isShort = (left()[0] ?? 1) < (right()[0] ?? 1) || (left()[0] === right()[0] && (left()[1] ?? 1) < (right()[1] ?? 1));
      if ((isShort && from < x.length) || to >= result.length) from++;
      else to++;
    }
    if (left().join() !== right().join()) {
      use.report("layout-conflict", { sizes: left().join(), other: right().join() });
      return result;
    }
    // Axes of one position that are left at the end belong to the last group.
    if (from === x.length || to === result.length) [from, to] = [x.length, result.length];
    group(use, x.slice(begin.from, from), result.slice(begin.to, to));
  }
  return result;
}

function group(use: Use, before: readonly Axis[], after: readonly Axis[]): void {
  const significant = (axes: readonly Axis[]): readonly Axis[] => axes.filter((axis) => !use.table.sizesOf(axis).every((size) => size === 1));
  const [left, right] = [significant(before), significant(after)];
  const [one, other] = [left[0], right[0]];
  if (one !== undefined && other !== undefined && left.length === 1 && right.length === 1) return use.table.equate(one, other, use.place);
  const sizes = left.reduce<Sizes>((product, axis) => product.map((size, index) => size * (use.table.sizesOf(axis)[index] ?? 1)), use.ops.map(() => 1));
  const flat = use.table.add(sizes, use.place);
  flatten(use, flat, left);
  flatten(use, flat, right);
}

/** `whole` is these axes as one, the last fastest. */
function flatten(use: Use, whole: Axis, axes: readonly Axis[]): void {
  const grows = axes.filter((axis) => !use.table.isEqual(axis));
  const [axis] = grows;
  if (axis === undefined) return;
  if (grows.length > 1) return use.report("outer-product", {});
  const at = axes.indexOf(axis);
  const count = (list: readonly Axis[]): number => list.reduce((product, each) => product * (use.table.sizesOf(each)[0] ?? 1), 1);
  use.table.tile(whole, count(axes.slice(0, at)), axis, count(axes.slice(at + 1)), use.place);
}
