// `sop backends`: the runtime tells what can execute tensors here. The compiler does not import the runtime; it is loaded by its
// address, only for this command.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot, runtimeEntry } from "../package-root.js";
import type { Terminal } from "../terminal.js";

/** Loads a module by its address. The command is built into a script, which cannot load modules itself. */
export type ImportModule = (address: string) => Promise<unknown>;

/** Runs the `backends` command that every generated program has, with its flags. */
export async function backendsCommand(flags: readonly string[], terminal: Terminal, importModule: ImportModule): Promise<number> {
  const built = join(packageRoot, "dist", "runtime.mjs");
  const runtime: unknown = await importModule(pathToFileURL(existsSync(built) ? built : runtimeEntry()).href);
  if (!hasRunProgram(runtime)) throw new Error("the runtime has no runProgram");
  const output = { result: (line: string): void => terminal.out(`${line}\n`), terminal: process.stderr };
  return runtime.runProgram(["backends", ...flags], { source: "", directory: ".", runs: [] }, packageRoot, "sop", output);
}

type RunProgram = (args: readonly string[], definition: object, home: string, name: string, output: object) => Promise<number>;

function hasRunProgram(value: unknown): value is { readonly runProgram: RunProgram } {
  return typeof value === "object" && value !== null && "runProgram" in value && typeof value.runProgram === "function";
}
