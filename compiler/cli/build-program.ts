// Builds a checked program into a folder: program.ts, program.mjs with its source map, program.ir, program.provenance. What is up to date by content
// stays as it is: a record beside the files says from which texts, by which sop, they were made, and what was written.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { compile } from "../compile.js";
import type { EmitKind } from "./emit-kinds.js";
import type { OpenProgram } from "./open-program.js";
import { buildId, runtimeEntry } from "./package-root.js";
import { writeFile } from "./write-file.js";

export interface BuildOptions {
  /** The folder to write to; `build/<name of the file>` beside the file unless given. */
  readonly outDir: string | undefined;
  readonly emit: readonly EmitKind[];
  /** Verify the IR after each pass. */
  readonly verify: boolean;
  /** The name of a pass whose result is to be returned as text. */
  readonly dumpAfter: string | null;
}

export interface Built {
  readonly outDir: string;
  /** The bundled program; there only if `bundle` was asked for. */
  readonly bundle: string;
  /** Files that were written, none if everything was up to date. */
  readonly written: readonly string[];
  readonly dump: string | null;
}

const RECORD = ".sop-build.json";

/** Compiles, bundles and writes what `emit` names. */
export async function buildProgram(program: OpenProgram, options: BuildOptions): Promise<Built> {
  const outDir = options.outDir ?? join(dirname(program.file), "build", basename(program.file).replace(/\.sop$/, ""));
  const bundle = join(outDir, "program.mjs");
  const key = buildKey(program, outDir, options.emit);
  if (options.dumpAfter === null && !options.verify && key !== null && isUpToDate(outDir, key)) return { outDir, bundle, written: [], dump: null };

  const { value } = await compile(program.file, program.host, {
    verify: options.verify,
    dumpAfter: options.dumpAfter,
    outDirectoryToSource: toSource(outDir, program.file),
  });
  if (value === null) throw new Error("a program without errors was not compiled");

  const contents = new Map<string, string>();
  if (options.emit.includes("ir")) contents.set("program.ir", value.ir);
  if (options.emit.includes("provenance")) contents.set("program.provenance", value.provenance);
  if (options.emit.includes("ts")) contents.set("program.ts", `${value.typescript}//# sourceMappingURL=program.ts.map\n`).set("program.ts.map", value.map);
  if (options.emit.includes("bundle")) {
    const { bundle: makeBundle } = await import("./bundle.js");
    const made = await makeBundle({ typescript: value.typescript, map: value.map, runtime: runtimeEntry() });
    contents.set("program.mjs", made.program).set("program.mjs.map", made.map);
  }

  const help = "Choose another folder with `-o` (`--build-dir` for runs).";
  // The record names hashes of what is written; without it, or with files that differ, the next build starts over.
  const files = [...contents].map(([name, content]) => [name, hash(content)] as const);
  for (const [name, content] of contents) writeFile(join(outDir, name), content, help);
  if (key !== null) writeFile(join(outDir, RECORD), `${JSON.stringify({ key, files: Object.fromEntries(files) }, null, 2)}\n`, help);
  return { outDir, bundle, written: [...contents.keys()].map((name) => join(outDir, name)), dump: value.irAfter };
}

/** Everything that the result depends on; null where sop itself may have changed unseen. */
function buildKey(program: OpenProgram, outDir: string, emit: readonly EmitKind[]): string | null {
  if (buildId === null) return null;
  const texts = [...program.host.texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => [path, hash(text)]);
  return hash(JSON.stringify([buildId, process.versions.node.split(".")[0], program.file, toSource(outDir, program.file), [...emit].sort(), texts]));
}

function isUpToDate(outDir: string, key: string): boolean {
  try {
    const record: unknown = JSON.parse(readFileSync(join(outDir, RECORD), "utf8"));
    if (typeof record !== "object" || record === null || !("key" in record) || record.key !== key || !("files" in record)) return false;
    const { files } = record;
    if (typeof files !== "object" || files === null) return false;
    return Object.entries(files).every(([name, expected]) => hash(readFileSync(join(outDir, name))) === expected);
  } catch {
    return false;
  }
}

/** From the folder of the built program to that of the `.sop` file, with forward slashes: data and runs are found there. */
function toSource(outDir: string, file: string): string {
  const path = relative(resolve(outDir), dirname(resolve(file)));
  return path === "" ? "." : path.split(sep).join("/");
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
