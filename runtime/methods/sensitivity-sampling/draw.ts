// Rows drawn with replacement by given probabilities, with the weights that make their weighted sum an unbiased estimate of the whole sum.

import type { Stream } from "../../random.js";

/** Rows of a pool and their weights. */
export interface Chosen {
  /** Places in the pool, rising, each once. */
  readonly rows: Int32Array;
  /** Mean 1. */
  readonly weights: Float32Array;
  /** The mean of `weights` times the values of the rows, times this, estimates the mean of the values over the pool. */
  readonly scale: number;
}

/** p_e = (1 - uniform) a_e / sum a + uniform / n of amounts a of at least 0; 1 / n where all amounts are 0. */
export function probabilities(amounts: Float64Array, uniform: number): Float64Array {
  const n = amounts.length;
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return amounts.map((amount) => (total > 0 ? ((1 - uniform) * amount) / total + uniform / n : 1 / n));
}

/**
 * `draws` places drawn with replacement, place e with probability p_e. Each draw has the weight 1 / (draws p_e); those of one place are added
 * up; then all are divided by their mean.
 */
export function drawWithReplacement(p: Float64Array, draws: number, stream: Stream): Chosen {
  const sums = new Float64Array(p.length);
  let total = 0;
  for (const [i, share] of p.entries()) sums[i] = total += share;
  const times = new Map<number, number>();
  for (let draw = 0; draw < draws; draw++) {
    const place = firstAbove(sums, fraction(stream) * total);
    times.set(place, (times.get(place) ?? 0) + 1);
  }
  const rows = Int32Array.from(times.keys()).sort();
  const raw = Float64Array.from(rows, (row) => (times.get(row) ?? 0) / (draws * (p[row] ?? 1)));
  const sum = raw.reduce((before, weight) => before + weight, 0);
  return { rows, weights: Float32Array.from(raw, (weight) => (weight * rows.length) / sum), scale: sum / p.length };
}

/** Rows that all count alike. */
export function alikeWeighted(rows: Int32Array): Chosen {
  return { rows: Int32Array.from(rows).sort(), weights: new Float32Array(rows.length).fill(1), scale: 1 };
}

/** An index drawn in proportion to amounts whose sum, added up in order, is `total`. */
export function weightedIndex(amounts: Float64Array, total: number, stream: Stream): number {
  const aim = fraction(stream) * total;
  let sum = 0;
  let last = -1;
  for (let i = 0; i < amounts.length; i++) {
    const amount = amounts[i] ?? 0;
    if (amount > 0) last = i;
    sum += amount;
    if (sum > aim) return i;
  }
  return last;
}

/** The first index whose number is above `aim`; the last index where rounding leaves none. */
function firstAbove(rising: Float64Array, aim: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) > aim) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A number in [0, 1) with 53 random bits: rare rows need more than 32. */
function fraction(stream: Stream): number {
  return ((stream.uint32() >>> 5) * 2 ** 26 + (stream.uint32() >>> 6)) * 2 ** -53;
}
