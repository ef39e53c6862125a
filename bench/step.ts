// Milliseconds per training step beside peers in the same run: programs of ours on the backend `onnx`, the same models written by hand in
// TensorFlow.js on the same backend and on its own ones, and PyTorch with as many threads, where /usr/bin/python3 has it. Each variant is a
// process of its own; all are warmed and take turns. With `--backend cpu` the backend `cpu` with `overparam` 1, 2, 4 and 8 instead; with a backend
// or `--device` that is a GPU larger models as well, beside PyTorch on the same card (support/gpu-bench.ts). `--pack` makes a folder for that.
//
// A ratio is the median of the ratios within a turn, by the clock; in brackets that of the shortest times and that of processor time, which
// on a busy machine is the one to read for one thread (with two it counts threads that wait).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./support/median.js";
import { asksForGpu, gpuFlags, measureOnGpu } from "./support/gpu-bench.js";
import { pack } from "./support/pack.js";
import { bundleForGpu, bundleWorkers, type StepBundles } from "./support/step-bundles.js";
import { cpuCases, nativeCases, torchName, type Case, type Ratio } from "./support/step-cases.js";
import { takeTurns, type Times } from "./support/turns.js";
import { wasmPackage } from "./support/wasm.js";
import type { Took } from "./support/worker.js";

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    ...gpuFlags,
    pack: { type: "string" },
    threads: { type: "string", default: "1,2" },
    slow: { type: "boolean", default: false },
    wasm: { type: "boolean", default: false },
  },
});
const { backend = "onnx" } = options;
const isGpu = asksForGpu(options);
const isNative = backend === "onnx";
const cases = isNative ? nativeCases(options.slow) : cpuCases;
const plan = { generations: Number(options.generations ?? 3), rounds: Number(options.rounds ?? 8) };

async function measure({ title, variants, ratios }: Case, threads: number, bundles: StepBundles): Promise<void> {
  const times = await takeTurns(variants(bundles, threads), { ...plan, threads });
  console.log(`\n${title}; ${threads === 1 ? "1 thread" : `${threads} threads`}, ${plan.generations} x ${plan.rounds} turns`);
  console.log(`  ${"".padEnd(24)}     median      least  processor`);
  for (const [name, { turns, failed }] of times) {
    const took = turns.filter((turn) => turn !== undefined);
    if (took.length > 0) console.log(`  ${name.padEnd(24)} ${[median(took.map(wall)), Math.min(...took.map(wall)), median(took.map(cpu))].map((time) => time.toFixed(3).padStart(10)).join(" ")} ms`);
    else console.log(`  ${name} does not run: ${failed ?? ""}${name === torchName ? " (Debian: apt-get install python3-torch libopenblas0)" : ""}`);
  }
  for (const ratio of ratios) print(ratio, times);
}

function print({ of, to, atMost, atLeast }: Ratio, times: Times): void {
  const [above, below] = [times.get(of)?.turns ?? [], times.get(to)?.turns ?? []];
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

/** With programs in a folder that is there for as long as that takes. */
async function measureHere(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sop-bench-"));
  try {
    if (isGpu) {
      await bundleForGpu(folder);
      await measureOnGpu(folder, asked, options);
    } else await measureAll(await bundleWorkers(folder, isNative ? wasmPackage(options.wasm) : null));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureAll(bundles: StepBundles): Promise<void> {
  for (const one of cases) {
    if (asked.length > 0 && !asked.includes(one.model)) continue;
    for (const threads of isNative ? options.threads.split(",").map(Number) : [1]) await measure(one, threads, bundles);
  }
}

function wall(took: Took): number {
  return took.wall;
}

function cpu(took: Took): number {
  return took.cpu;
}

const unknown = isGpu ? [] : asked.filter((name) => !cases.some(({ model }) => model === name));
if (!["onnx", "cpu", "webgpu", "cuda"].includes(backend)) throw new Error("--backend is onnx, cpu, webgpu or cuda");
if (unknown.length > 0) throw new Error(`no model ${unknown.join(", ")}; there are ${cases.map(({ model }) => model).join(", ")}`);

if (options.pack !== undefined) {
  await pack(options.pack);
  console.log(`sh ${join(options.pack, "gpu.sh")} measures there, and wherever the folder is brought`);
} else await measureHere();
