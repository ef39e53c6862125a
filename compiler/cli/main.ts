// The `sop` command: any but the language server and a plain check, which have scripts of their own.

import { commandLine } from "./command-line.js";
import type { ImportModule } from "./commands/backends.js";
import { runMain } from "./run-main.js";

/** Runs the command line and leaves with its exit code. */
export async function main(words: readonly string[], importModule: ImportModule): Promise<void> {
  await runMain((terminal, outputs) => {
    // What a command runs may write to Node's streams itself.
    for (const output of outputs) output.open();
    return commandLine(words, terminal, importModule);
  });
}
