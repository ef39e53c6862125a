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
  /** Null if it has ended, which is said. */
  readonly time: (steps: number) => Promise<Took | null>;
  readonly end: () => void;
}

/** Starts a worker and waits until it is ready; null where it cannot start, which it says. */
export async function startWorker({ name, command, args }: Variant, threads: number): Promise<Worker | null> {
  const count = String(threads);
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count, SOP_PACKAGE: fileURLToPath(new URL("../../package.json", import.meta.url)) },
  });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  child.on("error", (error) => (errors += error.message));
  const closed = new Promise((resolve) => child.on("close", resolve));
  const failed = async (what: string): Promise<null> => {
    child.kill();
    await closed;
    process.stderr.write(`${name} ${what}: ${reason(errors)}\n`);
    return null;
  };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await lines.next();
  if (ready.done === true || ready.value !== "ready") return await failed("does not start");
  return {
    name,
    time: async (steps) => {
      child.stdin.write(`${steps}\n`);
      const answer = await lines.next();
      if (answer.done === true) return await failed("fails");
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
