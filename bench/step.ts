// Milliseconds per training step beside peers in the same run: programs of ours on the backend `onnx`, the same models written by hand in
// TensorFlow.js on the same backend and on its own ones, and PyTorch with as many threads, where /usr/bin/python3 has it. Each variant is a
// process of its own; all are warmed and take turns. With `--backend cpu` the backend `cpu` with `overparam` 1, 2, 4 and 8 instead.
//
// A ratio is the median of the ratios within a turn, by the clock; in brackets that of the shortest times and that of processor time, which
// on a busy machine is the one to read for one thread (with two it counts threads that wait).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./support/median.js";
import { bundleWorkers, type StepBundles } from "./support/step-bundles.js";
import { cpuCases, nativeCases, python, torchName, type Case, type Ratio } from "./support/step-cases.js";
import { takeTurns, type Times } from "./support/turns.js";
import { wasmPackage } from "./support/wasm.js";
import type { Took } from "./support/worker.js";

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: "string", default: "onnx" },
    threads: { type: "string", default: "1,2" },
    generations: { type: "string", default: "3" },
    rounds: { type: "string", default: "8" },
    slow: { type: "boolean", default: false },
    wasm: { type: "boolean", default: false },
  },
});
const isNative = options.backend === "onnx";
const cases = isNative ? nativeCases(options.slow) : cpuCases;
const plan = { generations: Number(options.generations), rounds: Number(options.rounds) };

async function measure({ title, variants, ratios }: Case, threads: number, bundles: StepBundles): Promise<void> {
  const times = await takeTurns(variants(bundles, threads), { ...plan, threads });
  console.log(`\n${title}; ${threads === 1 ? "1 thread" : `${threads} threads`}, ${plan.generations} x ${plan.rounds} turns`);
  console.log(`  ${"".padEnd(24)}     median      least  processor`);
  for (const [name, turns] of times) {
    const took = turns.filter((turn) => turn !== undefined);
    if (took.length > 0) console.log(`  ${name.padEnd(24)} ${[median(took.map(wall)), Math.min(...took.map(wall)), median(took.map(cpu))].map((time) => time.toFixed(3).padStart(10)).join(" ")} ms`);
    else console.log(name === torchName ? `  PyTorch is not there: ${python} has no torch (Debian: apt-get install python3-torch libopenblas0)` : `  ${name} did not start`);
  }
  for (const ratio of ratios) print(ratio, times);
}

function print({ of, to, atMost, atLeast }: Ratio, times: Times): void {
  const [above, below] = [times.get(of) ?? [], times.get(to) ?? []];
  const pairs = above.flatMap((one, turn) => {
    const other = below[turn];
    return one === undefined || other === undefined ? [] : [{ one, other }];
  });
  if (pairs.length === 0) return;
  const middle = (time: (took: Took) => number): number => median(pairs.map(({ one, other }) => time(one) / time(other)));
  const least = Math.min(...pairs.map(({ one }) => wall(one))) / Math.min(...pairs.map(({ other }) => wall(other)));
  const found = middle(wall);
  const target = atMost !== undefined ? `target: at most ${atMost.toFixed(2)}` : atLeast !== undefined ? `target: at least ${atLeast}` : "";
  const isMet = (atMost === undefined || found <= atMost) && (atLeast === undefined || found >= atLeast);
  console.log(`  ${`${of} / ${to}`.padEnd(40)} ${found.toFixed(2).padStart(8)}  (${least.toFixed(2)}, ${middle(cpu).toFixed(2)})  ${target === "" ? "" : `${target}${isMet ? "" : ", missed"}`}`.trimEnd());
}

function wall(took: Took): number {
  return took.wall;
}

function cpu(took: Took): number {
  return took.cpu;
}

const unknown = asked.filter((name) => !cases.some(({ model }) => model === name));
if (!["onnx", "cpu"].includes(options.backend)) throw new Error("--backend is onnx or cpu");
if (unknown.length > 0) throw new Error(`no model ${unknown.join(", ")}; there are ${cases.map(({ model }) => model).join(", ")}`);

const folder = mkdtempSync(join(tmpdir(), "sop-bench-"));
try {
  const bundles = await bundleWorkers(folder, isNative ? wasmPackage(options.wasm) : null);
  for (const one of cases) {
    if (asked.length > 0 && !asked.includes(one.model)) continue;
    for (const threads of isNative ? options.threads.split(",").map(Number) : [1]) await measure(one, threads, bundles);
  }
} finally {
  rmSync(folder, { recursive: true });
}
