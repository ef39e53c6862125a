// The `sop` command: runs one command, turns what stopped it into text and an exit code.
// 0 fine, 1 the program has errors or something failed, 2 wrong usage, 3 a fault of sop itself, 130 interrupted.

import { printableMessage } from "../diagnostics/printable.js";
import { commandLine } from "./command-line.js";
import { Failure } from "./failure.js";
import { reportFault } from "./fault.js";
import { processTerminal } from "./terminal.js";

/** Runs the command line; sets the exit code of the process rather than leaving, so that all output is written. */
export async function main(words: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  // A reader that leaves early (`sop explain | head`) is no fault.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  const fault = (error: unknown): never => {
    reportFault(terminal, error);
    process.exit(3);
  };
  process.on("uncaughtException", fault);
  process.on("unhandledRejection", fault);

  try {
    process.exitCode = await commandLine(words, terminal);
  } catch (error) {
    if (error instanceof Failure) {
      terminal.err(`${terminal.paint.error("error")}: ${printableMessage(error.message)}\n`);
      if (error.help !== null) terminal.err(`${terminal.paint.help("help")}: ${printableMessage(error.help)}\n`);
      process.exitCode = error.exitCode;
    } else {
      reportFault(terminal, error);
      process.exitCode = 3;
    }
  }
}
