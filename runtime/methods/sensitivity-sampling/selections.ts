// Methods that choose training rows, one function each: sensitivity sampling (Axiotis, Cohen-Addad, Henzinger, Jerome, Mirrokni, Saulpic,
// Woodruff, Wunder, arXiv 2402.17327) and what it is compared with. See Note [What is the paper's].

import type { Duration } from "../../durations.js";
import type { Stream } from "../../random.js";
import { alikeWeighted, drawWithReplacement, probabilities, type Chosen } from "./draw.js";
import { kCenter } from "./k-center.js";
import { kMeans, mostIterations, type Clusters } from "./k-means.js";
import { leverageScores } from "./leverage.js";
import type { Points } from "./points.js";

/** `positions` vectors of `size` numbers for each row; with `real`, so many of them at the beginning count. */
export interface Probabilities extends Points {
  readonly positions: number;
  readonly real?: ArrayLike<number>;
}

/** The rows to choose from, and what can be asked of them. Rows are numbered from 0. */
export interface Pool {
  readonly rows: number;
  /** How many to choose, or to draw. */
  readonly draws: number;
  /** Random numbers of one purpose. */
  readonly stream: (purpose: string) => Stream;
  /** Embeddings of all rows: `inputs`, or an output of the model. */
  readonly points: (embedding: string) => Promise<Points>;
  /** The losses of some rows, each by itself: at least 0. */
  readonly losses: (rows: Int32Array) => Promise<Float64Array>;
  /** Probabilities of classes, one entry for each output with classes. */
  readonly probabilities: () => Promise<readonly Probabilities[]>;
  /** Throws a UserError if so many multiplications would take too long, or so many numbers of eight bytes too much memory. */
  readonly requireWork: (multiplications: number, numbers?: number) => void;
  /** Awaited now and then: lets signals in. */
  readonly pause: () => Promise<void>;
}

/** A way to choose rows, as the program asks for it. */
export interface Selection {
  readonly method: string;
  /** Share of the training rows that is chosen, or drawn. */
  readonly fraction: number;
  /** How long a model is trained on all rows to choose them; absent: the model as it begins does. */
  readonly after?: Duration;
  readonly choose: (pool: Pool) => Promise<Chosen>;
}

interface Fraction {
  readonly fraction: number;
}
interface Prepared extends Fraction {
  readonly after?: Duration;
}
interface Embedded extends Prepared {
  readonly embedding: string;
}
interface Clustered extends Embedded {
  readonly clusters: number;
}
interface Powered {
  /** z in v(e) = |E(e) - c(e)|^z. */
  readonly power: number;
}
interface Mixed {
  /** Share of equal chances in the probabilities. */
  readonly uniform: number;
}

/** p_e in proportion to loss(c(e)) + lambda v(e), c(e) the center of e's cluster and v(e) = |E(e) - c(e)|^power. */
export function selectSensitivity({ clusters, embedding, power, lambda, uniform, ...given }: Clustered & Powered & Mixed & { readonly lambda: number | "balanced" }): Selection {
  return drawn("sensitivity", given, uniform, async (pool) => {
    const found = await clustersOf(pool, embedding, clusters);
    return sensitivities(await centerLosses(pool, found), distances(found, power), lambda);
  });
}

/** p_e in proportion to loss(c(e)). */
export function selectLoss({ clusters, embedding, uniform, ...given }: Clustered & Mixed): Selection {
  return drawn("loss", given, uniform, async (pool) => centerLosses(pool, await clustersOf(pool, embedding, clusters)));
}

/** p_e in proportion to v(e). */
export function selectDistance({ clusters, embedding, power, uniform, ...given }: Clustered & Powered & Mixed): Selection {
  return drawn("distance", given, uniform, async (pool) => distances(await clustersOf(pool, embedding, clusters), power));
}

/** p_e in proportion to the leverage of (1, E(e)). */
export function selectLeverage({ embedding, uniform, ...given }: Embedded & Mixed): Selection {
  return drawn("leverage", given, uniform, async (pool) => {
    const points = await pool.points(embedding);
    const width = points.size + 1;
    pool.requireWork(pool.rows * width ** 2 + width ** 3, 2 * width ** 2);
    return leverageScores(points, pool.pause);
  });
}

/** So many rows by equal chances, each at most once. */
export function selectUniform(given: Fraction): Selection {
  return chosen("uniform", given, (pool) => Promise.resolve(Int32Array.from(pool.stream("draw").permutation(pool.rows).subarray(0, pool.draws))));
}

/** Greedy k-center in the embedding. */
export function selectKCenter({ embedding, ...given }: Embedded): Selection {
  return chosen("k_center", given, async (pool) => {
    const points = await pool.points(embedding);
    pool.requireWork(pool.rows * pool.draws * points.size);
    return kCenter(points, pool.draws, pool.stream("draw"), pool.pause);
  });
}

/** The rows with the smallest difference between the two largest probabilities. */
export function selectMargin(given: Prepared): Selection {
  return chosen("margin", given, (pool) => uncertain(pool, margin));
}

/** The rows with the largest entropy of their probabilities. */
export function selectEntropy(given: Prepared): Selection {
  return chosen("entropy", given, (pool) => uncertain(pool, negativeEntropy));
}

/** loss_e + lambda v_e, where `balanced` makes both sums equal: lambda = sum loss / sum v. Where one of them is 0 the other counts alone. */
export function sensitivities(losses: Float64Array, v: Float64Array, lambda: number | "balanced"): Float64Array {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const cost = sum(v);
  const whole = sum(losses);
  const factor = lambda !== "balanced" ? lambda : cost > 0 && whole > 0 ? whole / cost : 1;
  return losses.map((loss, row) => loss + factor * (v[row] ?? 0));
}

function drawn(method: string, given: Prepared, uniform: number, amounts: (pool: Pool) => Promise<Float64Array>): Selection {
  return { method, ...given, choose: async (pool) => drawWithReplacement(probabilities(await amounts(pool), uniform), pool.draws, pool.stream("draw")) };
}

function chosen(method: string, given: Prepared, rows: (pool: Pool) => Promise<Int32Array>): Selection {
  return { method, ...given, choose: async (pool) => alikeWeighted(await rows(pool)) };
}

async function clustersOf(pool: Pool, embedding: string, clusters: number): Promise<Clusters> {
  const points = await pool.points(embedding);
  // Seeding, rounding and each of Lloyd's iterations look at each pair at most.
  pool.requireWork((mostIterations + 3) * pool.rows * Math.min(clusters, pool.rows) * points.size);
  return kMeans(points, clusters, pool.stream("clusters"), pool.pause);
}

async function centerLosses(pool: Pool, { centers, clusterOf }: Clusters): Promise<Float64Array> {
  const losses = await pool.losses(centers);
  return Float64Array.from(clusterOf, (cluster) => losses[cluster] ?? 0);
}

function distances({ squares }: Clusters, power: number): Float64Array {
  return power === 2 ? squares : squares.map((square) => Math.sqrt(square));
}

/** The rows with the least of `of` their probabilities, the mean over outputs and positions; of equal ones the first. */
async function uncertain(pool: Pool, of: (p: Points["values"]) => number): Promise<Int32Array> {
  const found = new Float64Array(pool.rows);
  for (const { values, size, positions, real } of await pool.probabilities()) {
    for (let row = 0; row < pool.rows; row++) {
      let sum = 0;
      const count = real?.[row] ?? positions;
      for (let at = row * positions; at < row * positions + count; at++) sum += of(values.subarray(at * size, (at + 1) * size));
      found[row] = (found[row] ?? 0) + sum / count;
    }
  }
  const order = Int32Array.from({ length: pool.rows }, (_, row) => row).sort((a, b) => (found[a] ?? 0) - (found[b] ?? 0) || a - b);
  return order.subarray(0, pool.draws);
}

/** sum p log p: the least where the entropy is largest. */
function negativeEntropy(p: Points["values"]): number {
  let sum = 0;
  for (const x of p) if (x > 0) sum += x * Math.log(x);
  return sum;
}

function margin(p: Points["values"]): number {
  let first = 0;
  let second = 0;
  for (const x of p) {
    if (x > first) [first, second] = [x, first];
    else if (x > second) second = x;
  }
  return first - second;
}

// Note [What is the paper's]
//
// From the paper (its abstract): k + 1/eps^2 elements can be chosen whose weighted mean loss is that of the whole set up to a factor of
// 1 +- eps and eps lambda Phi_k, Phi_k the k-means cost of the embeddings, if the loss is Hoelder continuous in them.
// Second-hand (reviews and citing papers): k-means with k-means++ seeding, centers rounded to the nearest element, whose losses alone are
// asked for; v(e) = |E(e) - c(e)|^z with z in {1, 2}; p_e in proportion to loss(c(e)) + lambda v(e); draws with replacement and weights
// 1 / (s p_e).
// Our choice: lambda balances the two sums unless given; equal chances are mixed in, so that no weight explodes; rows are given to the
// nearest rounded center; z enters v alone, and clusters are those of k-means for both; draws of one row are merged and weights divided by
// their mean. `loss` and `distance` are the two terms by themselves.
