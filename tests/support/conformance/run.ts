// Runs the battery on a backend in this process.

import { UserError } from "../../../runtime/program/errors.js";
import { installGradients, selectBackend, withOriginalKernels } from "../../../runtime/index.js";
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
