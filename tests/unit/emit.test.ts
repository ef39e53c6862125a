// Generated TypeScript: readable and the same each time, its runtime names exist, and text of a program stays text.

import fc from "fast-check";
import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { emitProgram } from "../../compiler/emit/emit-program.js";
import { commentText, member, object, text } from "../../compiler/emit/literals.js";
import { camelCase, isIdentifier, Names } from "../../compiler/emit/names.js";
import type { Program, ProgramUnit } from "../../compiler/emit/program-source.js";
import { runtimeNames } from "../../compiler/emit/runtime-names.js";
import { identityOf } from "../../compiler/identity.js";
import { lowerInstance, lowerRun } from "../../compiler/lower/lower.js";
import { runPipeline } from "../../compiler/passes/pipeline.js";
import type { Run } from "../../compiler/semantics/semantic-model.js";
import * as runtime from "../../runtime/index.js";
import { oddName } from "../support/modules.js";
import { makeRun, somewhere, tame } from "../support/runs.js";

function unitOf(run: Run): ProgramUnit {
  const { module } = runPipeline(lowerRun(run), { verify: true, dumpAfter: null });
  return { instance: run.instance, module, run: { declaration: run, identity: identityOf(run, module, (value) => String(value.length)), modelIdentity: "", sources: [], promised: null, declaredIn: null } };
}

function emit(units: readonly ProgramUnit[], file = "digits.sop"): Promise<Program> {
  return emitProgram({ file, directory: "../..", units, placeOf: (origin) => ({ file, line: origin.span.start + 1 }) });
}

function syntaxErrors(code: string): readonly string[] {
  const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true, compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
  return diagnostics.map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
}

/** Runs a program with a runtime that returns the arguments of each call, and gives what `main` got. */
async function evaluate(code: string): Promise<Readonly<Record<string, unknown>>> {
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
  const script = outputText.replace('import * as sop from "sop/runtime";', "").replaceAll("import.meta", "null").replace(/^export const/gm, "const");
  let result: Readonly<Record<string, unknown>> = {};
  const sop = new Proxy({}, { get: (_, name) => (...args: readonly unknown[]) => (name === "main" ? (result = args[1] as Record<string, unknown>) : name === "defineRun" ? args[0] : { called: name, args }) });
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (...code: string[]) => (sop: unknown) => Promise<void>;
  await new AsyncFunction("sop", script)(sop);
  return result;
}

test("the same source gives the same bytes, and names are those of the source", async () => {
  const first = await emit([unitOf(makeRun())]);
  const second = await emit([unitOf(makeRun())]);
  assert.equal(first, second);
  assert.equal(syntaxErrors(first.typescript), []);
  for (const line of [
    "export const digitsSmall = sop.defineRun({",
    "function digitsForward(w: sop.Tensors<typeof digitsWeights>, input: { readonly image: sop.Tensor }, mode: sop.Mode) {",
    "const flatten = sop.reshape(input.image, [784]); // [batch, 784]",
    'const dense = sop.add(sop.matmul(flatten, w["dense.kernel"]), w["dense.bias"]); // [batch, 16]',
    "const x = sop.relu(denseNorm); // [batch, 16]",
    "return { digit };",
    "step: (training, rows) => training.descend((weights, mode) => digitsSmallLoss(digitsForward(weights, { image: rows.image }, mode), rows)),",
  ])
    assert.ok(first.typescript.includes(line), line);
});

test("every runtime name that generated code may use is exported", () => {
  const missing = runtimeNames.filter((name) => !(name in runtime));
  assert.equal(missing, []);
});

test("places follow the order in which a forward pass calls the runtime", async () => {
  const { typescript } = await emit([unitOf(makeRun())]);
  const body = typescript.slice(typescript.indexOf("function digitsForward"), typescript.indexOf("/** Terms of the loss"));
  const calls = [...body.matchAll(/sop\.([a-z]\w*)\(/g)].map((match) => match[1]);
  const run = (await evaluate(typescript))["runs"] as readonly { readonly places: readonly (readonly [string, number])[] }[];
  // Nested calls run inside out, so the textual order differs within a statement; the count and the layers do not.
  assert.is(run[0]?.places.length, calls.length);
  assert.equal(run[0]?.places.map(([path]) => path), ["flatten", "dense", "dense", "dense_norm", "relu", "mul", "add", "dense_dropout", "dense_2", "dense_2"]);
});

const payloads = [
  '"; globalThis.pwned = 1; "',
  "'; globalThis.pwned = 1; '",
  "`${globalThis.pwned = 1}`",
  "${globalThis.pwned = 1}",
  "*/ globalThis.pwned = 1; /*",
  "a\nglobalThis.pwned = 1;\n",
  "a\rglobalThis.pwned = 1;\r",
  "a\u2028globalThis.pwned = 1;\u2028",
  "a\u2029globalThis.pwned = 1;\u2029",
  "\\",
  "\\*/ globalThis.pwned = 1; //",
  "*\\/ **/ globalThis.pwned = 1",
  "// globalThis.pwned = 1",
  "@ts-nocheck",
  "__proto__",
  "constructor",
  "class",
  "await",
  "sop",
  "w",
  "input",
  "mode",
  "\u0000\u0007\u001b[31m",
  "\ud800",
  "größe",
  "données",
  "数字",
  "null",
  "1",
  "",
];

test("names and texts of a program never become code", async () => {
  for (const payload of payloads) {
    const names = { ...tame, run: payload, model: payload, dataset: payload, input: payload, label: `${payload}2`, output: payload, value: payload, layer: payload === "" ? "dense" : payload, item: payload, text: payload };
    const { typescript } = await emit([unitOf(makeRun(names))], payload);
    const what = JSON.stringify(payload);
    assert.equal(syntaxErrors(typescript), [], what);
    const result = await evaluate(typescript);
    assert.not.ok("pwned" in globalThis, what);
    const [run] = result["runs"] as readonly { readonly name: string; readonly feeds: object; readonly dataset: { readonly args: readonly { readonly name: string; readonly fields: object }[] }; readonly checkpoint: { readonly best: string } }[];
    assert.is(result["source"], payload, what);
    assert.is(run?.name, payload, what);
    assert.is(run?.checkpoint.best, payload, what);
    assert.equal(Object.keys(run?.feeds ?? {}), [payload], what);
    assert.is(run?.dataset.args[0]?.name, payload, what);
    assert.equal(Object.keys(run?.dataset.args[0]?.fields ?? {}).sort(), [payload, `${payload}2`].sort(), what);
  }
});

test("literals read back, keys stay own, comments stay closed", () => {
  fc.assert(
    fc.property(oddName, (name) => {
      assert.is(JSON.parse(text(name)), name);
      assert.not.match(text(name), /[\u2028\u2029\n\r]/);
      const read = new Function("input", `return ${member("input", name)};`) as (input: object) => unknown;
      assert.is(read(Object.fromEntries([[name, 7]])), 7);
      const made = new Function(`return (${object([[name, "7"]])});`)() as object;
      assert.equal(Object.entries(made), [[name, 7]]);
      assert.not.ok(commentText(name).includes("*/"));
    }),
    { numRuns: 500 },
  );
});

test("identifiers are legal, unique and readable", () => {
  assert.equal(["digits_small", "Digits_weights", "x", "conv2d_2", "größe", "*/", "1"].map(camelCase), ["digitsSmall", "digitsWeights", "x", "conv2d2", "grE", "_", "_1"]);
  const names = new Names();
  assert.equal(["x", "x", "dense2", "dense2", "class", "sop", "a_b", "aB"].map((name) => names.take(name)), ["x", "x2", "dense2", "dense2_2", "class2", "sop2", "aB", "aB2"]);
  fc.assert(
    fc.property(fc.array(oddName, { maxLength: 20 }), (asked) => {
      const given = new Names();
      const taken = asked.map((name) => given.take(name));
      assert.is(new Set(taken).size, taken.length);
      for (const name of taken) {
        assert.ok(isIdentifier(name), name);
        assert.equal(syntaxErrors(`export const ${name} = 1;`), [], name);
      }
    }),
  );
});

test("runs of one model share its weights and forward function; another width does not", async () => {
  const first = makeRun();
  const same = { ...makeRun({ ...tame, value: "renamed" }), name: "again" };
  const plain = { ...makeRun(tame, null), name: "plain" };
  const { typescript } = await emit([unitOf(first), unitOf(same), unitOf(plain)]);
  assert.is([...typescript.matchAll(/function \w+Forward\w*\(/g)].length, 2);
  assert.is([...typescript.matchAll(/sop\.dataset\(/g)].length, 1);
  assert.match(typescript, /runs: \[digitsSmall, again, plain\]/);
  const result = await evaluate(typescript);
  const [a, b, c] = result["runs"] as readonly { readonly forward: unknown; readonly weights: unknown }[];
  assert.is(a?.forward, b?.forward);
  assert.is.not(a?.forward, c?.forward);
});

test("a program without runs exports its models", async () => {
  const { instance } = makeRun();
  const { module } = runPipeline(lowerInstance(instance), { verify: true, dumpAfter: null });
  const { typescript } = await emit([{ instance, module, run: null }]);
  assert.match(typescript, /export function digitsForward\(/);
  assert.match(typescript, /export const digitsWeights = \{/);
  assert.match(typescript, /runs: \[\]/);
});

test("the identity depends on numbers only", () => {
  const base = makeRun();
  const identity = (run: Run): string => identityOf(run, runPipeline(lowerRun(run), { verify: false, dumpAfter: null }).module, (value) => value);
  const settings = (change: Partial<Run["settings"]>): Run => ({ ...base, settings: { ...base.settings, ...change } });
  const same: readonly (readonly [string, Run])[] = [
    ["name of the run", { ...base, name: "other" }],
    ["doc", { ...base, doc: "other" }],
    ["names of values", makeRun({ ...tame, value: "renamed" })],
    ["spacing of checkpoints", settings({ checkpoint: { ...base.settings.checkpoint, every: null, keep: 1 } })],
    ["file names", { ...base, dataset: { ...base.dataset, source: { kind: "csv", file: "moved.csv", missing: tame.text, separator: ",", tokenizer: null, unit: null, sha256: null } } }],
    ["origins", { ...base, origin: { file: "other.sop", span: { start: 5, end: 9 } } }],
  ];
  for (const [what, run] of same) assert.is(identity(run), identity(base), what);
  const different: readonly (readonly [string, Run])[] = [
    ["seed", settings({ seed: 8 })],
    ["batch", settings({ batch: 64 })],
    ["optimizer", settings({ optimizer: { call: "sgd", options: { lr: 0.1 } } })],
    ["best checkpoint", settings({ checkpoint: { ...base.settings.checkpoint, best: null } })],
    ["evaluation that stops the run", settings({ evaluate: { unit: "steps", value: 3 } })],
    ["overparam", makeRun(tame, null)],
    ["path of a layer", makeRun({ ...tame, layer: "other" })],
    ["split", { ...base, dataset: { ...base.dataset, split: { ...base.dataset.split, train: 0.7 } } }],
  ];
  for (const [what, run] of different) assert.is.not(identity(run), identity(base), what);
});

test("the source map leads from statements to lines of the source", async () => {
  const { typescript, map } = await emit([unitOf(makeRun())]);
  const { version, sources, mappings } = JSON.parse(map) as { readonly version: number; readonly sources: readonly string[]; readonly mappings: string };
  assert.is(version, 3);
  assert.equal(sources, ["../../digits.sop"]);
  const lines = typescript.split("\n");
  assert.is(mappings.split(";").length, lines.length);
  let line = 0;
  const origins = mappings.split(";").map((mapping) => (mapping === "" ? null : (line += decode(mapping)[2] ?? 0) + 1));
  const originOf = (code: string): number | null | undefined => origins[lines.findIndex((each) => each.trimStart().startsWith(code))];
  // In the hand-made run the n-th call of the model starts on line n.
  assert.is(originOf("const dense = "), 2);
  assert.is(originOf("const x = "), 4);
  assert.is(originOf("const digit = "), 9);
  assert.is(originOf("export const digitsSmall"), somewhere.span.start + 1);
});

/** Numbers of a base-64 VLQ text. */
function decode(mapping: string): readonly number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 1;
  for (const character of mapping) {
    const digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(character);
    value += (digit % 32) * shift;
    shift *= 32;
    if (digit >= 32) continue;
    values.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
    value = 0;
    shift = 1;
  }
  return values;
}

test.run();
