// Runs the battery on a backend: in this process, or in one of its own, so that engines do not get into each other's way.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UserError } from "../../../runtime/program/errors.js";
import { backends, installGradients, selectBackend, withOriginalKernels } from "../../../runtime/index.js";
import { folder as libtensorflow } from "../libtensorflow.mjs";
import type { Case, Check, Outcome, Row, Trial } from "./case.js";
import { allCases } from "./table.js";

export interface ConformanceOptions {
  /** One of the backend's devices; absent: its default. */
  readonly device?: string;
  /** On `cpu`: TensorFlow.js's own kernels instead of ours. */
  readonly isOriginal?: boolean;
}

export interface Conformance {
  /** What the backend runs on, in words. */
  readonly device: string;
  readonly rows: readonly Row[];
  /** Processor time of the process, in seconds. */
  readonly seconds: number;
}

/** Why a backend cannot be tried here. */
export interface Untried {
  readonly unavailable: string;
}

/** A backend as it can be tried. */
export interface Way extends ConformanceOptions {
  readonly title: string;
  readonly backend: string;
}

/** Every backend on each of its devices, and `cpu` also with TensorFlow.js's own kernels. What is a preference among GPUs is no other device. */
export const ways: readonly Way[] = [...backends].reverse().flatMap(({ name, devices, takesNames }): readonly Way[] => {
  if (name === "cpu") return [{ title: name, backend: name }, { title: "cpu, TensorFlow.js's kernels", backend: name, isOriginal: true }];
  return devices.length === 0 || takesNames === true ? [{ title: name, backend: name }] : devices.map((device) => ({ title: `${name}, ${device}`, backend: name, device }));
});

/** GPUs approximate functions: ten times the error of native float32 code is allowed. */
function loosenessOf(backend: string, { device }: ConformanceOptions): number {
  return backend === "cpu" || (backend !== "webgpu" && (device ?? (backend === "onnx" ? "cpu" : "gpu")) === "cpu") ? 1 : 10;
}

/** The battery on a backend in this process, or why it is not there. */
export async function runConformance(backend: string, options: ConformanceOptions = {}): Promise<Conformance | Untried> {
  const cases = await allCases();
  try {
    const { device } = await selectBackend(backend, { device: options.device ?? null, threads: null });
    installGradients();
    const rows = await runCases(cases, { compute: options.isOriginal === true ? withOriginalKernels : (run) => run(), looseness: loosenessOf(backend, options) });
    const { user, system } = process.cpuUsage();
    return { device, rows, seconds: (user + system) / 1e6 };
  } catch (error) {
    if (error instanceof UserError) return { unavailable: error.message };
    throw error;
  }
}

/** One row for each case. What throws is wrong. */
export async function runCases(cases: readonly Case[], trial: Trial): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { kind, of, name, forward, gradient, differences } of cases) {
    rows.push({ kind, of, name, forward: await outcome(forward, trial), gradient: await outcome(gradient, trial), differences: await outcome(differences, trial) });
  }
  return rows;
}

async function outcome(run: Check | null, trial: Trial): Promise<Outcome | null> {
  if (run === null) return null;
  try {
    return await run(trial);
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return `it throws: ${line}`;
  }
}

/** The same in a process of its own. A process that dies is a backend that cannot be tried; it is said with its last words. */
export function conformanceOf({ backend, ...options }: Omit<Way, "title">): Promise<Conformance | Untried> {
  const entry = fileURLToPath(new URL("process.ts", import.meta.url));
  return new Promise((resolve) => {
    const cwd = backend === "cuda" && existsSync(libtensorflow) ? libtensorflow : process.cwd();
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), entry, backend, JSON.stringify(options)], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let [output, words] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (words += text));
    child.on("close", (code, signal) => {
      const found = /^CONFORMANCE (.*)$/m.exec(output)?.[1];
      resolve(found === undefined ? { unavailable: `its process ended with ${signal ?? code}: ${words.trim().split("\n").at(-1) ?? ""}` } : (JSON.parse(found) as Conformance | Untried));
    });
  });
}
