// Figures of bench/fusion-language.ts as Markdown: what was searched, the end of each arm, and losses along the budget.

import type { Arm, Setting } from "./fusion-arms.js";
import type { Outcome, RateSearch } from "./fusion-trainer.js";

/** One arm over all replicates that are trained. */
export interface Result {
  readonly arm: Arm;
  readonly ends: readonly Outcome[];
  /** Mean validation losses by what was spent, in order. */
  readonly curve: readonly Point[];
}

/** A point of a curve: `spent` in floating-point operations. */
export interface Point {
  readonly spent: number;
  readonly loss: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
const head = (...cells: readonly string[]): string => row(...cells) + row(...cells.map(() => "---")).replaceAll(" ", "");

/** "1.8312 +- 0.0061": mean and deviation (divisor n - 1). */
const spread = (values: readonly number[]): string => (values.length < 2 ? mean(values).toFixed(4) : `${mean(values).toFixed(4)} +- ${deviation(values).toFixed(4)}`);

/** The curve of one arm, of the outcomes of its legs in each replicate. */
export function curveOf(replicates: readonly { readonly arm: Arm; readonly outcome: (run: string) => Outcome }[]): readonly Point[] {
  const each = replicates.map(({ arm, outcome }) => arm.legs.flatMap(({ run, before, pace }) => outcome(run).curve.map(({ step, loss }) => ({ spent: before + step * pace, loss }))));
  return (each[0] ?? []).map(({ spent }, index) => ({ spent, loss: mean(each.flatMap((curve) => curve[index]?.loss ?? [])) }));
}

/** The grids of rates, and of the share of the sources. */
export function searched(searches: readonly RateSearch[], shares: ReadonlyMap<number, number>): string {
  const grid = (entries: Iterable<readonly [number, number]>, best: number): string => [...entries].sort((a, b) => a[0] - b[0]).map(([value, loss]) => `${value}: ${loss.toFixed(4)}${value === best ? " (taken)" : ""}`).join(", ");
  const lines = searches.map((each) => row(each.title, grid(each.found, each.best)));
  const [best = NaN] = [...shares].reduce((a, b) => (b[1] < a[1] ? b : a), [NaN, Infinity] as const);
  return head("searched", "validation loss by value") + lines.join("") + row("share of the budget for sources", grid(shares, best));
}

/** The end of each arm, beside the first. */
export function ends(results: readonly Result[], weights: { readonly narrow: number; readonly wide: number }): string {
  const first = results[0]?.ends ?? [];
  const lines = results.map(({ arm, ends }, index) => {
    const tests = ends.map(({ test }) => test);
    const size = arm.size === "committee" ? 2 * weights.narrow : weights[arm.size];
    return row(arm.title, size.toLocaleString("en"), (arm.spent / 1e12).toFixed(3), spread(ends.map(({ valid }) => valid)), spread(tests), index === 0 ? "" : beside(tests, first.map(({ test }) => test)));
  });
  return head("arm", "weights", "training FLOPs, 10^12", "validation loss", "test loss", "test loss minus that from scratch") + lines.join("");
}

/** Difference of means, its standard error, and whether each of one is below each of the other. */
function beside(values: readonly number[], others: readonly number[]): string {
  const error = Math.sqrt((deviation(values) ** 2 + deviation(others) ** 2) / values.length);
  const order = Math.max(...values) < Math.min(...others) ? "all below" : Math.min(...values) > Math.max(...others) ? "all above" : "mixed";
  const difference = mean(values) - mean(others);
  return `${difference < 0 ? "-" : "+"}${Math.abs(difference).toFixed(4)}${values.length < 2 ? "" : ` +- ${error.toFixed(4)}, ${order}`}`;
}

/** Mean validation losses of the arms that have a curve, where `parts` of the budget are spent. */
export function along(results: readonly Result[], { steps, flops }: Setting, parts: readonly number[]): string {
  const budget = steps * flops.wide;
  const drawn = results.filter(({ curve }) => curve.length > 0);
  // Steps are whole, so that points lie up to some thousandths beside their part.
  const at = (curve: readonly Point[], part: number): string => curve.findLast(({ spent }) => Math.abs(spent / budget - part) < 0.005)?.loss.toFixed(4) ?? "";
  return head("arm", ...parts.map((part) => `${100 * part}%`)) + drawn.map(({ arm, curve }) => row(arm.title, ...parts.map((part) => at(curve, part)))).join("");
}
