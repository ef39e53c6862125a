// The summary of a model: what is trained, what ships, what it costs.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { check as checkProgram } from "../../compiler/compile.js";
import type { Weight } from "../../compiler/ir/module.js";
import { lowerInstance } from "../../compiler/lower/lower.js";
import { runPipeline } from "../../compiler/passes/pipeline.js";
import { summarize } from "../../compiler/services/summary.js";
import { check } from "./semantics-support.js";
import { memoryHost } from "../support/host.js";
import { programs } from "../support/programs.js";
import { small } from "../support/small-programs.js";
import { GraphMaker, makeRun, overparam4, tame } from "../support/runs.js";

test("kernel sets count k times in training and once in what ships", () => {
  const { rows, totals } = summarize(makeRun().instance);
  const dense = rows.find((row) => row.path === "dense");
  assert.equal(dense, { path: "dense", layer: "dense", shape: [16], weightsTrained: 4 * 784 * 16 + 16, weightsShipped: 784 * 16 + 16, flops: 2 * 784 * 16 + 16, activationBytes: 64, overparam: overparam4 });
  const norm = rows.find((row) => row.path === "dense_norm");
  assert.is(norm?.weightsTrained, 32);
  assert.is(norm?.weightsShipped, 64);
  assert.is(totals.weightsShipped, 784 * 16 + 16 + 64 + 16 * 2 + 2);
  assert.is(totals.weightsTrained, 4 * 784 * 16 + 16 + 32 + 16 * 2 + 2);
});

test("without overparam nothing is trained that does not ship", () => {
  const { totals, rows } = summarize(makeRun(tame, null).instance);
  assert.is(totals.weightsTrained + 32, totals.weightsShipped);
  assert.not.ok(rows.some((row) => row.overparam !== null));
});

test("a layer applied twice counts once, its work twice; what is frozen is not trained", () => {
  const maker = new GraphMaker();
  const x = maker.input("x", [3]);
  const once = maker.call("dense", [x], { units: 3 }, { path: "shared", frozen: true });
  const twice = maker.call("dense", [once], { units: 3 }, { path: "shared", frozen: true });
  const { totals } = summarize({ graph: maker.graph({ y: twice }) });
  assert.equal(totals, { weightsTrained: 0, weightsShipped: 12, flops: 2 * 21, activationBytes: 24 });
});

test("what the compiler puts in by itself has no row, and the rows add up to the totals", () => {
  const { value } = check("data d = csv(\"d.csv\") {\n  fields a: f32, b: f32, y: class[2]\n}\nmodel Net {\n  input a: f32, b: f32\n  output z: f32[2] = concat(a, b, 2 * b) |> reshape([1, 3]) |> flatten |> dense(2)\n}\ntrain t: Net on d {\n  loss cross_entropy(z, y)\n  optimizer adam(lr: 1e-3)\n  batch 32\n  epochs 2\n}\n");
  const [run] = value.runs;
  if (run === undefined) throw new Error("no run");
  const { rows, totals } = summarize(run.instance);
  assert.equal(rows.map(({ path }) => path), ["mul", "concat", "reshape", "flatten", "dense"]);
  for (const key of ["weightsTrained", "weightsShipped", "flops", "activationBytes"] as const) assert.is(totals[key], rows.reduce((sum, row) => sum + row[key], 0), key);
  assert.is(totals.weightsShipped, 3 * 2 + 2);
});

test("figures of weights are those of the programs that are compiled", () => {
  const beside = Object.fromEntries(programs.map(({ path, text }) => [path, text]));
  let models = 0;
  for (const text of [...programs.map((program) => program.text), ...small]) {
    for (const instance of checkProgram("main.sop", memoryHost({ ...beside, "main.sop": text })).value.instances) {
      const { module, folded } = runPipeline(lowerInstance(instance), { verify: false, dumpAfter: null });
      const sizeOf = ({ shape, set }: Weight): number => shape.reduce((size, n) => size * n, set?.copies ?? 1);
      const { totals } = summarize(instance);
      assert.is(totals.weightsTrained, module.weights.filter((weight) => weight.trainable && weight.role !== "statistic").reduce((sum, weight) => sum + sizeOf(weight), 0), instance.model);
      assert.is(totals.weightsShipped, folded.weights.reduce((sum, weight) => sum + sizeOf(weight), 0), instance.model);
      models++;
    }
  }
  assert.ok(models > 20, `${models} models`);
});

test.run();
