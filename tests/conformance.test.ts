// Every layer, loss, metric and optimizer on every backend that runs everywhere: values against references, gradients against references and finite
// differences. No word of the language and no function of the runtime is without a case, and the checks see what is wrong.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runtimeNames } from "../compiler/emit/runtime-names.js";
import { categoryOf, layers, type LayerKind } from "../compiler/semantics/layers/layers.js";
import { optimizers } from "../compiler/semantics/optimizers.js";
import * as sop from "../runtime/index.js";
import type { Outcome, Row, Trial } from "./support/conformance/case.js";
import { functionCase, gradientsOf, slopeError, slopesOf, slopeTolerance } from "./support/conformance/function-case.js";
import { conformanceMarkdown, withTable } from "./support/conformance/markdown.js";
import { measuredElsewhere, packConformance, printedConformance } from "./support/conformance/pack.js";
import { runConformance } from "./support/conformance/run.js";
import { conformanceOf, ways } from "./support/conformance/ways.js";
import { functionCases } from "./support/conformance/table.js";

/** Titles of what runs on any machine. */
const everywhere = ["cpu", "cpu, TensorFlow.js's kernels", "onnx, cpu"];

const plain: Trial = { compute: (run) => run(), looseness: 1 };
const isRight = (outcome: Outcome | null): boolean => typeof outcome !== "string";

let rows: readonly Row[] = [];
for (const title of everywhere) {
  const way = ways.find((each) => each.title === title);
  if (way === undefined) throw new Error(`no backend ${title}`);
  // This process needs `cpu` anyway.
  const result = title === "cpu" ? await runConformance(title) : await conformanceOf(way);
  if ("unavailable" in result) throw new Error(`${title}: ${result.unavailable}`);
  rows = result.rows;
  for (const { kind, name, forward, gradient, differences } of result.rows) {
    test(`${title}: ${kind} ${name}`, () => {
      assert.ok(isRight(forward), `values: ${forward}`);
      assert.ok(isRight(gradient), `gradients: ${gradient}`);
      assert.ok(isRight(differences), `gradients: ${differences}`);
    });
  }
}

const measured = (of: string, kind: string, what: "forward" | "gradient" | "differences"): boolean => rows.some((row) => row.of === of && row.kind === kind && typeof row[what] === "number");

test("names are unique within a kind", () => {
  const names = rows.map(({ kind, name }) => `${kind} ${name}`);
  assert.equal(names.filter((name, i) => names.indexOf(name) !== i), []);
});

test("every layer, operator, loss and metric has values, and gradients where it has one", () => {
  // What gives whole numbers of whole numbers, or of a threshold.
  const withoutGradient: readonly string[] = ["one_hot", "cast"];
  for (const word of Object.keys(layers) as LayerKind[]) {
    const kind = categoryOf(word);
    assert.ok(measured(word, kind, "forward"), `${word} has no case of values`);
    if (kind === "metric" || withoutGradient.includes(word)) continue;
    assert.ok(measured(word, kind, "gradient"), `${word} has no case of gradients`);
    assert.ok(measured(word, kind, "differences"), `${word} has no case of finite differences`);
  }
});

test("every optimizer has steps, also of kernel sets", () => {
  for (const word of Object.keys(optimizers)) {
    assert.ok(measured(word, "optimizer", "forward"), `${word} has no case`);
    assert.ok(measured(`overparam, ${word}`, "method", "forward"), `${word} has no case of a kernel set`);
  }
});

test("every function of tensors that programs may use is in a case", () => {
  const filesIn = (path: string): readonly URL[] => readdirSync(new URL(`${path}/`, import.meta.url)).filter((file) => file.endsWith(".ts")).map((file) => new URL(`${path}/${file}`, import.meta.url));
  const text = filesIn("support/conformance").map((file) => readFileSync(file, "utf8")).join("\n");
  const door = readFileSync(new URL("../runtime/index.ts", import.meta.url), "utf8");
  const exported = [...door.matchAll(/from "\.\/((?:layers|losses|metrics|optimizers)\/[\w-]+)\.js"/g)].map(([, file = ""]) => readFileSync(new URL(`../runtime/${file}.ts`, import.meta.url), "utf8")).join("\n");
  const used = runtimeNames.filter((name) => typeof sop[name] === "function" && new RegExp(`^export function ${name}\\b`, "m").test(exported));
  assert.ok(used.length > 60, `${used.length} functions`);
  assert.equal(used.filter((name) => !new RegExp(`\\bsop\\.${name}\\b`).test(text)), []);
});

test("the backends are those of the runtime", () => {
  assert.equal([...new Set(ways.map(({ backend }) => backend))].sort(), sop.backends.map(({ name }) => name).sort());
});

test("a backend that does not load says why", async () => {
  const result = await runConformance("nothing");
  assert.match("unavailable" in result ? result.unavailable : "", "There is no backend `nothing`");
});

test("packed for another machine it needs nothing but its folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sop-packed-"));
  try {
    const script = await packConformance(folder);
    const { stdout, status } = spawnSync(process.execPath, [script, "nothing", "{}"], { cwd: folder, encoding: "utf8" });
    assert.is(status, 0);
    assert.match(JSON.stringify(printedConformance(stdout)), "There is no backend `nothing`");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what was measured elsewhere is of whole batteries", () => {
  const results = measuredElsewhere();
  assert.ok(results.length > 0);
  for (const { title, date, device, rows: own } of results) {
    assert.match(date, /^\d{4}-\d\d-\d\d$/);
    assert.ok(device.length > 0 && own.length > 400, title);
  }
});

test("the table has every word, and says what is wrong", () => {
  const written = readFileSync(new URL("../runtime/backends/README.md", import.meta.url), "utf8");
  for (const { of } of rows) assert.ok(written.includes(`| \`${of}\` |`), `\`npm run conformance -- --write\` has not been run since there is ${of}`);
  const some: readonly Row[] = [{ kind: "loss", of: "mse", name: "mse of nothing", forward: 1.4e-7, gradient: "gradients of x differ", differences: null }];
  const made = conformanceMarkdown(new Map([["one", { device: "a processor", rows: some, seconds: 3 }], ["two", { unavailable: "it is not there." }]]), new Date("2026-01-02"));
  assert.match(made, "| `mse` | 1e-7, **wrong**, - |");
  assert.match(made, "- `one`, mse of nothing: gradients of x differ");
  assert.match(made, "- `two` was not tried: it is not there.");
  assert.is(withTable(withTable(written, made), made), withTable(written, made));
});

test("in every case a wrong gradient is seen: 1% too large, a number or an input left out", async () => {
  await sop.selectBackend("cpu");
  const unseen: string[] = [];
  for (const given of await functionCases()) {
    if (given.step === null || given.differentiated.length === 0 || given.hasGradient?.() === false) continue;
    const gradients = await gradientsOf(given, plain.compute);
    const slopes = await slopesOf(given, plain.compute, gradients);
    assert.ok(slopeError(slopes) <= slopeTolerance, `${given.name}: the gradient itself`);
    const lengths = Object.fromEntries(Object.entries(gradients).map(([name, own]) => [name, Math.hypot(...own)]));
    const whole = Math.hypot(...Object.values(lengths));
    // Where a function is nearly constant there is nothing to see but that the gradient is small.
    if (whole < 1e-6 || (whole < 1 / 8 && /far from 0|far apart/.test(given.name))) continue;
    const seen = (altered: typeof gradients, what: string): void => {
      if (slopeError({ ...slopes, gradients: altered }) <= slopeTolerance) unseen.push(`${given.name}: ${what}`);
    };
    seen(Object.fromEntries(Object.entries(gradients).map(([name, own]) => [name, own.map((g) => 1.01 * g)])), "1% too large");
    for (const [name, own] of Object.entries(gradients)) {
      // What is nothing beside the other gradients is measured by them.
      if ((lengths[name] ?? 0) < whole / 64) continue;
      const largest = own.reduce((best, g, i) => (Math.abs(g) > Math.abs(own[best] ?? 0) ? i : best), 0);
      seen({ ...gradients, [name]: own.map((g, i) => (i === largest ? 0 : g)) }, `the largest number of ${name} left out`);
      seen({ ...gradients, [name]: own.map(() => 0) }, `${name} left out`);
    }
  }
  assert.equal(unseen, []);
});

test("a wrong gradient in TensorFlow.js's table, and a wrong value, become sentences", async () => {
  await sop.selectBackend("cpu");
  const given = (await functionCases()).find(({ name }) => name === "tanh");
  if (given === undefined) throw new Error("no case");
  const right = tf.getGradient(tf.Tanh);
  tf.registerGradient({ ...right, gradFunc: (dy, saved, attrs) => right.gradFunc(tf.mul(dy as tf.Tensor, 1.02), saved, attrs) });
  try {
    const { forward, gradient, differences } = functionCase(given);
    assert.type(await forward?.(plain), "number");
    assert.match(String(await gradient?.(plain)), /^gradients of 0 differ by 0\.0/);
    assert.match(String(await differences?.(plain)), /^gradients and finite differences differ by 0\.0/);
  } finally {
    tf.registerGradient(right);
  }
  const { output } = given.expected;
  const off = functionCase({ ...given, expected: { ...given.expected, output: { ...output, data: output.data.map((value, i) => (i === 3 ? value + 1e-5 : value)) } } });
  assert.match(String(await off.forward?.(plain)), /^values differ by/);
  const turned = functionCase({ ...given, expected: { ...given.expected, output: { ...output, shape: [...output.shape].reverse() } } });
  assert.match(String(await turned.forward?.(plain)), /^the shape is/);
});

test.run();
