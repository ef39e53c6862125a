// Generated programs pass `tsc --strict` against the runtime's types: those of all cases and of hand-made runs with hostile names.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { emitProgram } from "../../compiler/emit/emit-program.js";
import type { AxisRuns } from "../../compiler/ir/initializers.js";
import type { Weight } from "../../compiler/ir/module.js";
import { lowerRun } from "../../compiler/lower/lower.js";
import { runPipeline } from "../../compiler/passes/pipeline.js";
import { readCase } from "../support/cases.js";
import { makeRun, tame } from "../support/runs.js";
import { compiled } from "../support/compiled.js";
import { typeCheck } from "../support/type-check.js";

const folder = fileURLToPath(new URL("../cases/ir/", import.meta.url));

test("programs of the cases", () => {
  const programs: Record<string, string> = {};
  for (const file of readdirSync(folder)) {
    const section = readCase(readFileSync(join(folder, file), "utf8")).sections.find(({ heading }) => heading === "TYPESCRIPT");
    if (section !== undefined) programs[file.replace(/\.md$/, ".ts")] = section.body;
  }
  assert.ok(Object.keys(programs).length > 0);
  assert.equal(typeCheck(programs), []);
});

test("programs with hostile names", async () => {
  const programs: Record<string, string> = {};
  for (const [index, name] of ["class", "__proto__", "a b", "1", "sop", "*/", "\u2028", "constructor"].entries()) {
    const run = makeRun({ ...tame, run: name, model: name, dataset: name, input: name, label: `${name}2`, output: name, value: name, layer: name, item: name });
    const { module } = runPipeline(lowerRun(run), { verify: true, dumpAfter: null });
    const unit = { instance: run.instance, module, run: { declaration: run, identity: "", modelIdentity: "", sources: [], promised: null, declaredIn: null } };
    const { typescript } = await emitProgram({ file: "m.sop", directory: ".", units: [unit], placeOf: () => ({ file: "m.sop", line: 1 }) });
    programs[`hostile-${index}.ts`] = typescript;
  }
  assert.equal(typeCheck(programs), []);
});

test("programs with weights out of other models", async () => {
  const run = makeRun();
  const { module } = runPipeline(lowerRun(run), { verify: true, dumpAfter: null });
  const weights = module.weights.map((weight): Weight => {
    const axes = weight.shape.map((length): AxisRuns => ({ copies: 1, runs: [{ owner: "shared", length: 1 }, ...(length > 1 ? [{ owner: 1, length: length - 1 }] : [])] }));
    const plain = weight.init.kind === "fused" ? weight.init.plain : weight.init;
    const from = ["*/", "\u2028"].map((source) => ({ source, weight: "`${1}`", factor: 1, share: 0.5 }));
    return { ...weight, init: { kind: "fused", from, axes, contracts: weight.role === "kernel" ? 0 : null, rest: weight.role === "kernel" ? { kind: "antisymmetric", std: 0.1 } : { kind: "zeros" }, moments: "fused", plain } };
  });
  const unit = { instance: run.instance, module: { ...module, weights }, run: { declaration: run, identity: "", modelIdentity: "", sources: [], promised: null, declaredIn: null } };
  const { typescript } = await emitProgram({ file: "m.sop", directory: ".", units: [unit], placeOf: () => ({ file: "m.sop", line: 1 }) });
  assert.match(typescript, /sop\.fused\(/);
  assert.match(typescript, /moments: "fused"/);
  const norm = 'import * as sop from "sop/runtime";\nexport const f = (x: sop.Tensor): sop.Tensor => sop.rmsNorm(sop.layerNorm(x, x, x, { epsilon: 1, segments: [0, 1, 1, 2] }), x, { epsilon: 1, segments: [0, 3] });';
  assert.equal(typeCheck({ "fused.ts": typescript, "norm.ts": norm }), []);
});

test("runs that start from runs and files of weights, with what is claimed of them", async () => {
  const { typescript } = await compiled(`data rows = synthetic("spirals", rows: 64, seed: 0) {
  fields point: f32[2], label: class[2]
}
model Net(width: int) {
  input  point: f32[2]
  output constructor = point |> dense(width) |> relu |> dense(2)
  output odds = point |> dense(width) |> relu |> dense(2) |> softmax
}
recipe quick { loss cross_entropy(constructor, label); optimizer sgd(0.1); batch 32; steps 2 }
train a: Net(width: 4) on rows { use quick }
model Both = Net(width: 12) fuse from a, checkpoint("b.safetensors") as Net(width: 8) { weights: [0.4, 0.6] }
train both: Both on rows { use quick }
`);
  assert.match(typescript, /claims: \{/);
  assert.match(typescript, /checkpoint: "b\.safetensors",\s+model: "Net",\s+forward: netForward\w+,/);
  assert.equal(typeCheck({ "claims.ts": typescript }), []);
});

test("the checker sees a mistake", () => {
  assert.is(typeCheck({ "wrong.ts": 'import * as sop from "sop/runtime";\nsop.relu("x");' }).length, 1);
});

test.run();
