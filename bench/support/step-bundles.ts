// The programs of the step benchmark's workers, bundled into a folder: the compiled `.sop` program, and the models by hand with and without
// TensorFlow.js's wasm backend.

import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../compiler/cli/bundle.js";
import { fileHost } from "../../compiler/cli/file-host.js";
import { compile } from "../../compiler/compile.js";
import { stepProgram, writeStepData } from "./step-programs.js";

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
  const call = `import { workByHand } from ${JSON.stringify(here("./hand-worker.ts"))};\nawait workByHand();\n`;
  return {
    program: await bundledProgram(folder),
    folder,
    hand: await bundledPeer(join(folder, "hand.mjs"), call, null),
    wasm: wasm === null ? null : await bundledPeer(join(folder, "wasm.mjs"), `import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";\nsetWasmPaths(${JSON.stringify(`${join(wasm, "dist")}/`)});\n${call}`, wasm),
  };
}

/** The compiled program with the serving of its runs in the place of its `main`, which would train. */
async function bundledProgram(folder: string): Promise<string> {
  const source = join(folder, "step.sop");
  writeFileSync(source, stepProgram);
  const { value, diagnostics } = await compile(source, fileHost(), { verify: false, dumpAfter: null, outDirectoryToSource: "." });
  if (value === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const names = value.runs.map((run) => run.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
  const worker = `import { serve } from ${JSON.stringify(here("./serve.ts"))};\nawait serve([${names.join(", ")}]);\n`;
  const typescript = `${value.typescript.slice(0, value.typescript.lastIndexOf("await sop.main("))}${worker}`;
  const { program } = await bundle({ typescript, map: value.map, runtime: here("../../runtime/index.ts") });
  const file = join(folder, "program.mjs");
  writeFileSync(file, program);
  return file;
}

async function bundledPeer(file: string, contents: string, wasm: string | null): Promise<string> {
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
