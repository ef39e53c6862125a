// The mathematics of choosing rows: clusters, probabilities, draws, and what is promised of their weighted sums.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { drawWithReplacement, probabilities, type Chosen } from "../../runtime/methods/sensitivity-sampling/draw.js";
import { kCenter } from "../../runtime/methods/sensitivity-sampling/k-center.js";
import { kMeans } from "../../runtime/methods/sensitivity-sampling/k-means.js";
import { leverageScores } from "../../runtime/methods/sensitivity-sampling/leverage.js";
import { squaredDistance, type Points } from "../../runtime/methods/sensitivity-sampling/points.js";
import { selectDistance, selectEntropy, selectKCenter, selectLeverage, selectLoss, selectMargin, selectSensitivity, selectUniform, sensitivities, type Pool } from "../../runtime/methods/sensitivity-sampling/selections.js";
import { stream } from "../../runtime/random.js";
import { near } from "../support/numeric.js";

const pause = (): Promise<void> => Promise.resolve();
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

function points(rows: readonly (readonly number[])[]): Points {
  return { values: Float32Array.from(rows.flat()), count: rows.length, size: rows[0]?.length ?? 0 };
}

/** `count` points around centers at the corners of a large cube, of very different numbers each: a few clusters hold most points. */
function clustered(count: number, clusters: number, size: number, seed: number): { readonly points: Points; readonly clusterOf: readonly number[] } {
  const numbers = stream(seed, "clustered");
  const centers = Array.from({ length: clusters }, () => Array.from({ length: size }, () => 10 * numbers.normal()));
  const clusterOf = Array.from({ length: count }, () => Math.floor(clusters * numbers.uniform() ** 3));
  return { points: points(clusterOf.map((cluster) => (centers[cluster] ?? []).map((x) => x + 0.3 * numbers.normal()))), clusterOf };
}

/** The place of the nearest of some points, and the square of its distance, by looking at all. */
function nearest(of: Points, i: number, among: Iterable<number>): readonly [number, number] {
  let best: readonly [number, number] = [-1, Infinity];
  for (const j of among) {
    let square = 0;
    for (let at = 0; at < of.size; at++) square += ((of.values[i * of.size + at] ?? 0) - (of.values[j * of.size + at] ?? 0)) ** 2;
    if (square < best[1]) best = [j, square];
  }
  return best;
}

test("clusters that lie apart are found, and each point belongs to the nearest center", async () => {
  const { points: given, clusterOf } = clustered(400, 6, 20, 1);
  const found = await kMeans(given, 6, stream(1, "k"), pause);
  assert.is(found.centers.length, new Set(clusterOf).size);
  const of = new Map<number, number>();
  for (const [i, cluster] of clusterOf.entries()) {
    const mine = found.clusterOf[i] ?? -1;
    assert.is(of.get(cluster) ?? mine, mine);
    of.set(cluster, mine);
    const [center, square] = nearest(given, i, found.centers);
    assert.is(found.centers[mine], center);
    assert.ok(Math.abs(square - (found.squares[i] ?? NaN)) < 1e-9 * (1 + square));
  }
});

test("many overlapping clusters: the shortcuts of distances change nothing", async () => {
  const numbers = stream(4, "overlap");
  const given = points(Array.from({ length: 300 }, () => Array.from({ length: 37 }, () => numbers.normal())));
  const found = await kMeans(given, 40, stream(2, "k"), pause);
  for (let i = 0; i < given.count; i++) {
    const [, square] = nearest(given, i, found.centers);
    assert.ok(Math.abs(square - (found.squares[i] ?? NaN)) < 1e-9 * (1 + square), `point ${i}`);
  }
});

test("Lloyd's iterations and seeding lower the cost below that of random centers", async () => {
  const { points: given } = clustered(500, 12, 5, 7);
  const found = await kMeans(given, 12, stream(3, "k"), pause);
  const order = stream(9, "order").permutation(500);
  const random = sum(Array.from({ length: 500 }, (_, i) => nearest(given, i, order.subarray(0, 12))[1]));
  assert.ok(sum(found.squares) < random / 4, `${sum(found.squares)} against ${random}`);
});

test("duplicates, single points, more clusters than points: every different point is a center", async () => {
  const twice = points([[1, 2], [3, 4], [1, 2], [3, 4], [1, 2], [0, 0]]);
  for (const k of [3, 6, 1000]) {
    const found = await kMeans(twice, k, stream(1, "k", k), pause);
    assert.is(found.centers.length, 3);
    assert.equal([...found.squares], [0, 0, 0, 0, 0, 0]);
  }
  const same = await kMeans(points(Array.from({ length: 50 }, () => [5, 5, 5])), 7, stream(1, "k"), pause);
  assert.equal([...same.centers], [0]);
  const one = await kMeans(points([[4]]), 3, stream(1, "k"), pause);
  assert.equal([[...one.centers], [...one.clusterOf], [...one.squares]], [[0], [0], [0]]);
  const huge = await kMeans(points([[3e38], [-3e38], [0]]), 2, stream(1, "k"), pause);
  assert.is(huge.centers.length, 2);
});

test("the same stream gives the same clusters", async () => {
  const { points: given } = clustered(200, 5, 3, 2);
  const [a, b, c] = [await kMeans(given, 9, stream(5, "k"), pause), await kMeans(given, 9, stream(5, "k"), pause), await kMeans(given, 9, stream(6, "k"), pause)];
  assert.equal([...a.centers], [...b.centers]);
  assert.equal([...a.clusterOf], [...b.clusterOf]);
  assert.not.equal([...a.centers], [...c.centers]);
});

test("probabilities: proportional, with equal chances mixed in, whatever the amounts", () => {
  near(probabilities(Float64Array.of(1, 3, 0), 0.1), [0.9 * 0.25 + 0.1 / 3, 0.9 * 0.75 + 0.1 / 3, 0.1 / 3], 1e-15, "p");
  near(probabilities(Float64Array.of(0, 0), 0), [0.5, 0.5], 0, "nothing to go by");
  near(probabilities(Float64Array.of(5, 1e-300), 1), [0.5, 0.5], 1e-15, "equal chances");
});

test("lambda balances both sums; what is 0 leaves the other alone", () => {
  const losses = Float64Array.of(1, 2, 3);
  const v = Float64Array.of(10, 0, 30);
  const balanced = sensitivities(losses, v, "balanced");
  near(balanced, [1 + 1.5, 2, 3 + 4.5], 1e-12, "balanced");
  near(sensitivities(losses, v, 2), [21, 2, 63], 0, "given");
  near(sensitivities(new Float64Array(3), v, "balanced"), [10, 0, 30], 0, "no losses");
  near(sensitivities(losses, new Float64Array(3), "balanced"), [1, 2, 3], 0, "no distances");
});

/** The estimate of the sum of values that a choice gives. */
function estimate({ rows, weights, scale }: Chosen, values: ArrayLike<number>): number {
  return (scale * values.length * sum(Array.from(rows, (row, place) => (weights[place] ?? 0) * (values[row] ?? 0)))) / rows.length;
}

/** A clustered problem: losses differ a lot between clusters and a little within them, as a Lipschitz loss does. */
function problem(): { readonly points: Points; readonly losses: Float64Array } {
  const { points: given, clusterOf } = clustered(2000, 30, 8, 11);
  const numbers = stream(12, "losses");
  const ofCluster = Array.from({ length: 30 }, () => numbers.exponential() ** 3);
  const losses = Float64Array.from(clusterOf, (cluster) => (ofCluster[cluster] ?? 0) + 0.05 * numbers.uniform());
  return { points: given, losses };
}

const poolOf = (given: Points, losses: Float64Array, draws: number, seed: number): Pool => ({
  rows: given.count,
  draws,
  stream: (purpose) => stream(seed, purpose),
  points: () => Promise.resolve(given),
  losses: (rows) => Promise.resolve(Float64Array.from(rows, (row) => losses[row] ?? 0)),
  probabilities: () => Promise.resolve([]),
  requireWork: () => undefined,
  pause,
});

const clusteredOptions = { fraction: 0.1, clusters: 30, embedding: "inputs", power: 2, uniform: 0.05 } as const;

test("weights of draws: unbiased to four standard errors, with the variance that theory says", () => {
  const { losses } = problem();
  const amounts = Float64Array.from(losses, (_, i) => 1 + (i % 7));
  const p = probabilities(amounts, 0.05);
  const whole = sum(losses);
  const draws = 100;
  const variance = (sum(Array.from(losses, (loss, i) => loss ** 2 / (p[i] ?? 1))) - whole ** 2) / draws;
  const trials = 3000;
  const found = Array.from({ length: trials }, (_, trial) => estimate(drawWithReplacement(p, draws, stream(21, "trial", trial)), losses));
  const mean = sum(found) / trials;
  assert.ok(Math.abs(mean - whole) < 4 * Math.sqrt(variance / trials), `${mean} against ${whole}`);
  const seen = sum(found.map((value) => (value - mean) ** 2)) / (trials - 1);
  assert.ok(seen > 0.85 * variance && seen < 1.15 * variance, `variance ${seen} against ${variance}`);
});

test("rows come as often as their probabilities say", () => {
  const p = probabilities(Float64Array.of(1, 2, 3, 4, 90), 0);
  const times = new Float64Array(5);
  const trials = 20_000;
  for (let trial = 0; trial < trials; trial++) for (const row of drawWithReplacement(p, 1, stream(3, "one", trial)).rows) times[row] = (times[row] ?? 0) + 1;
  for (const [row, share] of p.entries()) assert.ok(Math.abs((times[row] ?? 0) - trials * share) < 4.5 * Math.sqrt(trials * share * (1 - share)), `row ${row}: ${times[row]}`);
});

test("weights have the mean 1, rows rise and stand once, and no raw weight is above that of equal chances", () => {
  const p = probabilities(Float64Array.from({ length: 50 }, (_, i) => (i === 7 ? 1e6 : 1e-6)), 0.05);
  const { rows, weights, scale } = drawWithReplacement(p, 40, stream(1, "draw"));
  assert.ok(Math.abs(sum(weights) / rows.length - 1) < 1e-6);
  for (let i = 1; i < rows.length; i++) assert.ok((rows[i] ?? 0) > (rows[i - 1] ?? 0));
  // A row drawn once has the raw weight 1 / (draws p) of at most n / (0.05 draws).
  const raw = Array.from(weights, (weight) => (weight * scale * 50) / rows.length);
  for (const [place, row] of rows.entries()) if (row !== 7) assert.ok((raw[place] ?? 0) <= (3 * 50) / (0.05 * 40) + 1e-6);
});

test("sensitivity sampling estimates a clustered loss with a fraction of the deviation of equal chances", async () => {
  const { points: given, losses } = problem();
  const whole = sum(losses);
  const deviation = async (choose: (pool: Pool) => Promise<Chosen>): Promise<number> => {
    const trials = 40;
    let squares = 0;
    for (let trial = 0; trial < trials; trial++) squares += (estimate(await choose(poolOf(given, losses, 200, 100 + trial)), losses) / whole - 1) ** 2;
    return Math.sqrt(squares / trials);
  };
  const sensitivity = await deviation(selectSensitivity({ ...clusteredOptions, lambda: "balanced" }).choose);
  const uniform = await deviation(selectUniform({ fraction: 0.1 }).choose);
  assert.ok(sensitivity < uniform / 2, `${sensitivity} against ${uniform}`);
});

test("Bernstein's bound holds: errors above it are rarer than promised", async () => {
  const { points: given, losses } = problem();
  const whole = sum(losses);
  // With p_e at least proportional to an upper bound u_e of the loss, w l is at most U = sum u, and |estimate - L| <= eps (L + U) fails with
  // probability delta at most for s = eps^-2 (2 + 2 eps / 3) ln(2 / delta). The loss of a point is at most that of its center and 0.05 more here.
  const clusters = await kMeans(given, 30, stream(1, "clusters"), pause);
  const bounds = Float64Array.from(clusters.clusterOf, (cluster) => (losses[clusters.centers[cluster] ?? 0] ?? 0) + 0.05);
  for (const [row, loss] of losses.entries()) assert.ok(loss <= (bounds[row] ?? 0));
  const p = probabilities(bounds, 0);
  const [eps, delta] = [0.15, 0.1];
  const draws = Math.ceil(eps ** -2 * (2 + (2 * eps) / 3) * Math.log(2 / delta));
  let failures = 0;
  for (let trial = 0; trial < 500; trial++) if (Math.abs(estimate(drawWithReplacement(p, draws, stream(31, "trial", trial)), losses) - whole) > eps * (whole + sum(bounds))) failures++;
  assert.ok(failures <= 500 * delta, `${failures} failures`);
});

test("a method chooses the same rows again, others with another seed, and as many as it may", async () => {
  const { points: given, losses } = problem();
  const methods = [
    selectSensitivity({ ...clusteredOptions, lambda: "balanced" }),
    selectSensitivity({ ...clusteredOptions, power: 1, lambda: 0.5 }),
    selectLoss(clusteredOptions),
    selectDistance(clusteredOptions),
    selectLeverage(clusteredOptions),
    selectUniform({ fraction: 0.1 }),
    selectKCenter({ fraction: 0.1, embedding: "inputs" }),
  ];
  for (const { method, choose } of methods) {
    const [a, b, c] = [await choose(poolOf(given, losses, 200, 1)), await choose(poolOf(given, losses, 200, 1)), await choose(poolOf(given, losses, 200, 2))];
    assert.equal([[...a.rows], [...a.weights], a.scale], [[...b.rows], [...b.weights], b.scale], method);
    assert.not.equal([...a.rows], [...c.rows], method);
    assert.ok(a.rows.length > 50 && a.rows.length <= 200, `${method}: ${a.rows.length}`);
    assert.ok(a.rows.every((row, place) => row < 2000 && row > (a.rows[place - 1] ?? -1)), method);
  }
});

test("one row, more draws than rows: every method ends", async () => {
  for (const [rows, draws] of [[1, 1], [3, 50]] as const) {
    const given = points(Array.from({ length: rows }, (_, i) => [i, 1]));
    const pool: Pool = { ...poolOf(given, new Float64Array(rows), draws, 1), probabilities: () => Promise.resolve([{ ...given, positions: 1 }]) };
    const all = [selectSensitivity({ ...clusteredOptions, lambda: "balanced" }), selectLeverage(clusteredOptions), selectUniform({ fraction: 1 }), selectKCenter({ fraction: 1, embedding: "inputs" }), selectMargin({ fraction: 1 }), selectEntropy({ fraction: 1 })];
    for (const { method, choose } of all) {
      const { rows: chosen, weights } = await choose(pool);
      assert.ok(chosen.length >= 1 && chosen.length <= rows, method);
      assert.ok(Math.abs(sum(weights) / chosen.length - 1) < 1e-6, method);
    }
  }
});

test("k-center takes the farthest point each time", async () => {
  const { points: given } = clustered(120, 8, 3, 5);
  const chosen = await kCenter(given, 20, stream(4, "draw"), pause);
  assert.is(new Set(chosen).size, 20);
  for (let n = 1; n < 20; n++) {
    const before = chosen.subarray(0, n);
    const farthest = Math.max(...Array.from({ length: 120 }, (_, i) => nearest(given, i, before)[1]));
    assert.ok(Math.abs(nearest(given, chosen[n] ?? 0, before)[1] - farthest) <= 1e-9 * farthest);
  }
  assert.equal([...(await kCenter(points([[1], [1], [1]]), 3, stream(1, "draw"), pause))].length, 1);
});

test("leverage is the diagonal of the hat matrix, also of columns that depend on each other", async () => {
  // A line through 1, 2, 3, 4, 10: h_i = 1/n + (x_i - mean)^2 / sum of squares.
  const x = [1, 2, 3, 4, 10];
  const expected = x.map((value) => 1 / 5 + (value - 4) ** 2 / 50);
  near(await leverageScores(points(x.map((value) => [value])), pause), expected, 1e-6, "a line");
  near(await leverageScores(points(x.map((value) => [value, 2 * value, 0])), pause), expected, 1e-5, "dependent columns");
  const { points: many } = clustered(300, 4, 6, 3);
  assert.ok(Math.abs(sum(await leverageScores(many, pause)) - 7) < 1e-4, "the scores sum to the number of columns");
});

test("margin and entropy take the rows that are least sure, means over positions", async () => {
  const rows = [[0.5, 0.5, 0], [0.9, 0.05, 0.05], [0.34, 0.33, 0.33], [0.6, 0.4, 0]];
  const given = points(rows);
  const pool: Pool = { ...poolOf(given, new Float64Array(4), 2, 1), probabilities: () => Promise.resolve([{ ...given, positions: 1 }]) };
  assert.equal([...(await selectMargin({ fraction: 0.5 }).choose(pool)).rows], [0, 2]);
  assert.equal([...(await selectEntropy({ fraction: 0.5 }).choose(pool)).rows], [0, 2]);
  // The same numbers as two rows of two positions: entropies 0.69 + 0.39 and 1.10 + 0.67.
  const pairs: Pool = { ...poolOf(points([[0], [0]]), new Float64Array(2), 1, 1), probabilities: () => Promise.resolve([{ ...given, positions: 2 }]) };
  assert.equal([...(await selectEntropy({ fraction: 0.5 }).choose(pairs)).rows], [1]);
});

test("distances stop at their bound and not before", () => {
  const given = points([Array.from({ length: 50 }, () => 1), Array.from({ length: 50 }, () => 3)]);
  assert.is(squaredDistance(given, 0, given, 1), 200);
  assert.is(squaredDistance(given, 0, given, 1, 201), 200);
  assert.ok(squaredDistance(given, 0, given, 1, 100) >= 100);
});

test.run();
