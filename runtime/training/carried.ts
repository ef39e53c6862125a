// What an optimizer begins with where weights come from trained ones and their optimizers' state is to go on (`moments: fused`): how a
// source's state is read as that of plain kernels, and how it becomes the state of this run.

import type { Optimizer, Slot, WeightShape } from "../optimizers/optimizer.js";
import type { WeightSpec, WeightSpecs } from "../weights.js";

/** What the optimizer of a trained model kept of one of its weights, as of one kernel. */
export interface TrainedMoments {
  /** By slot, in the shape of the weight. */
  readonly slots: Readonly<Record<string, ArrayLike<number>>>;
  readonly shape: readonly number[];
  /** Steps that they have behind them. */
  readonly count: number;
}

/** The same by the model's name and the weight's path; null: the weight was not trained there. */
export type SourceMoments = (source: string, weight: string) => TrainedMoments | null;

/** What a training begins with; all else begins with zeros. */
export interface Carried {
  /** By name in the state: `optimizer/<slot>/<path>`. */
  readonly state: Readonly<Record<string, Float32Array>>;
  /** Steps that the moments of a weight have behind them, by path. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What the optimizer keeps of a weight. */
export function slotsOf({ slots }: Optimizer, spec: WeightSpec): Readonly<Record<string, Slot>> {
  return slots(shapeOf(spec));
}

function shapeOf({ shape, set }: WeightSpec): WeightShape {
  return { shape, copies: set?.copies ?? 1, moments: set?.moments ?? "shared" };
}

/** Reads a kernel set's state as that of one kernel: the gradient G of the kernel that was used is the sum of those of the copies, p_i G. */
export function ofOneKernel({ shape }: WeightSpec, slot: Slot, values: ArrayLike<number>): Float64Array {
  const size = sizeOf(shape);
  const sum = new Float64Array(size);
  if (isPerCopy(slot, shape)) for (let at = 0; at < values.length; at++) sum[at % size] = (sum[at % size] ?? 0) + (values[at] ?? 0);
  else sum.set(values);
  return sum;
}

/** The state of an optimizer out of those of the sources of its weights. See Note [Counts]. */
export function carriedMoments({ weights, optimizer }: { readonly weights: WeightSpecs; readonly optimizer: Optimizer }, moments: SourceMoments): Carried {
  const state: Record<string, Float32Array> = {};
  const counts: Record<string, number> = {};
  for (const [path, spec] of Object.entries(weights)) {
    const { carry, sources = [] } = spec.init;
    if (!spec.trainable || carry === undefined) continue;
    const found = sources.flatMap(({ source, weight }) => {
      const kept = moments(source, weight);
      return kept === null ? [] : [{ source, weight, kept }];
    });
    if (found.length < sources.length) continue;
    const count = Math.min(...found.map(({ kept }) => kept.count));
    for (const [name, slot] of Object.entries(slotsOf(optimizer, spec))) {
      if (slot.degree === null) throw new Error(`${name} of ${optimizer.name} cannot be made of others`);
      const plain = carry(new Float32Array(sizeOf(spec.shape)), slot.degree, (source, weight) => {
        const of = found.find((each) => each.source === source && each.weight === weight)?.kept;
        const values = of?.slots[name];
        if (of === undefined || values === undefined) throw new Error(`there is no ${name} of ${weight} of ${source}`);
        return { shape: of.shape, values: asIfAfter(count, slot, values, of.count) };
      });
      state[`optimizer/${name}/${path}`] = inCopies(plain, spec, slot);
    }
    counts[path] = count;
  }
  return { state, counts };
}

/** The numbers of a slot after `own` steps as if they had `count` behind them. */
function asIfAfter(count: number, { filled = () => 1 }: Slot, values: ArrayLike<number>, own: number): Float64Array {
  const factor = filled(count) / filled(own);
  return Float64Array.from(values, (value) => factor * value);
}

/** Each copy of a set gets a k-th: mixing weights have the mean 1/k. */
function inCopies(plain: Float32Array, { shape, set }: WeightSpec, slot: Slot): Float32Array {
  const copies = set?.copies ?? 1;
  if (copies === 1 || !isPerCopy(slot, shape)) return plain;
  if (slot.degree === 2) throw new Error("second moments of each copy cannot be made of others");
  const all = new Float32Array(copies * plain.length);
  for (let copy = 0; copy < copies; copy++) all.set(plain.map((value) => value / copies), copy * plain.length);
  return all;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function isPerCopy(slot: Slot, shape: readonly number[]): boolean {
  return slot.shape.length > shape.length;
}

// Note [Counts]
// Adam's averages begin with zeros, and dividing by 1 - b^t makes up for these after t steps. Moments of sources go on with their t, or the
// first steps would divide by far too little. A weight has one t: where sources differ it is the smallest, and the moments of the others are
// multiplied by (1 - b^t) / (1 - b^t_i), so that each one's corrected moments stay what they were; only how soon they are forgotten changes.
// Weights that come from no source, or that a source did not train, count from 0. Our choice; where all sources took equally many steps nothing
// is multiplied.
