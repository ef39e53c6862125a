// What `sop summary` says of the rates of kernel sets is what the runtime does.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { rateFactor } from "../../compiler/services/rate-factor.js";
import { dirichlet, meanMixing, uniformMixing } from "../../runtime/methods/majority-kernels/mixing-rules.js";
import { linearFactors, perCopyFactors } from "../../runtime/methods/majority-kernels/rates.js";

const rules = [
  { mix: { rule: "dirichlet", alpha: 1 }, runtime: dirichlet(1) },
  { mix: { rule: "dirichlet", alpha: 0.5 }, runtime: dirichlet(0.5) },
  { mix: { rule: "uniform" }, runtime: uniformMixing() },
  { mix: { rule: "mean" }, runtime: meanMixing() },
] as const;

test("factors agree with the runtime's tables", () => {
  for (const { mix, runtime } of rules) {
    for (const copies of [1, 2, 3, 4, 8, 64]) {
      for (const rate of ["mixture", "mean", "unscaled"] as const) {
        for (const moments of ["shared", "copies"] as const) {
          for (const optimizer of ["sgd", "rk", "adam", "adamw"]) {
            const table = optimizer !== "sgd" && optimizer !== "rk" && moments === "copies" ? perCopyFactors : linearFactors;
            const expected = table[rate](copies, runtime.expectedSquare(copies));
            const found = rateFactor({ copies, mix, rate, moments }, optimizer);
            assert.ok(Math.abs(found / expected - 1) < 1e-5, `${mix.rule} ${copies} ${rate} ${moments} ${optimizer}: ${found}, expected ${expected}`);
          }
        }
      }
    }
  }
});

test("flat Dirichlet weights of four copies move a rate 2.5 times", () => {
  assert.is(rateFactor({ copies: 4, mix: { rule: "dirichlet", alpha: 1 }, rate: "mixture", moments: "shared" }, "adamw"), 2.5);
});

test.run();
