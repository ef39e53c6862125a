// Clusters of points with a point of each as its center: k-means++ seeding (Arthur and Vassilvitskii 2007), Lloyd's iterations, then each
// mean gives way to the point nearest to it, since only points have a loss.

import type { Stream } from "../../random.js";
import { squaredDistance, type Points } from "./points.js";
import { weightedIndex } from "./draw.js";

export interface Clusters {
  /** Numbers of the points that are centers, each once, rising. At most as many as were asked for: never more than there are different points. */
  readonly centers: Int32Array;
  /** For each point the place of its center, the nearest one, in `centers`. */
  readonly clusterOf: Int32Array;
  /** For each point the square of its distance to that center. */
  readonly squares: Float64Array;
}

/** Lloyd's iterations at most. */
export const mostIterations = 20;
/** They end where the cost falls by a smaller share than this: what is left to gain is small beside what is rounded. */
const leastGain = 1e-3;

/** Clusters points around at most `k` of them. `pause` is awaited between passes over the points. */
export async function kMeans(points: Points, k: number, stream: Stream, pause: () => Promise<void>): Promise<Clusters> {
  const seeds = await seed(points, k, stream, pause);
  const means = await lloyd(points, seeds, pause);
  const centers = Int32Array.from(new Set(await nearestPoints(points, means, pause))).sort();
  const { clusterOf, squares } = await assigned(points, taken(points, centers), null, pause);
  return { centers, clusterOf, squares };
}

/** Points of at most k different places: the first by equal chances, each next one with a chance in proportion to the square of its distance to those before. */
async function seed(points: Points, k: number, stream: Stream, pause: () => Promise<void>): Promise<Int32Array> {
  const { count } = points;
  const squares = new Float64Array(count).fill(Infinity);
  const seeds: number[] = [];
  for (let next = count === 0 ? -1 : stream.below(count); next >= 0 && seeds.length < k; ) {
    seeds.push(next);
    let total = 0;
    for (let i = 0; i < count; i++) {
      const known = squares[i] ?? 0;
      const square = known === 0 ? 0 : Math.min(known, squaredDistance(points, i, points, next, known));
      squares[i] = square;
      total += square;
    }
    // Where every point is a seed's place there is nothing left to choose.
    next = total > 0 && Number.isFinite(total) ? weightedIndex(squares, total, stream) : -1;
    await pause();
  }
  return Int32Array.from(seeds);
}

/** Means of clusters, from the seeds on, until the sum of squares falls no more, or hardly. */
async function lloyd(points: Points, seeds: Int32Array, pause: () => Promise<void>): Promise<Points> {
  let means = taken(points, seeds);
  let clusterOf: Int32Array | null = null;
  let cost = Infinity;
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const found: Assigned = await assigned(points, means, clusterOf, pause);
    const next = found.squares.reduce((sum, square) => sum + square, 0);
    if (!found.isChanged || !(next < cost * (1 - leastGain))) break;
    cost = next;
    clusterOf = found.clusterOf;
    means = meansOf(points, found, means.count);
  }
  return means;
}

interface Assigned {
  readonly clusterOf: Int32Array;
  readonly squares: Float64Array;
  readonly isChanged: boolean;
}

/** The nearest center of each point. `before`: what it was, if that is known. */
async function assigned(points: Points, centers: Points, before: Int32Array | null, pause: () => Promise<void>): Promise<Assigned> {
  const clusterOf = new Int32Array(points.count);
  const squares = new Float64Array(points.count);
  const between = distancesBetween(centers);
  let isChanged = before === null;
  for (let i = 0; i < points.count; i++) {
    const own = before?.[i] ?? 0;
    let nearest = own;
    let least = squaredDistance(points, i, centers, own);
    for (let c = 0; c < centers.count; c++) {
      // A center twice as far from the nearest one as the point is cannot be nearer than it.
      if (c === own || (between[nearest * centers.count + c] ?? 0) >= 4 * least) continue;
      const square = squaredDistance(points, i, centers, c, least);
      if (square >= least) continue;
      least = square;
      nearest = c;
    }
    clusterOf[i] = nearest;
    squares[i] = least;
    if (nearest !== own) isChanged = true;
    if (i % 256 === 255) await pause();
  }
  await pause();
  return { clusterOf, squares, isChanged };
}

/** Squares of the distances of all pairs of centers; of too many centers none, which leaves nothing out. */
function distancesBetween(centers: Points): Float64Array {
  if (centers.count > 2048) return new Float64Array(0);
  const squares = new Float64Array(centers.count * centers.count);
  for (let a = 0; a < centers.count; a++) {
    for (let b = 0; b < a; b++) {
      const square = squaredDistance(centers, a, centers, b);
      squares[a * centers.count + b] = square;
      squares[b * centers.count + a] = square;
    }
  }
  return squares;
}

/** The mean of each cluster; an empty one moves to the point that is farthest from its center, each to another. */
function meansOf(points: Points, { clusterOf, squares }: Assigned, count: number): Points {
  const { size } = points;
  const sums = new Float64Array(count * size);
  const members = new Int32Array(count);
  for (let i = 0; i < points.count; i++) {
    const cluster = clusterOf[i] ?? 0;
    members[cluster] = (members[cluster] ?? 0) + 1;
    for (let at = 0; at < size; at++) sums[cluster * size + at] = (sums[cluster * size + at] ?? 0) + (points.values[i * size + at] ?? 0);
  }
  const moved = new Set<number>();
  for (let cluster = 0; cluster < count; cluster++) {
    const number = members[cluster] ?? 0;
    if (number > 0) {
      for (let at = 0; at < size; at++) sums[cluster * size + at] = (sums[cluster * size + at] ?? 0) / number;
      continue;
    }
    let farthest = 0;
    let most = -1;
    for (const [i, square] of squares.entries()) {
      if (square <= most || moved.has(i)) continue;
      most = square;
      farthest = i;
    }
    moved.add(farthest);
    for (let at = 0; at < size; at++) sums[cluster * size + at] = points.values[farthest * size + at] ?? 0;
  }
  return { values: sums, count, size };
}

/** The number of the point nearest to each center; of equally near ones the first. */
async function nearestPoints(points: Points, centers: Points, pause: () => Promise<void>): Promise<Int32Array> {
  const nearest = new Int32Array(centers.count);
  for (let c = 0; c < centers.count; c++) {
    let least = Infinity;
    for (let i = 0; i < points.count; i++) {
      const square = squaredDistance(points, i, centers, c, least);
      if (square >= least) continue;
      least = square;
      nearest[c] = i;
    }
    await pause();
  }
  return nearest;
}

/** Some of the points, as points of their own. */
function taken({ values, size }: Points, which: Int32Array): Points {
  const result = new Float64Array(which.length * size);
  for (const [place, point] of which.entries()) result.set(values.subarray(point * size, (point + 1) * size), place * size);
  return { values: result, count: which.length, size };
}
