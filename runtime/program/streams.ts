// Standard output and error of a program's process, and what happens where nobody reads them any more.

import { systemCode, systemReason } from "./errors.js";
import type { Output } from "./output.js";

export interface ProcessOutput {
  readonly output: Output;
  /** Waits until everything is written; gives why results could not be written, as the second half of a sentence, or null. */
  readonly written: () => Promise<string | null>;
}

/**
 * The output of this process. A reader that leaves early (`| head`) is no fault: what it does not read goes nowhere, and a training goes on to
 * its end. Messages that cannot be written are lost, results that cannot be (a full disk) are told of at the end.
 */
export function processOutput(): ProcessOutput {
  let problem: string | null = null;
  process.stdout.on("error", (error: Error) => {
    if (systemCode(error) !== "EPIPE") problem ??= systemReason(error) ?? error.message;
  });
  process.stderr.on("error", () => undefined);
  return {
    output: { result: (line) => void process.stdout.write(`${line}\n`), terminal: process.stderr },
    written: async () => {
      await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
      // A stream tells of its error a turn after the callback.
      await new Promise((resolve) => setImmediate(resolve));
      return problem;
    },
  };
}
