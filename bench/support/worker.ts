// A process that takes training steps on demand: asked for a number of steps, it answers with their milliseconds. Variants that are compared
// live in processes of their own and take turns, so that each has its own compiled code and all see the same machine.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Milliseconds that steps took: of the clock, and of the processor, all threads together. */
export interface Took {
  readonly wall: number;
  readonly cpu: number;
}

/** What is compared: a command that serves steps. */
export interface Variant {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface Worker {
  readonly name: string;
  /** What it runs on, if it tells. */
  readonly device: string;
  /** Why it has ended, if it has. */
  readonly time: (steps: number) => Promise<Took | Failed>;
  readonly end: () => void;
}

/** Why a worker does not run: the line of what it printed that says so. */
export interface Failed {
  readonly failed: string;
}

/** Starts a worker and waits until it is ready. */
export async function startWorker({ name, command, args }: Variant, threads: number): Promise<Worker | Failed> {
  const count = String(threads);
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { SOP_PACKAGE: fileURLToPath(new URL("../../package.json", import.meta.url)), ...process.env, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count },
  });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  child.on("error", (error) => (errors += error.message));
  const closed = new Promise((resolve) => child.on("close", resolve));
  const failure = async (): Promise<Failed> => {
    child.kill();
    await closed;
    return { failed: reason(errors) };
  };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await lines.next();
  const [, device] = /^ready ?(.*)$/.exec(ready.done === true ? "" : ready.value) ?? [];
  if (device === undefined) return await failure();
  return {
    name,
    device,
    time: async (steps) => {
      child.stdin.write(`${steps}\n`);
      const answer = await lines.next();
      if (answer.done === true) return await failure();
      const [wall = NaN, cpu = NaN] = answer.value.split(" ").map(Number);
      return { wall, cpu };
    },
    end: () => void child.kill(),
  };
}

/** The line of a stack trace that says what happened. */
function reason(errors: string): string {
  const lines = errors.trim().split("\n");
  return lines.find((line) => /^[A-Z]\w*( \[\w+\])?: /.test(line)) ?? lines.at(-1) ?? "";
}
