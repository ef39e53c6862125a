// Milliseconds per training step on the backend `cpu`, batch 128, with `overparam` 1, 2, 4 and 8, beside two peers in the same run: the same
// model written by hand in TensorFlow.js on its own kernels, and PyTorch where /usr/bin/python3 has it. One thread each. All variants take
// turns. Wall-clock and processor time are both shown: on a quiet machine they agree, on a busy one the second is the one to read. Figures are
// medians, ratios are medians of the ratios of processor time within a turn.

import { build } from "esbuild";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../compiler/cli/bundle.js";
import { fileHost } from "../compiler/cli/file-host.js";
import { compile } from "../compiler/compile.js";
import { median } from "./support/median.js";
import { copies, stepProgram } from "./support/step-programs.js";
import { startWorker, type Took, type Worker } from "./support/worker.js";

const rounds = Number(process.env["ROUNDS"] ?? 8);
/** How often all workers are started anew: how well V8 compiles a process differs from start to start by some percent. */
const generations = Number(process.env["GENERATIONS"] ?? 5);
/** Milliseconds of one turn. */
const turn = 150;
/** Milliseconds of steps that do not count. */
const warmUp = 3000;
const titles: Readonly<Record<string, string>> = {
  mlp_adam: "MLP 784-128-128-10, Adam",
  mlp_sgd: "MLP 784-128-128-10, SGD with momentum",
  cnn_adam: "CNN, conv_block 8 and 16, dense 10, Adam",
};
const asked = process.argv.slice(2);
const python = "/usr/bin/python3";
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sop-bench-"));

/** Bundles the program once; the worker's argument names the run it serves. */
async function bundledProgram(): Promise<string> {
  const source = join(folder, "step.sop");
  writeFileSync(source, stepProgram);
  const { value, diagnostics } = await compile(source, fileHost(), { verify: false, dumpAfter: null, outDirectoryToSource: "." });
  if (value === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const worker = `
import { serve } from ${JSON.stringify(here("./support/serve.ts"))};
const served = [${value.runs.map((run) => run.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())).join(", ")}].find((run) => run.name === process.argv[2]);
if (served === undefined) throw new Error("no such run");
await serve(served);
`;
  // The program's own `main` finds that it was started and would train: here it is only a library.
  const typescript = `${value.typescript.slice(0, value.typescript.lastIndexOf("await sop.main("))}${worker}`;
  const { program } = await bundle({ typescript, map: value.map, runtime: here("../runtime/index.ts") });
  const file = join(folder, "program.mjs");
  writeFileSync(file, program);
  return file;
}

async function bundledPeer(): Promise<string> {
  const file = join(folder, "peer.mjs");
  await build({ entryPoints: [here("./support/tfjs-peer.ts")], outfile: file, bundle: true, platform: "node", format: "esm", target: "node20", mainFields: ["module", "main"], logLevel: "error", banner: { js: 'import { createRequire as benchRequire } from "node:module"; const require = benchRequire(import.meta.url);' } });
  return file;
}

const torchName = "PyTorch, 1 thread";
const sopName = (k: number): string => `sop, overparam ${k}`;

/** Starts the variants of a model, lets them take turns, and adds to the times of each. */
async function generation(model: string, program: string, peer: string, times: Map<string, Took[]>): Promise<void> {
  const started = [
    ...(await Promise.all(copies.map((k) => startWorker(sopName(k), process.execPath, [program, `${model}_${k}`])))),
    await startWorker("TensorFlow.js by hand", process.execPath, [peer, model]),
    existsSync(python) ? await startWorker(torchName, python, [here("./support/torch_peer.py"), model]) : null,
  ];
  const workers = started.filter((worker) => worker !== null);
  try {
    const perTurn = new Map<Worker, number>();
    for (const worker of workers) {
      // The first steps are slow: code is compiled, and compiled again.
      const { wall: first } = await worker.time(1);
      let warm = first;
      let latest = first;
      while (warm < warmUp) {
        const steps = Math.max(1, Math.min(20, Math.round(turn / latest)));
        const { wall } = await worker.time(steps);
        warm += wall;
        latest = wall / steps;
      }
      perTurn.set(worker, Math.max(1, Math.min(200, Math.round(turn / latest))));
    }
    for (let round = 0; round < rounds; round++) {
      const order = workers.map((_, i) => workers[(i + round) % workers.length]).filter((worker) => worker !== undefined);
      for (const worker of order) {
        const steps = perTurn.get(worker) ?? 1;
        const { wall, cpu } = await worker.time(steps);
        const known = times.get(worker.name) ?? [];
        times.set(worker.name, [...known, { wall: wall / steps, cpu: cpu / steps }]);
      }
    }
  } finally {
    for (const worker of workers) worker.end();
  }
}

async function measure(model: string, program: string, peer: string): Promise<void> {
  const times = new Map<string, Took[]>([...copies.map(sopName), "TensorFlow.js by hand", torchName].map((name) => [name, []]));
  for (let i = 0; i < generations; i++) await generation(model, program, peer, times);
  console.log(`${titles[model] ?? model}: batch 128, median of ${generations} x ${rounds}`);
  const base = times.get(sopName(1)) ?? [];
  for (const [name, values] of times) {
    if (values.length === 0) {
      console.log(name === torchName ? `  PyTorch is not there: ${python} has no torch (Debian: apt-get install python3-torch)` : `  ${name} did not start`);
      continue;
    }
    const ratio = median(values.map(({ cpu }, round) => cpu / (base[round]?.cpu ?? NaN)));
    const [wall, cpu] = [median(values.map((took) => took.wall)), median(values.map((took) => took.cpu))];
    console.log(`  ${name.padEnd(22)} ${wall.toFixed(2).padStart(8)} ms   ${cpu.toFixed(2).padStart(8)} ms of processor   ${ratio.toFixed(3)} x`);
  }
}

try {
  const [program, peer] = [await bundledProgram(), await bundledPeer()];
  for (const model of Object.keys(titles)) if (asked.length === 0 || asked.includes(model)) await measure(model, program, peer);
} finally {
  rmSync(folder, { recursive: true });
}
