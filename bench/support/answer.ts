// The side of a worker of the step benchmark that takes steps: as many as a line of standard input asks for; each answer is their
// milliseconds, of the clock and of the processor (of all threads).

import { createInterface } from "node:readline";

/** Takes steps, at least one and at most `most`, and waits for their losses, which it gives. */
export type Take = (most: number) => Promise<readonly number[]>;

/** Answers until standard input ends; `device` is what computes. Throws at a loss that is not finite. */
export async function answer(take: Take, device = ""): Promise<void> {
  process.stdout.write(`ready ${device}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const steps = Number(line);
    const [start, used] = [performance.now(), process.cpuUsage()];
    for (let taken = 0; taken < steps; ) {
      const losses = await take(steps - taken);
      taken += losses.length;
      if (losses.length === 0 || !losses.every(Number.isFinite)) throw new Error(`the losses are ${losses.join()}`);
    }
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    process.stdout.write(`${wall} ${(user + system) / 1000}\n`);
  }
}
