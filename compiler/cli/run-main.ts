// What every command has around it: the standard streams, what stopped it as text and an exit code, and the end of the process.
// 0 fine, 1 the program has errors or something failed, 2 wrong usage, 3 a fault of sop itself, 130 interrupted.

import { printableMessage } from "../diagnostics/printable.js";
import { Failure, systemReason } from "./failure.js";
import { reportFault } from "./fault.js";
import { Output } from "./output.js";
import { terminalOver, type Terminal } from "./terminal.js";

/** Runs a command and leaves with the exit code that it gives once all output is written. */
export async function runMain(command: (terminal: Terminal, outputs: readonly Output[]) => number | Promise<number>): Promise<void> {
  // A reader that leaves early (`sop explain | head`) is no fault; a disk that is full is to be told of.
  const out = new Output("stdout", (error) => {
    const reason = systemReason(error);
    if (reason !== null && !isCode(error, "EPIPE")) {
      terminal.err(`${terminal.paint.error("error")}: standard output cannot be written: ${reason}\n`);
      process.exit(1);
    }
    process.exit(process.exitCode ?? 0);
  });
  const err = new Output("stderr", () => undefined);
  const terminal = await terminalOver(out, err);
  const stop = (error: unknown): never => process.exit(tell(error, terminal));
  process.on("uncaughtException", stop);
  process.on("unhandledRejection", stop);

  try {
    process.exitCode = await command(terminal, [out, err]);
  } catch (error) {
    process.exitCode = tell(error, terminal);
  }
  // Leaving by itself the process would wait for what V8 compiles in the background.
  await Promise.all([out.written(), err.written()]);
  process.exit();
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
