// The command line of a program in the test's own process: what a built program does between its arguments and its exit code, without the
// start of a process for each of many inputs. What concerns processes - streams, signals, folders that are gone - takes the real command.

import { runProgram } from "../../runtime/program/main.js";
import { runsOf } from "./compiled.js";
import type { Outcome } from "./sop.js";

export type Command = (...args: readonly string[]) => Promise<Outcome>;

/** Compiles a text; its commands run in `folder`, as those of the file there that has the text. */
export async function commandOf(text: string, folder: string, source: string): Promise<Command> {
  const runs = Object.values(await runsOf(text));
  return async (...args) => {
    let [stdout, stderr] = ["", ""];
    const output = {
      result: (line: string): void => void (stdout += `${line}\n`),
      terminal: { write: (text: string): boolean => ((stderr += text), true) },
    };
    const before = process.cwd();
    process.chdir(folder);
    try {
      return { status: await runProgram(args, { source, directory: ".", runs }, folder, "program.mjs", output), stdout, stderr };
    } finally {
      process.chdir(before);
    }
  };
}
