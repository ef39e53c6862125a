// Runge-Kutta steps on small problems: the order that is observed, also of kernel sets, limits of stability, adaptive rates, preconditioning and
// clipping. Steps against the formulas in double precision are in the conformance battery.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as sop from "../../runtime/index.js";
import { given } from "../support/conformance/optimizers.js";
import { byHand, norm, plus, smooth, variants, type Vector } from "../support/conformance/rk-by-hand.js";
import { near, useCpu } from "../support/numeric.js";

test.before(useCpu);

type Order = sop.RungeKuttaOrder;
const orders: readonly Order[] = [1, 2, 3, 4];

const plain: Omit<sop.RkOptions, "lr" | "order"> = { batches: "same", momentum: 0, precondition: false, adaptive: false, power: 1 };

function trained(options: Partial<sop.RkOptions> & Pick<sop.RkOptions, "lr" | "order">, steps: number, more: { readonly clip?: sop.Clip; readonly l2?: number; readonly set?: sop.WeightSpec["set"]; readonly start?: Vector; readonly loss?: typeof smooth.loss } = {}): { readonly w: Vector; readonly mixed: Vector; readonly state: Readonly<Record<string, Vector>> } {
  const spec = sop.kernel([more.start?.length ?? 2], given(more.start ?? smooth.start));
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

test("a rate is at most `lr` and falls below it where the field bends, and a preconditioner is at most 1", () => {
  for (const variant of Object.values(variants)) {
    for (const order of orders) {
      // Of the formulas, which the conformance battery holds the steps to.
      const { power, ...others } = variant;
      const isAdaptive = power !== undefined && order > 1;
      const { rates, factors } = byHand({ ...others, order, c: 0.15, ...(isAdaptive ? { power } : {}) }, 12);
      assert.ok(rates.every((h) => h <= 0.15) && factors.every((factor) => factor <= 1));
      if (isAdaptive) assert.ok(Math.max(...rates.slice(1)) < 0.15, "the rate falls below lr");
    }
  }
});

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
  const training = new sop.Training({ weights: { w: sop.kernel([2], given([1, 1])) }, optimizer: sop.rk({ ...plain, order: 2, lr: 1e30, momentum: 0.5, precondition: true, adaptive: true }), clip: null, l2: 0, ema: 0.9, seed: 0, totalSteps: 2, stepsPerEpoch: 1 });
  const before = Object.fromEntries(Object.entries(training.tensors()).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
  const { loss, gradientNorm } = training.descend(smooth.loss);
  assert.ok(Number.isFinite(loss.dataSync()[0]));
  assert.not.ok(Number.isFinite(gradientNorm.dataSync()[0]));
  for (const [name, tensor] of Object.entries(training.tensors())) assert.equal([...tensor.dataSync()], before[name], name);
});

test.run();
