// A process that takes training steps on demand: asked for a number of steps, it answers with their milliseconds. Variants that are compared
// live in processes of their own and take turns, so that each has its own compiled code and all see the same machine.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Milliseconds that steps took: of the clock, and of the processor. */
export interface Took {
  readonly wall: number;
  readonly cpu: number;
}

export interface Worker {
  readonly name: string;
  readonly time: (steps: number) => Promise<Took>;
  readonly end: () => void;
}

/** Starts a worker and waits until it is ready; null where it cannot start. */
export async function startWorker(name: string, command: string, args: readonly string[]): Promise<Worker | null> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" } });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  child.on("error", (error) => (errors += error.message));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await lines.next();
  if (ready.done === true || ready.value !== "ready") {
    child.kill();
    process.stderr.write(`${name} does not start: ${errors.trim().split("\n").at(-1) ?? ""}\n`);
    return null;
  }
  return {
    name,
    time: async (steps) => {
      child.stdin.write(`${steps}\n`);
      const answer = await lines.next();
      if (answer.done === true) throw new Error(`${name} ended: ${errors}`);
      const [wall = NaN, cpu = NaN] = answer.value.split(" ").map(Number);
      return { wall, cpu };
    },
    end: () => void child.kill(),
  };
}
