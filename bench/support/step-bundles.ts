// The programs of the step benchmark's workers, bundled into a folder: the compiled `.sop` program, and the models by hand with and without
// TensorFlow.js's wasm backend.

import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../compiler/cli/bundle.js";
import { fileHost } from "../../compiler/cli/file-host.js";
import { check, compile } from "../../compiler/compile.js";
import { rowsPerStep } from "../../compiler/semantics/step-costs.js";
import { summarize } from "../../compiler/services/summary.js";
import { casesFile, type GpuCase } from "./gpu-bench.js";
import { titleOf } from "./step-cases.js";
import { stepProgram, writeStepData } from "./step-programs.js";
import { trainingFlops } from "./training-flops.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Paths of the bundles. */
export interface StepBundles {
  readonly program: string;
  /** The folder of its data. */
  readonly folder: string;
  readonly hand: string;
  /** Null without the wasm backend. */
  readonly wasm: string | null;
}

/** Compiles and bundles; `wasm` is the folder of its package. */
export async function bundleWorkers(folder: string, wasm: string | null): Promise<StepBundles> {
  writeStepData(folder);
  await bundledProgram(folder);
  const call = `import { workByHand } from ${JSON.stringify(here("./hand-worker.ts"))};\nawait workByHand();\n`;
  return {
    program: join(folder, "program.mjs"),
    folder,
    hand: await bundledPeer(join(folder, "hand.mjs"), call, null),
    wasm: wasm === null ? null : await bundledPeer(join(folder, "wasm.mjs"), `import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";\nsetWasmPaths(${JSON.stringify(`${join(wasm, "dist")}/`)});\n${call}`, wasm),
  };
}

/** Models at two sizes: for any machine, and for a GPU of some TFLOPS. */
const gpuModels = ["mlp", "gpu_mlp", "cnn", "gpu_cnn", "transformer", "gpu_transformer"];

/** Writes the program that is measured on GPUs with its data, and what its steps cost as the compiler counts it. */
export async function bundleForGpu(folder: string): Promise<void> {
  writeStepData(folder);
  const { runs } = check(await bundledProgram(folder), fileHost()).value;
  const cases = gpuModels.map((model): GpuCase => {
    const run = runs.find(({ name }) => name === `${model}_1`);
    if (run === undefined) throw new Error(`no run of ${model}`);
    return { model, title: titleOf(model), flops: trainingFlops(summarize(run.instance).totals.flops, rowsPerStep(run.settings)) };
  });
  writeFileSync(join(folder, casesFile), JSON.stringify(cases));
}

/** The compiled program with the serving of its runs in the place of its `main`, which would train; gives the path of its source. */
async function bundledProgram(folder: string): Promise<string> {
  const source = join(folder, "step.sop");
  writeFileSync(source, stepProgram);
  const { value, diagnostics } = await compile(source, fileHost(), { verify: false, dumpAfter: null, outDirectoryToSource: "." });
  if (value === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const names = value.runs.map((run) => run.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
  const worker = `import { serve } from ${JSON.stringify(here("./serve.ts"))};\nawait serve([${names.join(", ")}]);\n`;
  const typescript = `${value.typescript.slice(0, value.typescript.lastIndexOf("await sop.main("))}${worker}`;
  const { program } = await bundle({ typescript, map: value.map, runtime: here("../../runtime/index.ts") });
  writeFileSync(join(folder, "program.mjs"), program);
  return source;
}

/** Bundles a module that `contents` is the text of; gives `file`. */
export async function bundledPeer(file: string, contents: string, wasm: string | null): Promise<string> {
  await build({
    stdin: { contents, resolveDir: here("."), loader: "ts" },
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    logLevel: "error",
    banner: { js: 'import { createRequire as benchRequire } from "node:module"; const require = benchRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;' },
    // Its package has TensorFlow.js beside it: there may be only one.
    alias: wasm === null ? {} : { "@tensorflow/tfjs-backend-wasm": wasm, ...Object.fromEntries(["tfjs-core", "tfjs-backend-cpu"].map((name) => [`@tensorflow/${name}`, here(`../../node_modules/@tensorflow/${name}`)])) },
  });
  return file;
}
