// Laws of the passes: each keeps a module sound, runs twice as once, and folding undoes majority kernels to the letter.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Module } from "../../compiler/ir/module.js";
import { parse } from "../../compiler/ir/parse.js";
import { print } from "../../compiler/ir/print.js";
import { verify } from "../../compiler/ir/verify.js";
import { canonicalize } from "../../compiler/passes/canonicalize.js";
import { eliminateDeadOps } from "../../compiler/passes/eliminate-dead-ops.js";
import { foldConstants } from "../../compiler/passes/fold-constants.js";
import { fold } from "../../compiler/passes/fold.js";
import { majorityKernels } from "../../compiler/passes/majority-kernels.js";
import { passNames, runPipeline } from "../../compiler/passes/pipeline.js";
import { randomProgram } from "../support/modules.js";

function parsed(text: string): Module {
  const result = parse(text);
  if (result.kind === "error") throw new Error(`${result.line}:${result.column} ${result.message}`);
  return result.module;
}

/** A forward graph alone, without its head. */
function forward(...lines: readonly string[]): string {
  return `module M {\n  graph forward(%0: f32[batch, 2, 3] "x") {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n}\n`;
}

test("fold(majority-kernels(m)) prints as m", () => {
  fc.assert(
    fc.property(randomProgram, ({ module, reach }) => {
      const sets = majorityKernels(reach).run(module);
      assert.is(print(fold.run(sets)), print(module));
      for (const weight of sets.weights) assert.is(weight.set, reach.get(weight.path) ?? null);
      const mixes = sets.graphs.flatMap((graph) => graph.ops.filter((op) => op.kind === "mix"));
      const reads = module.graphs.flatMap((graph) => graph.ops.filter((op) => op.kind === "weight" && reach.has(String(op.attributes["path"]))));
      assert.is(mixes.length, reads.length);
    }),
    { numRuns: 300 },
  );
});

test("every pass keeps a module sound and, run again, changes nothing", () => {
  fc.assert(
    fc.property(randomProgram, ({ module }) => {
      for (const pass of [canonicalize, foldConstants, eliminateDeadOps, fold]) {
        const once = pass.run(module);
        assert.equal(verify(once), [], pass.name);
        assert.is(print(pass.run(once)), print(once), pass.name);
        assert.equal(once.graphs.map((graph) => graph.outputs.map((output) => output.name)), module.graphs.map((graph) => graph.outputs.map((output) => output.name)));
      }
    }),
    { numRuns: 300 },
  );
});

test("the pipeline verifies after each pass, and its folded module has no set left", () => {
  fc.assert(
    fc.property(randomProgram, fc.constantFrom(...passNames), (program, dumpAfter) => {
      const { module, folded, dump } = runPipeline(program, { verify: true, dumpAfter });
      assert.ok(dump !== null, dumpAfter);
      assert.is.not(print(folded).includes(" set("), true);
      if (dumpAfter === "fold") assert.is(print(dump ?? module), print(folded));
      if (dumpAfter === "majority-kernels") assert.is(print(dump ?? folded), print(module));
    }),
    { numRuns: 200 },
  );
});

test("canonicalize reads a weight once and joins reshapes", () => {
  const before = `module M {
  weight "k" kernel f32[3, 3] (feature, feature) = zeros trained
  graph forward(%0: f32[batch, 2, 3] "x") {
    %1 = reshape(%0) {shape: [6]} : f32[batch, 6]
    %2 = reshape(%1) {shape: [2, 3]} : f32[batch, 2, 3]
    %3 = weight() {path: "k"} : f32[3, 3]
    %4 = matmul(%2, %3) : f32[batch, 2, 3]
    %5 = weight() {path: "k"} : f32[3, 3]
    %6 = matmul(%4, %5) : f32[batch, 2, 3]
    output "y" = %6
  }
}
`;
  const after = `module M {
  weight "k" kernel f32[3, 3] (feature, feature) = zeros trained
  graph forward(%0: f32[batch, 2, 3] "x") {
    %1 = reshape(%0) {shape: [6]} : f32[batch, 6]
    %2 = weight() {path: "k"} : f32[3, 3]
    %3 = matmul(%0, %2) : f32[batch, 2, 3]
    %4 = matmul(%3, %2) : f32[batch, 2, 3]
    output "y" = %4
  }
}
`;
  assert.is(print(canonicalize.run(parsed(before))), after);
});

test("constants fold to the float32 that the run would compute", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom("add", "sub", "mul", "div"), (a, b, kind) => {
      const text = forward(`%1 = constant() {value: ${show(a)}} : f32[]`, `%2 = constant() {value: ${show(b)}} : f32[]`, `%3 = ${kind}(%1, %2) : f32[]`, 'output "y" = %3');
      const folded = foldConstants.run(parsed(text)).graphs[0]?.ops[2];
      const f32 = new Float32Array([a, b, 0]);
      const [x = 0, y = 0] = f32;
      f32[2] = kind === "add" ? x + y : kind === "sub" ? x - y : kind === "mul" ? x * y : x / y;
      const expected = f32[2] ?? 0;
      if (Number.isFinite(expected)) assert.ok(Object.is(folded?.attributes["value"], expected), `${String(folded?.attributes["value"])} ${expected}`);
      else assert.is(folded?.kind, kind);
    }),
  );
});

test("what no backend rounds correctly does not fold", () => {
  const text = forward("%1 = constant() {value: 2} : f32[]", "%2 = exp(%1) : f32[]", "%3 = pow(%1, %1) : f32[]", 'output "y" = %2', 'output "z" = %3');
  assert.is(print(foldConstants.run(parsed(text))), text);
});

test("dead ops go, and with them weights that nothing reads", () => {
  const text = `module M {
  weight "dead" kernel f32[3, 3] (feature, feature) = zeros trained
  graph forward(%0: f32[batch, 2, 3] "x") {
    %1 = weight() {path: "dead"} : f32[3, 3]
    %2 = matmul(%0, %1) : f32[batch, 2, 3]
    %3 = relu(%0) : f32[batch, 2, 3]
    output "y" = %3
  }
}
`;
  assert.is(print(eliminateDeadOps.run(parsed(text))), forward("%1 = relu(%0) : f32[batch, 2, 3]", 'output "y" = %1'));
});

function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

test.run();
