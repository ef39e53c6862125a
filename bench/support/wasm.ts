// TensorFlow.js's wasm backend, which only the step benchmark needs: no dependency of the project, but installed into a temporary folder
// when asked for, and found there the next time.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const wanted = "@tensorflow/tfjs-backend-wasm@4.22.0";
const folder = join(tmpdir(), "sop-bench-wasm");
const installed = join(folder, "node_modules", "@tensorflow", "tfjs-backend-wasm");

/** The folder of the package, installed first if `isWanted`; null, with a line that says so, where it is not there. */
export function wasmPackage(isWanted: boolean): string | null {
  if (existsSync(installed)) return installed;
  if (!isWanted) {
    console.log(`TensorFlow.js's wasm backend is not measured: with --wasm it is installed into ${folder}`);
    return null;
  }
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error", wanted], { encoding: "utf8" });
  if (status === 0 && existsSync(installed)) return installed;
  console.log(`TensorFlow.js's wasm backend is not measured: npm did not install ${wanted}: ${stderr?.trim().split("\n")[0] ?? ""}`);
  return null;
}
