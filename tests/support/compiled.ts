// Programs compiled from `.sop` text by the real compiler: imported into the test's own process, to look into single steps, or bundled
// and run in processes of their own, as users run them.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { bundle } from "../../compiler/cli/bundle.js";
import { compile, type Output } from "../../compiler/compile.js";
import type { Run } from "../../runtime/index.js";
import { memoryHost } from "./host.js";
import { sop } from "./sop.js";

const runtime = fileURLToPath(new URL("../../runtime/index.ts", import.meta.url));

declare global {
  /** The address of the runtime that the tests of this process use, where they were built (tests/support/built.ts). */
  var sopTestsRuntime: string | undefined;
}

/** The file name that programs have in messages. */
export const sourceName = "model.sop";

const known = new Map<string, Promise<Output>>();

/** Compiles a text without errors, once; fails with its diagnostics otherwise. */
export function compiled(source: string): Promise<Output> {
  const output = known.get(source) ?? compileText(source);
  known.set(source, output);
  return output;
}

async function compileText(source: string): Promise<Output> {
  const { value, diagnostics } = await compile(sourceName, memoryHost({ [sourceName]: source }), { verify: true, dumpAfter: null, outDirectoryToSource: "." });
  if (value === null) throw new Error(diagnostics.map(({ id, message }) => `${id}: ${message}`).join("\n"));
  return value;
}

/** The runs of a program by name, as values of this process: they share its runtime and its TensorFlow.js. */
export async function runsOf(source: string): Promise<Readonly<Record<string, Run>>> {
  const { typescript, runs } = await compiled(source);
  const folder = mkdtempSync(join(tmpdir(), "sop-import-"));
  try {
    const file = join(folder, "program.mjs");
    const { code } = await transform(typescript, { loader: "ts", target: "node20" });
    writeFileSync(file, code.replace('"sop/runtime"', JSON.stringify(globalThis.sopTestsRuntime ?? pathToFileURL(runtime).href)));
    const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
    const found = Object.values(exported).filter(isRun);
    if (found.length !== runs.length) throw new Error(`the program exports ${found.length} of ${runs.length} runs`);
    return Object.fromEntries(found.map((run) => [run.name, run]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isRun(value: unknown): value is Run {
  return typeof value === "object" && value !== null && "identity" in value && "weights" in value && "step" in value;
}

/** The run of that name. */
export function named(runs: Readonly<Record<string, Run>>, name: string): Run {
  const run = runs[name];
  if (run === undefined) throw new Error(`no run ${name}`);
  return run;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** A bundled program in a folder of its own, with files beside it. */
export interface Placed {
  readonly folder: string;
  readonly start: (...args: readonly string[]) => Started;
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  /** A path in the folder of runs. */
  readonly path: (...parts: readonly string[]) => string;
}

let built: string | undefined;

/** The built runtime, as the command bundles it: any start of the command in a clone builds what is older than its sources. */
function builtRuntime(): string {
  if (built !== undefined) return built;
  const { status, stderr } = sop(tmpdir(), ["--version"]);
  if (status !== 0) throw new Error(stderr);
  return (built = fileURLToPath(new URL("../../dist/runtime.mjs", import.meta.url)));
}

/** Compiles and bundles a text into a temporary folder, gives it to `use`, and removes it. */
export async function withProgram(source: string, files: Readonly<Record<string, string>>, use: (program: Placed) => Promise<void>): Promise<void> {
  const { program } = await bundle({ ...(await compiled(source)), runtime: builtRuntime() });
  const folder = mkdtempSync(join(tmpdir(), "sop-program-"));
  try {
    writeFileSync(join(folder, "program.mjs"), program);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const start = (...args: readonly string[]): Started => {
      const child = spawn(process.execPath, [join(folder, "program.mjs"), ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
      let [out, err] = ["", ""];
      child.stdout.on("data", (text: Buffer) => (out += text.toString()));
      child.stderr.on("data", (text: Buffer) => (err += text.toString()));
      return {
        ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, out, err }))),
        kill: (signal) => void child.kill(signal),
      };
    };
    await use({ folder, start, run: (...args) => start(...args).ended, path: (...parts) => join(folder, "runs", ...parts) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
