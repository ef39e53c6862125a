// How long `sop check` takes on a generated 1,000-line file and on a model of 400 layers, written out and repeated, whole process, beside two
// peers measured in the same run: an empty Node process (the floor) and `tsc --noEmit` on a TypeScript file of as many lines.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSource } from "./support/generate-source.js";
import { median } from "./support/median.js";

// Node 20 reads these certificates at every start, needed or not, which takes 70 ms where they are a system's own.
delete process.env["NODE_EXTRA_CA_CERTS"];

const rounds = 15;
const folder = mkdtempSync(join(tmpdir(), "sop-bench-"));
const root = fileURLToPath(new URL("..", import.meta.url));
// As it is installed: in a clone each start looks whether a source is newer than what was built, which takes 20 ms.
const installed = join(folder, "sop");
const sop = join(installed, "bin", "sop.cjs");
const tsc = new URL("../node_modules/typescript/bin/tsc", import.meta.url).pathname;

execFileSync(process.execPath, [join(root, "bin", "sop.cjs"), "--version"]);
for (const part of ["package.json", "bin/sop.cjs", "bin/load.cjs", "dist/check.cjs", "dist/cli.cjs", "stdlib"]) cpSync(join(root, part), join(installed, part), { recursive: true });
symlinkSync(join(root, "node_modules"), join(installed, "node_modules"));

const source = generateSource(1000);
const lines = source.split("\n").length;
writeFileSync(join(folder, "model.sop"), source);
const deep = (layers: string): string => `model Deep {\n  input  x: f32[64]\n${layers}  output y: f32[10] = x |> dense(10)\n}\n`;
writeFileSync(join(folder, "written.sop"), deep("  x = x |> dense(64) |> relu\n".repeat(400)));
writeFileSync(join(folder, "repeated.sop"), deep("  repeat 400 { x = x |> dense(64) |> relu }\n"));
const functions = Array.from({ length: Math.ceil(lines / 5) }, (_, i) => `export function f${i}(x: number): number {\n  const y = x * ${i};\n  if (y > 3) return y;\n  return x;\n}`);
writeFileSync(join(folder, "peer.ts"), functions.join("\n"));

/** Milliseconds of one process; fails where the process does. */
function time(args: readonly string[]): number {
  const start = performance.now();
  const result = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${args.join(" ")}\n${result.stdout}${result.stderr}`);
  return performance.now() - start;
}

try {
  const commands = {
    "sop check": [sop, "check", join(folder, "model.sop")],
    "400 layers": [sop, "check", join(folder, "written.sop")],
    "repeat 400": [sop, "check", join(folder, "repeated.sop")],
    "node (empty)": ["-e", "0"],
    "tsc --noEmit": [tsc, "--noEmit", join(folder, "peer.ts")],
  };
  const times: Record<string, number[]> = {};
  for (const args of Object.values(commands)) time(args);
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of Object.entries(commands)) (times[name] ??= []).push(time(args));
  }
  const check = median(times["sop check"] ?? []);
  console.log(`check of ${lines} lines, whole process, median and least of ${rounds} (targets: 300 ms, and 1000 ms for 400 layers)`);
  for (const name of Object.keys(commands)) {
    const value = median(times[name] ?? []);
    const least = Math.min(...(times[name] ?? []));
    console.log(`  ${name.padEnd(14)} ${value.toFixed(0).padStart(6)} ${least.toFixed(0).padStart(6)} ms   ${(check / value).toFixed(2)} x`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
