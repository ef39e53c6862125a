// The `sop` command: runs one command, turns what stopped it into text and an exit code.
// 0 fine, 1 the program has errors or something failed, 2 wrong usage, 3 a fault of sop itself, 130 interrupted.

import { printableMessage } from "../diagnostics/printable.js";
import { commandLine } from "./command-line.js";
import type { ImportModule } from "./commands/backends.js";
import { Failure, systemReason } from "./failure.js";
import { reportFault } from "./fault.js";
import { processTerminal, type Terminal } from "./terminal.js";

/** Runs the command line and leaves with its exit code once all output is written. */
export async function main(words: readonly string[], importModule: ImportModule): Promise<void> {
  const terminal = processTerminal();
  // A reader that leaves early (`sop explain | head`) is no fault; a disk that is full is to be told of.
  process.stdout.on("error", (error: Error) => {
    const reason = systemReason(error);
    if (reason !== null && !isCode(error, "EPIPE")) {
      terminal.err(`${terminal.paint.error("error")}: standard output cannot be written: ${reason}\n`);
      process.exit(1);
    }
    process.exit(process.exitCode ?? 0);
  });
  process.stderr.on("error", () => undefined);
  const stop = (error: unknown): never => process.exit(tell(error, terminal));
  process.on("uncaughtException", stop);
  process.on("unhandledRejection", stop);

  try {
    process.exitCode = await commandLine(words, terminal, importModule);
  } catch (error) {
    process.exitCode = tell(error, terminal);
  }
  // Leaving by itself the process would wait for what V8 compiles in the background.
  await Promise.all([process.stdout, process.stderr].map(written));
  process.exit();
}

/** When all that was written to a stream has left the process, or nobody reads it any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write("", () => resolve()));
}

/** Tells of what stopped a command; gives the exit code. */
function tell(error: unknown, terminal: Terminal): number {
  const failure = isCode(error, "ENOENT") && "syscall" in error && error.syscall === "uv_cwd" ? new Failure("the current folder does not exist any more", "Change to another folder.") : error;
  if (!(failure instanceof Failure)) {
    reportFault(terminal, failure);
    return 3;
  }
  terminal.err(`${terminal.paint.error("error")}: ${printableMessage(failure.message)}\n`);
  if (failure.help !== null) terminal.err(`${terminal.paint.help("help")}: ${printableMessage(failure.help)}\n`);
  return failure.exitCode;
}

function isCode(error: unknown, code: string): error is Error {
  return error instanceof Error && "code" in error && error.code === code;
}
