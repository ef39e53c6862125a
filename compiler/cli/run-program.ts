// Runs a built program as a process of its own: same streams, its exit code, signals passed on.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { Failure } from "./failure.js";
import { packageRoot } from "./package-root.js";

/** What ends a program because someone wants it to end. */
const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Starts `node program.mjs <args>` and waits. The result is its exit code, 130 where an interrupt ended it; rejects with a Failure where
 * the system did. */
export function runProgram(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--enable-source-maps", program, ...args], { stdio: "inherit", env: { ...process.env, SOP_PACKAGE: join(packageRoot, "package.json") } });
    // Ctrl-C at a terminal reaches the program by itself; a second signal from here would mean "leave at once".
    const hasTerminal = process.stdin.isTTY === true || process.stdout.isTTY === true || process.stderr.isTTY === true;
    const passOn = (signal: NodeJS.Signals): void => {
      if (signal === "SIGINT" && hasTerminal) return;
      child.kill(signal);
    };
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
      if (code !== null) resolve(code);
      else if (signal === null || signals.includes(signal)) resolve(130);
      else reject(new Failure(`the program was ended by ${signal}`, "Look whether memory has run out; fewer rows (`take`) or a smaller model need less."));
    });
  });
}
