// Deep Fusion (Mazzawi et al. 2023, arXiv 2306.11903): initial values of a weight that are built out of the weights of trained models. The
// compiler says who has which positions of each axis; here the numbers are put together, and those that the optimizer keeps of them. See
// Note [Entries] and Note [Moments].

import type { Degree, Initializer, SourceWeights } from "../initializers.js";
import type { Stream } from "../random.js";

/** `[owner, length]`: neighboring positions of source `owner`, of all sources alike, or of none. */
export type FusedRun = readonly [owner: number | "shared" | "new", length: number];

/** An axis: `copies` times the same runs. Positions of a source come in its own order. */
export interface FusedAxis {
  readonly copies: number;
  readonly runs: readonly FusedRun[];
}

export interface FusedOptions {
  /** In order of the sources: `factor` times the weight where one source has an entry, `share` times it in the sum where all have it. */
  readonly from: readonly { readonly source: string; readonly weight: string; readonly factor: number; readonly share: number }[];
  readonly axes: readonly FusedAxis[];
  /** The axis that products sum over, null: none. */
  readonly contracts: number | null;
  /** What stands between sources; `std` in units of the standard deviation of the sources' weights. */
  readonly rest: { readonly kind: "zeros" } | { readonly kind: "normal" | "antisymmetric"; readonly std: number };
  /** What the optimizer keeps of the weight begins with what the sources' optimizers kept of theirs. Absent: with zeros. */
  readonly moments?: "fused";
  /** For positions that no source has. */
  readonly plain: Initializer;
}

/** Values of a weight out of those of sources; its variance is that of the plain initializer, for what is drawn beside it. */
export function fused(options: FusedOptions): Initializer {
  return {
    variance: options.plain.variance,
    sources: options.from,
    fill: (out, stream, sources) => {
      if (sources === undefined) throw new Error("values that come from other models need those models' weights");
      return fill(out, stream, options, sources);
    },
    ...(options.moments === "fused" ? { carry: (out: Float32Array, degree: Degree, kept: SourceWeights) => carry(out, degree, options, kept) } : {}),
  };
}

/** An axis position by position: who has it, and for each source which of its positions it is, -1 where the source has not got it. */
interface Axis {
  readonly owners: readonly (number | "shared" | "new")[];
  readonly positions: readonly Int32Array[];
}

function expand({ copies, runs }: FusedAxis, sources: number): Axis {
  const once = runs.flatMap(([owner, length]) => Array<FusedRun[0]>(length).fill(owner));
  const owners = Array.from({ length: copies }, () => once).flat();
  const positions = Array.from({ length: sources }, (_, source) => {
    let next = 0;
    return Int32Array.from(owners, (owner) => (owner === source || owner === "shared" ? next++ : -1));
  });
  return { owners, positions };
}

function fill(out: Float32Array, stream: Stream, options: FusedOptions, sources: SourceWeights): Float32Array {
  const axes = options.axes.map((axis) => expand(axis, options.from.length));
  const { sums, isHeld, variance } = together(out.length, axes, options, sources, ({ factor }) => factor);
  if (options.rest.kind === "normal") addNoise(sums, isHeld, axes, options.rest.std * Math.sqrt(variance), stream);
  if (options.rest.kind === "antisymmetric" && options.contracts !== null) addAntisymmetric(sums, axes, options.contracts, options.rest.std * Math.sqrt(variance), stream);
  if (axes.some(({ owners }) => owners.includes("new"))) addNew(sums, axes, options, stream);
  out.set(sums);
  return out;
}

/** What the sources have of a weight, and the mean variance of that: their own entries times `multiple`, the sums of shared ones by the shares, 0 elsewhere. */
function together(size: number, axes: readonly Axis[], { from: parts }: FusedOptions, sources: SourceWeights, multiple: (part: FusedOptions["from"][number]) => number): { readonly sums: Float64Array; readonly isHeld: Uint8Array; readonly variance: number } {
  const sums = new Float64Array(size);
  const isHeld = new Uint8Array(size);
  let variance = 0;
  parts.forEach((part, index) => {
    const { source, weight, share } = part;
    const { shape, values } = sources(source, weight);
    const held = axes.map(({ positions }) => count(positions[index]));
    if (shape.length !== held.length || shape.some((length, axis) => length !== held[axis])) throw new Error(`${weight} of ${source} is [${shape.join(", ")}], expected [${held.join(", ")}]`);
    variance += varianceOf(values) / parts.length;
    const factor = multiple(part);
    eachHeld(axes, index, (to, from, isOwned) => {
      const value = values[from] ?? 0;
      sums[to] = isOwned ? factor * value : (sums[to] ?? 0) + share * value;
      isHeld[to] = 1;
    });
  });
  return { sums, isHeld, variance };
}

/** What an optimizer keeps of the weight, of that degree in the gradient. */
function carry(out: Float32Array, degree: Degree, options: FusedOptions, kept: SourceWeights): Float32Array {
  const axes = options.axes.map((axis) => expand(axis, options.from.length));
  const { sums, isHeld } = together(out.length, axes, options, kept, ({ factor, share }) => (share / factor) ** degree);
  if (degree === 2) {
    const held = isHeld.reduce((total, is) => total + is, 0);
    const mean = held === 0 ? 0 : sums.reduce((total, value) => total + value, 0) / held;
    for (const [at, is] of isHeld.entries()) if (is === 0) sums[at] = mean;
  }
  out.set(sums);
  return out;
}

/** Calls `visit` with the flat index of each entry that a source has, there and in the source, and whether one of its positions is the source's alone. */
function eachHeld(axes: readonly Axis[], source: number, visit: (to: number, from: number, isOwned: boolean) => void): void {
  const descend = (depth: number, to: number, from: number, isOwned: boolean): void => {
    const axis = axes[depth];
    if (axis === undefined) return visit(to, from, isOwned);
    const positions = axis.positions[source] ?? new Int32Array(0);
    const size = count(positions);
    for (let t = 0; t < positions.length; t++) {
      const p = positions[t] ?? -1;
      if (p >= 0) descend(depth + 1, to * positions.length + t, from * size + p, isOwned || axis.owners[t] === source);
    }
  };
  descend(0, 0, 0, false);
}

/** Calls `visit` for each entry with its flat index and its position on each axis. */
function eachEntry(axes: readonly Axis[], visit: (to: number, at: readonly number[]) => void): void {
  const at = axes.map(() => 0);
  const descend = (depth: number, to: number): void => {
    const axis = axes[depth];
    if (axis === undefined) return visit(to, at);
    for (let t = 0; t < axis.owners.length; t++) {
      at[depth] = t;
      descend(depth + 1, to * axis.owners.length + t);
    }
  };
  descend(0, 0);
}

const isNew = (axes: readonly Axis[], at: readonly number[], depth: number): boolean => axes[depth]?.owners[at[depth] ?? 0] === "new";

function addNoise(sums: Float64Array, isHeld: Uint8Array, axes: readonly Axis[], std: number, stream: Stream): void {
  eachEntry(axes, (to, at) => {
    if (isHeld[to] === 0 && !axes.some((_, depth) => isNew(axes, at, depth))) sums[to] = std * stream.normal();
  });
}

/** Noise on what each entry reads from the copies of one source, with sum 0 over the copies: these being equal, it changes no result. */
function addAntisymmetric(sums: Float64Array, axes: readonly Axis[], contracts: number, std: number, stream: Stream): void {
  const axis = axes[contracts];
  if (axis === undefined) return;
  const copies = axis.positions.length;
  const places = axis.positions.map((positions, copy) => [...positions.keys()].filter((t) => axis.owners[t] === copy));
  const scale = copies > 1 ? std * Math.sqrt(copies / (copies - 1)) : 0;
  const first = axes.map((each, depth) => (depth === contracts ? { ...each, owners: places[0]?.map(() => 0) ?? [] } : each));
  eachEntry(first, (_, at) => {
    const targets = places.map((list) => at.reduce((flat, t, depth) => flat * (axes[depth]?.owners.length ?? 1) + (depth === contracts ? (list[t] ?? 0) : t), 0));
    const draws = targets.map(() => stream.normal());
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / copies;
    targets.forEach((to, copy) => (sums[to] = (sums[to] ?? 0) + scale * ((draws[copy] ?? 0) - mean)));
  });
}

/** New units start as those of a plain model, and nothing else reads them yet. */
function addNew(sums: Float64Array, axes: readonly Axis[], { contracts, plain }: FusedOptions, stream: Stream): void {
  const drawn = plain.fill(new Float32Array(sums.length), stream);
  eachEntry(axes, (to, at) => {
    if (axes.some((_, depth) => depth !== contracts && isNew(axes, at, depth))) sums[to] = drawn[to] ?? 0;
  });
}

function count(positions: Int32Array | undefined): number {
  return positions?.reduce((sum, position) => sum + (position >= 0 ? 1 : 0), 0) ?? 0;
}

function varianceOf(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    sum += value;
    squares += value * value;
  }
  const mean = values.length === 0 ? 0 : sum / values.length;
  return values.length === 0 ? 0 : Math.max(0, squares / values.length - mean * mean);
}

// Note [Entries]
// An entry has a position on each axis. The sources that have all its positions are: all of them, where each axis is shared there, and the
// entry is their weighted mean; one, where each axis is shared or that source's, and the entry is its own times a factor; none, where two
// axes belong to different sources, and the entry is new. That gives blocks on the diagonal where two axes are the sources', blocks side
// by side where one is, the mean where none is.

// Note [Moments]
// Let the outputs be F = sum_i w_i f_i, w_i the share of source i, and an entry W = c V of the target be the factor c times an entry V of source i.
// As functions of V, F and w_i f_i differ by what does not depend on it, so dF/dW = (w_i / c) df_i/dV: where a loss has the same gradient at F as
// at f_i, its gradient at W is w_i / c times that at V. An entry that all sources share, W = sum_i w_i V_i, has the gradient sum_i w_i g_i. So
// what is linear in the gradient carries over exactly, and so do squares of a source's own entries; of shared entries the weighted mean of the
// squares takes their place, which is at least the square of the mean. That the sources' gradients stand in for the target's is our choice.
// All this is of outputs that are such a sum whatever V is: noise between copies of a source cancels for equal copies only, and not behind them.
// Entries that no source has begin without a first moment. Their squares begin as the mean of the weight's others (our choice): they are
// products of the same features and of the same gradients, of two sources in the place of one, and so of the same size. With zeros beside a
// count of steps that goes on, nothing would correct for them, and Adam's steps there would be up to max_n (1 - b1^n) / sqrt(1 - b2^n) times
// the rate: 6.6 times at n = 12 for betas of 0.9 and 0.999, 3.2 times still at n = 100.
