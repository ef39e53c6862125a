// Memory over 2,000 training steps of the real loop on the backend `cpu`: fresh data each step, dropout, batch norm, kernel sets, a last batch
// that is not full, evaluations, folds and checkpoints on the way. Prints tensors and memory as the run goes, the peer being the run itself
// at its start. Ends with 1 if the count of tensors is not the same after every step.

import { spawnSync } from "node:child_process";
import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fileHost } from "../compiler/cli/file-host.js";
import { compile } from "../compiler/compile.js";
import { loadDataset } from "../runtime/data/load.js";
import { selectBackend, type Run } from "../runtime/index.js";
import { MetricsLog } from "../runtime/logging/metrics-log.js";
import { progressOn } from "../runtime/logging/progress.js";
import { RunFolder } from "../runtime/program/run-folder.js";
import { Evaluator } from "../runtime/training/evaluate.js";
import { train } from "../runtime/training/loop.js";
import { trainingRows } from "../runtime/training/rows.js";

// Without it, what the garbage collector has not looked at yet would be taken for memory in use.
if (globalThis.gc === undefined) {
  const { status } = spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", fileURLToPath(import.meta.url)], { stdio: "inherit" });
  process.exit(status ?? 1);
}

const steps = 2000;
const every = 500;
const source = `import { conv_block } from "std/vision"

data digits = synthetic("digits", rows: 2000, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

model Net overparam(4, anneal: 10%) {
  input  image: f32[28, 28, 1]
  x = image |> avg_pool(2) |> conv_block(4) |> max_pool(2) |> flatten |> dropout(0.2) |> dense(32) |> relu
  output digit: f32[10] = x |> dense(10)
}

train memory: Net on digits {
  loss       cross_entropy(digit, label)
  metrics    accuracy(digit, label)
  optimizer  adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%))
  batch      48
  clip       norm 1.0
  steps      ${steps}
  evaluate   every 100 steps
  checkpoint every 250 steps, keep 2
}
`;

const folder = mkdtempSync(join(tmpdir(), "sop-bench-"));

async function compiledRun(): Promise<Run> {
  const file = join(folder, "memory.sop");
  writeFileSync(file, source);
  const { value } = await compile(file, fileHost(), { verify: false, dumpAfter: null, outDirectoryToSource: "." });
  if (value === null) throw new Error("the program of the benchmark has errors");
  const program = join(folder, "program.ts");
  writeFileSync(program, value.typescript.replace('"sop/runtime"', JSON.stringify(new URL("../runtime/index.ts", import.meta.url).href)));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const { memory }: { readonly memory: Run } = await import(pathToFileURL(program).href);
  return memory;
}

try {
  await selectBackend("cpu");
  const run = await compiledRun();
  const data = await loadDataset(run.dataset, folder);
  const rest = data.splits.train.length % run.batch;
  if (rest === 0) throw new Error("the last batch of an epoch is to be smaller");
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(9);
  const counts = new Set<number>();
  let step = 0;
  const report = (): void => {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const { numTensors, numBytes } = tf.memory();
    console.log(`  ${String(step).padStart(6)} ${String(numTensors).padStart(8)} ${megabytes(numBytes)} ${megabytes(heapUsed)} ${megabytes(rss)}`);
  };
  console.log(`memory over ${steps} steps, batch ${run.batch} and ${rest} at the end of an epoch, in MB`);
  console.log("    step  tensors   tensors      heap       rss");
  report();
  const runFolder = new RunFolder(join(folder, "run"), run.name);
  runFolder.claim(null);
  const progress = progressOn({ write: () => true }, run.name, steps, 0, true);
  // The loop asks after every step whether it is interrupted: the place to look.
  const isInterrupted = (): boolean => {
    step++;
    counts.add(tf.memory().numTensors);
    if (step === 1 || step % every === 0) report();
    return false;
  };
  const trained = await train({ run, data, rows: trainingRows(run, data, null), folder: runFolder, identity: "memory", log: MetricsLog.open(runFolder.metrics, 0), progress, isInterrupted, saved: () => undefined, source: "memory.sop", smoke: null, evaluator: new Evaluator(run, data) }, null);
  tf.dispose(trained?.model ?? []);
  step = steps;
  const flat = counts.size === 1;
  console.log(flat ? `the count of tensors is ${[...counts].join()} after each of ${step} steps` : `the count of tensors is not flat: ${[...counts].sort((a, b) => a - b).join(", ")}`);
  if (!flat) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
