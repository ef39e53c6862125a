// `sop check` of files without flags, which editors and hooks ask for all day. A script of its own starts 15 ms sooner: it has no command line and no
// other command in it, so that esbuild wraps no module to be evaluated later.

import { checkCommand } from "./commands/check.js";
import { runMain } from "./run-main.js";

/** Checks the files behind the word `check` and leaves with the exit code. */
export async function main([, ...files]: readonly string[]): Promise<void> {
  await runMain((terminal) => checkCommand(files, { format: "text" }, terminal));
}
