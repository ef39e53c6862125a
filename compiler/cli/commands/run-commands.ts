// `sop train`, `eval`, `predict`, `export` and `prove`: check, build unless that is up to date, and hand over to the program's own command line.

import { suggest } from "../../diagnostics/suggest.js";
import { buildProgram } from "../build-program.js";
import { Failure } from "../failure.js";
import { sourceAndRest } from "../find-source.js";
import { openProgram } from "../open-program.js";
import { runProgram } from "../run-program.js";
import type { Terminal } from "../terminal.js";

export interface RunOptions {
  readonly buildDir?: string;
}

/** Builds the program that `words` name and runs one of its commands with the runs among them and `flags`. */
export async function runCommand(
  command: "train" | "eval" | "predict" | "export" | "prove",
  words: readonly string[],
  flags: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<number> {
  const { file, rest } = sourceAndRest(words);
  const program = openProgram(file, terminal);
  const names = program.model.runs.map((run) => run.name);
  if (names.length === 0) throw new Failure(`\`${file}\` has no \`train\` declaration`, "Declare a run: `train name: Model on data { ... }`.");
  for (const run of rest) if (!names.includes(run)) throw unknownRun(run, names, file);
  if (command !== "train" && command !== "prove" && rest.length !== 1) {
    // With a single run there is nothing to choose.
    const [only, ...others] = names;
    if (rest.length > 1 || only === undefined || others.length > 0) {
      throw new Failure(`\`sop ${command}\` takes one run of \`${file}\`, ${rest.length} were given`, `Name one of: ${names.slice(0, 20).join(", ")}.`, 2);
    }
    return runBuilt([command, only, ...flags]);
  }
  return runBuilt([command, ...rest, ...flags]);

  async function runBuilt(args: readonly string[]): Promise<number> {
    const built = await buildProgram(program, { outDir: options.buildDir, emit: ["ts", "bundle"], verify: false, dumpAfter: null });
    return runProgram(built.bundle, args);
  }
}

function unknownRun(run: string, names: readonly string[], file: string): Failure {
  const near = suggest(run, names);
  const help = near === null ? `Name one of: ${names.slice(0, 20).join(", ")}.` : `Did you mean \`${near}\`?`;
  return new Failure(`\`${file}\` has no run \`${run.slice(0, 100)}\``, help, 2);
}
