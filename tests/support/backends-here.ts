// The backends that load on this machine, each with what it is started with. What does not load is printed, so that a run says what it tried.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installedPackage } from "../../runtime/backends/package-roots.js";
import { addressOf, preferences, tryAdapter } from "../../runtime/backends/webgpu/device.js";
import type { Ended } from "./compiled.js";
import { folder as libtensorflow } from "./libtensorflow.mjs";

export interface BackendHere {
  readonly name: string;
  readonly flags: readonly string[];
  /** A folder whose packages have what the backend needs. */
  readonly packages: string;
}

const project = fileURLToPath(new URL("../..", import.meta.url));

/** Why WebGPU is not here; null: it is. A driver in software will do. */
export function missingWebGpu(): string | null {
  const found = installedPackage("webgpu", [import.meta.url]);
  if (found === null) return "the package webgpu is not installed";
  const tried = tryAdapter(addressOf(found), preferences[0]);
  return "missing" in tried ? tried.missing : null;
}

export function backendsHere(): readonly BackendHere[] {
  const noWebGpu = missingWebGpu();
  const noLibrary = existsSync(libtensorflow) ? null : "tests/support/libtensorflow.mjs was not run";
  const tried: readonly (readonly [BackendHere, string | null])[] = [
    [{ name: "cpu", flags: ["--backend", "cpu"], packages: project }, null],
    [{ name: "onnx", flags: ["--backend", "onnx"], packages: project }, null],
    [{ name: "webgpu", flags: ["--backend", "webgpu"], packages: project }, noWebGpu],
    [{ name: "cuda", flags: ["--backend", "cuda", "--device", "cpu"], packages: libtensorflow }, noLibrary],
  ];
  for (const [{ name }, reason] of tried) if (reason !== null) process.stdout.write(`${name} was not tried: ${reason}\n`);
  return tried.flatMap(([backend, reason]) => (reason === null ? [backend] : []));
}

/** Runs a bundled program of `folder` on a backend; runs go to the folder of the backend's name in it. */
export function runOn({ name, flags, packages }: BackendHere, folder: string, words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [`${folder}/program.mjs`, ...words, ...flags, "--data-dir", folder, "--runs-dir", `${folder}/${name}`], { cwd: packages, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...more } });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, out, err })));
}
