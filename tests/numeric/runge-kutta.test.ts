// Runge-Kutta steps on small problems: the order that is observed, limits of stability, and trajectories in double precision written from the
// formulas alone, with momentum, preconditioning, adaptive rates, clipping, decay and kernel sets.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { near, useCpu } from "../support/numeric.js";

test.before(useCpu);

type Vector = readonly number[];
type Order = sop.RungeKuttaOrder;
const orders: readonly Order[] = [1, 2, 3, 4];

const initializer = (values: Vector): sop.Initializer => ({ variance: 0, fill: (out) => (out.set(values), out) });
const plain: Omit<sop.RkOptions, "lr" | "order"> = { batches: "same", momentum: 0, precondition: false, adaptive: false, power: 1 };

/** L = x^4/4 + x y + y^2 + sin(2 y): smooth, not quadratic, and its curvature differs from place to place. */
const smooth = {
  start: [1.2, 0.7] as Vector,
  gradient: ([x = NaN, y = NaN]: Vector): Vector => [x ** 3 + y, x + 2 * y + 2 * Math.cos(2 * y)],
  loss: ({ w }: { readonly w: tf.Tensor }): Readonly<Record<string, tf.Tensor>> => {
    const [x = w, y = w] = tf.unstack(w);
    return { loss: tf.addN([tf.div(tf.pow(x, 4), 4), tf.mul(x, y), tf.square(y), tf.sin(tf.mul(y, 2))]) };
  },
};

function trained(options: Partial<sop.RkOptions> & Pick<sop.RkOptions, "lr" | "order">, steps: number, more: { readonly clip?: sop.Clip; readonly l2?: number; readonly set?: sop.WeightSpec["set"]; readonly start?: Vector; readonly loss?: typeof smooth.loss } = {}): { readonly w: Vector; readonly mixed: Vector; readonly state: Readonly<Record<string, Vector>> } {
  const spec = sop.kernel([more.start?.length ?? 2], initializer(more.start ?? smooth.start));
  const weights = { w: more.set == null ? spec : { ...spec, set: more.set } };
  const training = new sop.Training({ weights, optimizer: sop.rk({ ...plain, ...options }), clip: more.clip ?? null, l2: more.l2 ?? 0, seed: 1, totalSteps: steps, stepsPerEpoch: steps });
  for (let step = 0; step < steps; step++) {
    const { loss, gradientNorm, terms } = training.descend(more.loss ?? smooth.loss);
    tf.dispose([loss, gradientNorm, terms]);
  }
  const folded = training.folded();
  const state = Object.fromEntries(Object.entries(training.tensors()).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
  const w = [...(folded["w"]?.dataSync() ?? [])];
  tf.dispose(folded);
  training.dispose();
  return { w, mixed: state["weights/w"] ?? [], state };
}

const plus = (a: Vector, b: Vector, factor = 1): Vector => a.map((x, i) => x + factor * (b[i] ?? NaN));
const norm = (a: Vector): number => Math.hypot(...a);

/** The gradient flow by Kutta's method in tiny steps. */
function flow(start: Vector, gradient: (w: Vector) => Vector, time: number): Vector {
  const n = 20_000;
  const h = time / n;
  let w = start;
  for (let i = 0; i < n; i++) {
    const g1 = gradient(w);
    const g2 = gradient(plus(w, g1, -h / 2));
    const g3 = gradient(plus(w, g2, -h / 2));
    const g4 = gradient(plus(w, g3, -h));
    w = w.map((x, j) => x - (h / 6) * ((g1[j] ?? NaN) + 2 * (g2[j] ?? NaN) + 2 * (g3[j] ?? NaN) + (g4[j] ?? NaN)));
  }
  return w;
}

/** What higher orders add shows at rates that single precision can tell apart; a lower order would be half below. */
const isNear = (observed: number, order: number): boolean => observed > order - 0.35 && observed < order + 0.55;

for (const order of orders) {
  test(`order ${order} is observed`, () => {
    const time = 1;
    const expected = flow(smooth.start, smooth.gradient, time);
    // Small enough for the order to show, large enough for single precision not to.
    const n = { 1: 64, 2: 24, 3: 14, 4: 8 }[order];
    const error = (steps: number): number => norm(plus(trained({ order, lr: time / steps }, steps).w, expected, -1));
    const [coarse, fine] = [error(n), error(2 * n)];
    assert.ok(fine > 5e-6, `${fine} is above rounding`);
    const observed = Math.log2(coarse / fine);
    assert.ok(isNear(observed, order), `${observed}, from ${coarse} and ${fine}`);
  });

  test(`order ${order} holds within a step of a kernel set, whose copies move by p_i times the gradient of the mixture`, () => {
    const [start, copies] = [[1.2, 0.7], 3];
    const set: sop.KernelSet = { copies, mix: sop.dirichlet(1), per: "output", init: sop.centred(0), rate: "mixture", moments: "shared", anneal: 0 };
    const p = sop.drawMixing(set, [2], "w", 1, 0, 1);
    const share = (copy: number, i: number): number => p[copy * 2 + i] ?? NaN;
    const square = start.map((_, i) => [0, 1, 2].reduce((sum, copy) => sum + share(copy, i) ** 2, 0));
    // All copies begin at the plain kernel, so the mixture does, too; it moves by c sum p^2 g and copy j by c p_j g, c = 2 = (k + 1)/2.
    const error = (h: number): number => {
      const field = (w: Vector): Vector => smooth.gradient(w).map((g, i) => 2 * (square[i] ?? NaN) * g);
      const mixture = flow(start, field, h);
      const { mixed } = trained({ order, lr: h }, 1, { set, start });
      return norm(mixture.map((x, i) => x - [0, 1, 2].reduce((sum, copy) => sum + share(copy, i) * (mixed[copy * 2 + i] ?? NaN), 0)));
    };
    const h = { 1: 0.02, 2: 0.03, 3: 0.06, 4: 0.1 }[order];
    const [coarse, fine] = [error(h), error(h / 2)];
    assert.ok(fine > 3e-6, `${fine} is above rounding`);
    const observed = Math.log2(coarse / fine);
    assert.ok(isNear(observed, order + 1), `an error of order ${observed} in a step, from ${coarse} and ${fine}`);
  });
}

const limits: readonly (readonly [Order, number])[] = [[1, 2], [2, 2], [3, 2.513], [4, 2.785]];
const quadratic = (curvatures: Vector) => ({ loss: ({ w }: { readonly w: tf.Tensor }) => ({ loss: tf.div(tf.sum(tf.mul(tf.square(w), [...curvatures])), 2) }), start: curvatures.map(() => 1) });

for (const [order, limit] of limits) {
  test(`order ${order} is stable just below ${limit} and not just above`, () => {
    const after = (product: number, momentum = 0): number => Math.abs(trained({ order, lr: product / 3, momentum }, 400, quadratic([3])).w[0] ?? NaN);
    assert.ok(after(0.995 * limit) < 0.1, String(after(0.995 * limit)));
    assert.ok(after(1.005 * limit) > 3, String(after(1.005 * limit)));
    if (order === 1) {
      assert.ok(after(0.995 * limit * 1.9, 0.9) < 0.1, "momentum widens it to 2 (1 + 0.9)");
      assert.ok(after(1.005 * limit * 1.9, 0.9) > 3);
    }
  });
}

interface Reference {
  readonly order: Order;
  readonly c: number;
  readonly momentum?: number;
  readonly precondition?: boolean;
  readonly power?: number;
  readonly clip?: number;
  readonly l2?: number;
}

/** Steps as methods.md has them, in double precision: weights, sums of squares, curvature, and all rates and preconditioners there were. */
function byHand({ order, c, momentum = 0, precondition = false, power, clip = Infinity, l2 = 0 }: Reference, steps: number, start: Vector = smooth.start, gradient = smooth.gradient) {
  const a = { 1: [[]], 2: [[], [1]], 3: [[], [0.5], [-1, 2]], 4: [[], [0.5], [0, 0.5], [0, 0, 1]] }[order];
  const b = { 1: [1], 2: [0.5, 0.5], 3: [1 / 6, 4 / 6, 1 / 6], 4: [1 / 6, 2 / 6, 2 / 6, 1 / 6] }[order];
  let [w, m, squares, v] = [start, start.map(() => 0) as Vector, start.map(() => 0) as Vector, 0];
  const [rates, factors]: [number[], number[]] = [[], []];
  for (let step = 0; step < steps; step++) {
    const h = power === undefined ? c : c / (1 + (c / 2) * v ** power);
    let factor = start.map(() => 1) as Vector;
    const fields: Vector[] = [];
    for (const row of a) {
      const point = row.reduce<Vector>((sum, weight, j) => plus(sum, fields[j] ?? [], -h * weight), w);
      const own = plus(gradient(point), point, l2);
      const clipped = own.map((x) => x * Math.min(1, clip / norm(own)));
      if (precondition && fields.length === 0) {
        squares = squares.map((x, i) => x + (clipped[i] ?? NaN) ** 2);
        factor = squares.map((x) => (1 + x) ** -0.5);
      }
      fields.push(clipped.map((x, i) => x * (factor[i] ?? NaN)));
    }
    const along = b.reduce<Vector>((sum, weight, j) => plus(sum, fields[j] ?? [], weight), start.map(() => 0));
    m = plus(along, m, momentum);
    w = plus(w, m, -h);
    if (order > 1) v = norm(plus(fields[0] ?? [], fields[1] ?? [], -1)) / (h * (a[1]?.[0] ?? NaN) * norm(fields[0] ?? []));
    rates.push(h);
    factors.push(...factor);
  }
  return { w, squares, v, rates, factors };
}

const variants: Readonly<Record<string, Omit<Reference, "order" | "c">>> = {
  plain: {},
  momentum: { momentum: 0.8 },
  preconditioned: { precondition: true },
  adaptive: { power: 1 },
  "adaptive by a power": { power: 1.5 },
  clipped: { clip: 0.7 },
  decayed: { l2: 0.3 },
  everything: { momentum: 0.5, precondition: true, power: 1, clip: 0.7, l2: 0.1 },
};

for (const [name, reference] of Object.entries(variants)) {
  test(`${name}: steps of each order are those of the formulas`, () => {
    for (const order of orders) {
      const { momentum = 0, precondition = false, power, clip, l2 = 0 } = reference;
      const [c, steps] = [0.15, 12];
      const expected = byHand({ ...reference, order, c, ...(order === 1 ? { power: undefined } : {}) } as Reference, steps);
      const found = trained({ order, lr: c, momentum, precondition, adaptive: power !== undefined, power: power ?? 1 }, steps, { l2, ...(clip === undefined ? {} : { clip: { norm: clip } }) });
      near(found.w, expected.w, 3e-6, `order ${order}`);
      if (precondition) near(found.state["optimizer/squares/w"] ?? [], expected.squares, 1e-5, "squares");
      if (power !== undefined && order > 1) near(found.state["optimizer/curvature"] ?? [], [expected.v], 2e-3, "curvature");
      // These are facts of the formulas, which the steps were just held to.
      assert.ok(expected.rates.every((h) => h <= c) && expected.factors.every((a) => a <= 1));
      if (power !== undefined && order > 1) assert.ok(Math.max(...expected.rates.slice(1)) < c, "the rate falls below lr");
    }
  });
}

test("clipping by value bounds each stage", () => {
  const { w } = trained({ order: 4, lr: 0.5 }, 1, { clip: { value: 1e-3 } });
  near(w, smooth.start.map((x) => x - 0.5e-3), 1e-6, "every stage has the same clipped gradient");
});

test("on a quadratic the curvature along the gradient is measured, whatever the order and the rate", () => {
  const curvatures = [3, 0.5, 1];
  const g = curvatures;
  const expected = norm(g.map((x, i) => x * (curvatures[i] ?? NaN))) / norm(g);
  for (const order of [2, 3, 4] as const) {
    for (const lr of [0.01, 0.3]) near(trained({ order, lr, adaptive: true }, 1, quadratic(curvatures)).state["optimizer/curvature"] ?? [], [expected], 1e-3, `order ${order}, rate ${lr}`);
  }
});

test("an adaptive rate keeps a step stable that is not without it", () => {
  const after = (adaptive: boolean): number => norm(trained({ order: 2, lr: 0.9, adaptive }, 60, quadratic([3, 0.1])).w);
  assert.ok(after(false) > 1e3 || Number.isNaN(after(false)), String(after(false)));
  assert.ok(after(true) < 1, String(after(true)));
});

test("a preconditioned step is at most as long as a plain one, element by element", () => {
  for (const order of orders) {
    const [with1, without] = [trained({ order, lr: 1e-3, precondition: true }, 1).w, trained({ order, lr: 1e-3 }, 1).w];
    for (const [i, start] of smooth.start.entries()) assert.ok(Math.abs(start - (with1[i] ?? NaN)) <= Math.abs(start - (without[i] ?? NaN)), `order ${order}`);
  }
});

test("a step that goes wrong at a later stage alone changes nothing", () => {
  const training = new sop.Training({ weights: { w: sop.kernel([2], initializer([1, 1])) }, optimizer: sop.rk({ ...plain, order: 2, lr: 1e30, momentum: 0.5, precondition: true, adaptive: true }), clip: null, l2: 0, ema: 0.9, seed: 0, totalSteps: 2, stepsPerEpoch: 1 });
  const before = Object.fromEntries(Object.entries(training.tensors()).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
  const { loss, gradientNorm } = training.descend(smooth.loss);
  assert.ok(Number.isFinite(loss.dataSync()[0]));
  assert.not.ok(Number.isFinite(gradientNorm.dataSync()[0]));
  for (const [name, tensor] of Object.entries(training.tensors())) assert.equal([...tensor.dataSync()], before[name], name);
});

test.run();
