// Variants that take turns: all are started and warmed, then each takes steps for a moment, in an order that rotates, again and again.

import { startWorker, type Failed, type Took, type Variant, type Worker } from "./worker.js";

export interface Plan {
  readonly threads: number;
  /** How often all processes start anew: how well V8 compiles a process differs from start to start by some percent. */
  readonly generations: number;
  /** Turns of each in a generation. */
  readonly rounds: number;
  /** Steps of a turn are a multiple of it: those that a GPU is given at once. */
  readonly together?: number;
}

/** Milliseconds of one turn. */
const turn = 200;
/** Milliseconds of steps that do not count: code is compiled, and compiled again. */
const warmUp = 2500;
/** A variant whose step takes longer has one turn in the first generation and no more. */
const slow = 1500;

/** What was found of a variant. */
export interface Measured {
  /** Times per step; the places of all lists are the same turns, empty where a slow one passed. */
  readonly turns: (Took | undefined)[];
  /** What it runs on, if it tells. */
  device: string;
  /** Why it does not run. */
  failed: string | null;
}

export type Times = ReadonlyMap<string, Measured>;

/** Measures the variants beside each other. */
export async function takeTurns(variants: readonly Variant[], plan: Plan): Promise<Times> {
  const times: Times = new Map(variants.map(({ name }) => [name, { turns: [], device: "", failed: null }]));
  let left = variants;
  for (let i = 0; i < plan.generations; i++) {
    const isSlow = await generation(left, plan, times, i * plan.rounds);
    left = left.filter(({ name }) => !isSlow.has(name));
  }
  return times;
}

/** Adds the times of one generation, from the turn `first` on; gives the names of the slow ones and of those that do not run. */
async function generation(variants: readonly Variant[], { threads, rounds, together = 1 }: Plan, times: Times, first: number): Promise<ReadonlySet<string>> {
  const workers: Worker[] = [];
  const passing = new Set<string>();
  const pass = (name: string, failed: string): void => {
    passing.add(name);
    const own = times.get(name);
    if (own !== undefined) own.failed = failed;
  };
  try {
    for (const variant of variants) {
      const worker = await startWorker(variant, threads);
      const own = times.get(variant.name);
      if ("failed" in worker) pass(variant.name, worker.failed);
      else workers.push(worker);
      if ("device" in worker && own !== undefined) own.device = worker.device;
    }
    const perTurn = new Map<Worker, number>();
    for (const worker of workers) {
      const step = await warmed(worker, together);
      if (typeof step !== "number") pass(worker.name, step.failed);
      else perTurn.set(worker, together * Math.max(1, Math.min(500, Math.round(turn / step / together))));
      if (typeof step === "number" && step > slow) passing.add(worker.name);
    }
    const running = [...perTurn];
    for (let round = 0; round < rounds; round++) {
      const at = round % Math.max(1, running.length);
      for (const [worker, steps] of [...running.slice(at), ...running.slice(0, at)]) {
        if (round > 0 && passing.has(worker.name)) continue;
        const took = await worker.time(steps);
        const own = times.get(worker.name);
        if ("failed" in took) pass(worker.name, took.failed);
        else if (own !== undefined) own.turns[first + round] = { wall: took.wall / steps, cpu: took.cpu / steps };
      }
    }
  } finally {
    for (const worker of workers) worker.end();
  }
  return passing;
}

/** Takes steps that do not count; gives the milliseconds of one of the last. */
async function warmed(worker: Worker, together: number): Promise<number | Failed> {
  if (together > 1) {
    // A GPU's programs are compiled in them: they do not say that it is slow.
    const took = await worker.time(together);
    if ("failed" in took) return took;
  }
  let latest = 0;
  for (let warm = 0; warm < warmUp && latest < slow; ) {
    const steps = latest === 0 ? together : together * Math.max(1, Math.min(50, Math.round(turn / latest / together)));
    const took = await worker.time(steps);
    if ("failed" in took) return took;
    warm += took.wall;
    latest = took.wall / steps;
  }
  return latest;
}
