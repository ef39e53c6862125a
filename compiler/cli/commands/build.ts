// `sop build <file>`: the generated TypeScript and the bundled program; the IR on request.

import { passNames } from "../../passes/pipeline.js";
import { buildProgram } from "../build-program.js";
import { emitKinds } from "../emit-kinds.js";
import type { EmitKind } from "../emit-kinds.js";
import { Failure } from "../failure.js";
import { onlySource, sourcePath } from "../find-source.js";
import { openProgram } from "../open-program.js";
import type { Terminal } from "../terminal.js";

export interface BuildFlags {
  readonly out?: string;
  readonly emit?: readonly string[];
  readonly dumpAfter?: string;
  readonly verify?: boolean;
}

/** Builds and names what was written; with `--dump-after` prints the IR after that pass instead of naming files. */
export async function buildCommand(file: string | undefined, flags: BuildFlags, terminal: Terminal): Promise<number> {
  const pass = flags.dumpAfter;
  if (pass !== undefined && !passNames.includes(pass)) throw new Failure(`there is no pass \`${pass}\``, `Name one of: ${passNames.join(", ")}.`, 2);
  const named = flags.emit?.map(emitKind);
  const program = openProgram(file === undefined ? onlySource() : sourcePath(file), terminal);
  const hasRuns = program.model.runs.length > 0;
  if (!hasRuns && program.model.instances.length === 0) {
    throw new Failure(`\`${program.file}\` has no \`train\` declaration and no model with numbers for all sizes, so there is nothing to build`, "Declare a run: `train name: Model on data { ... }`.");
  }
  // Models alone are a library, not a program.
  const emit: readonly EmitKind[] = named ?? (hasRuns ? ["ts", "bundle"] : ["ts"]);
  if (!hasRuns && emit.includes("bundle")) throw new Failure(`\`${program.file}\` has no \`train\` declaration, so there is no program to bundle`, "Declare a run, or build with `--emit ts`.");
  const built = await buildProgram(program, { outDir: flags.out, emit, verify: flags.verify === true, dumpAfter: pass ?? null });
  if (built.dump !== null) terminal.out(built.dump);
  else if (built.written.length === 0) terminal.err(`${built.outDir} is up to date\n`);
  else for (const path of built.written) terminal.out(`${path}\n`);
  return 0;
}

function emitKind(word: string): EmitKind {
  const kind = emitKinds.find((name) => name === word);
  if (kind === undefined) throw new Failure(`\`--emit\` takes ${emitKinds.join(", ")}, found \`${word}\``, null, 2);
  return kind;
}
