// Learning rates: values at the points that define each schedule.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { epochs, share, steps, stepsOf } from "../../runtime/durations.js";
import { cosine, exponential, inverseSqrt, linear, oneCycle, scheduleOf, step, warmupCosine, type Schedule } from "../../runtime/schedules.js";

const run = { totalSteps: 1000, stepsPerEpoch: 100 };

function at(schedule: Schedule, expected: Readonly<Record<number, number>>): void {
  for (const [now, rate] of Object.entries(expected)) {
    const found = schedule(Number(now), run);
    assert.ok(Math.abs(found - rate) <= 1e-12, `step ${now}: ${found}, expected ${rate}`);
  }
}

test("durations", () => {
  assert.is(stepsOf(share(0.05), run), 50);
  assert.is(stepsOf(steps(7), run), 7);
  assert.is(stepsOf(epochs(3), run), 300);
});

test("constant", () => at(scheduleOf(0.1), { 0: 0.1, 999: 0.1 }));

test("cosine", () => at(cosine({ peak: 2, end: 1 }), { 0: 2, 500: 1.5, 250: 1 + (1 + Math.SQRT1_2) / 2, 1000: 1 }));

test("warmup_cosine", () => {
  at(warmupCosine({ peak: 1, warmup: share(0.1) }), { 0: 0.01, 49: 0.5, 99: 1, 100: 1, 550: 0.5, 1000: 0 });
  at(warmupCosine({ peak: 1, warmup: steps(0) }), { 0: 1, 500: 0.5 });
  // All warm-up: no division by the zero steps that are left.
  at(warmupCosine({ peak: 1, warmup: share(1) }), { 0: 0.001, 999: 1, 1000: 1 });
});

test("linear", () => {
  at(linear({ peak: 1 }), { 0: 1, 250: 0.75, 1000: 0 });
  at(linear({ peak: 1, warmup: epochs(2), end: 0.5 }), { 0: 0.005, 199: 1, 200: 1, 600: 0.75 });
});

test("step", () => at(step({ peak: 0.1, at: [share(0.5), share(0.75)], factor: 0.1 }), { 0: 0.1, 499: 0.1, 500: 0.1 * 0.1, 749: 0.1 * 0.1, 750: 0.1 * 0.1 ** 2 }));

test("exponential", () => at(exponential({ peak: 1, factor: 0.5, interval: epochs(1) }), { 0: 1, 100: 0.5, 50: Math.SQRT1_2, 300: 0.125 }));

test("inverse_sqrt", () => at(inverseSqrt({ peak: 1, warmup: steps(100) }), { 0: 0.01, 99: 1, 399: 0.5 }));

test("one_cycle", () => at(oneCycle({ peak: 1, warmup: share(0.3), start: 0.04, end: 1e-4 }), { 0: 0.04, 150: 0.52, 300: 1, 650: 1e-4 + (1 - 1e-4) / 2, 1000: 1e-4 }));

test.run();
