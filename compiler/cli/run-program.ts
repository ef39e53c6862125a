// Runs a built program as a process of its own: same streams, its exit code, signals passed on.

import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Starts `node program.mjs <args>` and waits. The result is its exit code; 128 + n where signal n ended it. */
export function runProgram(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--enable-source-maps", program, ...args], { stdio: "inherit" });
    // Ctrl-C at a terminal reaches the program by itself; a second signal from here would mean "leave at once".
    const hasTerminal = process.stdin.isTTY === true || process.stdout.isTTY === true || process.stderr.isTTY === true;
    const passOn = (signal: NodeJS.Signals): void => {
      if (signal === "SIGINT" && hasTerminal) return;
      child.kill(signal);
    };
    const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, passOn);
    const done = (): void => {
      for (const signal of signals) process.off(signal, passOn);
    };
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("exit", (code, signal) => {
      done();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
