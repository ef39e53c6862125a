// Variants that take turns: all are started and warmed, then each takes steps for a moment, in an order that rotates, again and again.

import { startWorker, type Took, type Variant, type Worker } from "./worker.js";

export interface Plan {
  readonly threads: number;
  /** How often all processes start anew: how well V8 compiles a process differs from start to start by some percent. */
  readonly generations: number;
  /** Turns of each in a generation. */
  readonly rounds: number;
}

/** Milliseconds of one turn. */
const turn = 200;
/** Milliseconds of steps that do not count: code is compiled, and compiled again. */
const warmUp = 2500;
/** A variant whose step takes longer has one turn in the first generation and no more. */
const slow = 1500;

/** Times per step by variant; the places of the lists are the same turns, empty where a slow one passed. Those that do not start have none. */
export type Times = ReadonlyMap<string, readonly (Took | undefined)[]>;

/** Measures the variants beside each other. */
export async function takeTurns(variants: readonly Variant[], plan: Plan): Promise<Times> {
  const times = new Map<string, (Took | undefined)[]>(variants.map(({ name }) => [name, []]));
  let left = variants;
  for (let i = 0; i < plan.generations; i++) {
    const isSlow = await generation(left, plan, times, i * plan.rounds);
    left = left.filter(({ name }) => !isSlow.has(name));
  }
  return times;
}

/** Adds the times of one generation, from the turn `first` on; gives the names of the slow ones and of those that do not run. */
async function generation(variants: readonly Variant[], { threads, rounds }: Plan, times: ReadonlyMap<string, (Took | undefined)[]>, first: number): Promise<ReadonlySet<string>> {
  const workers: Worker[] = [];
  const passing = new Set<string>();
  try {
    for (const variant of variants) {
      const worker = await startWorker(variant, threads);
      if (worker === null) passing.add(variant.name);
      else workers.push(worker);
    }
    const perTurn = new Map<Worker, number>();
    for (const worker of workers) {
      const step = await warmed(worker);
      if (step === null) passing.add(worker.name);
      else perTurn.set(worker, Math.max(1, Math.min(500, Math.round(turn / step))));
      if (step !== null && step > slow) passing.add(worker.name);
    }
    const running = [...perTurn];
    for (let round = 0; round < rounds; round++) {
      const at = round % Math.max(1, running.length);
      for (const [worker, steps] of [...running.slice(at), ...running.slice(0, at)]) {
        const took = round > 0 && passing.has(worker.name) ? null : await worker.time(steps);
        const own = times.get(worker.name);
        if (own !== undefined && took !== null) own[first + round] = { wall: took.wall / steps, cpu: took.cpu / steps };
      }
    }
  } finally {
    for (const worker of workers) worker.end();
  }
  return passing;
}

/** Takes steps that do not count; gives the milliseconds of one of the last, or null if it does not run. */
async function warmed(worker: Worker): Promise<number | null> {
  let latest = 0;
  for (let warm = 0; warm < warmUp && latest < slow; ) {
    const steps = latest === 0 ? 1 : Math.max(1, Math.min(50, Math.round(turn / latest)));
    const took = await worker.time(steps);
    if (took === null) return null;
    warm += took.wall;
    latest = took.wall / steps;
  }
  return latest;
}
