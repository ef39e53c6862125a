// The backends as the battery tries them, each in a process of its own, so that engines do not get into each other's way.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { backends } from "../../../runtime/index.js";
import { folder as libtensorflow } from "../libtensorflow.mjs";
import { printedConformance } from "./pack.js";
import type { Conformance, ConformanceOptions, Untried } from "./run.js";

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

/** The battery on a backend in a process of its own. A process that dies is a backend that cannot be tried; it is said with its last words. */
export function conformanceOf({ backend, ...options }: Omit<Way, "title">): Promise<Conformance | Untried> {
  const entry = fileURLToPath(new URL("process.ts", import.meta.url));
  return new Promise((resolve) => {
    const cwd = backend === "cuda" && existsSync(libtensorflow) ? libtensorflow : process.cwd();
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), entry, backend, JSON.stringify(options)], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let [output, words] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (words += text));
    child.on("close", (code, signal) => {
      resolve(printedConformance(output) ?? { unavailable: `its process ended with ${signal ?? code}: ${words.trim().split("\n").at(-1) ?? ""}` });
    });
  });
}
