// Runs that are killed at random moments and go on, beside one that was not: in the folders `whole` and any other.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Placed } from "./compiled.js";

/** The folded model's file. */
export const bytes = (program: Placed, runs: string, run: string): Buffer => readFileSync(program.path("..", runs, run, "model.safetensors"));
const log = (program: Placed, runs: string, run: string): string => readFileSync(program.path("..", runs, run, "metrics.jsonl"), "utf8");
/** What `run.json` says. */
export const record = (program: Placed, runs: string, run: string): Record<string, unknown> => JSON.parse(readFileSync(program.path("..", runs, run, "run.json"), "utf8"));

/** The step of the latest checkpoint, -1 without any. */
function reached(program: Placed, runs: string, run: string): number {
  const folder = program.path("..", runs, run, "checkpoints");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Math.max(-1, ...names.map((name) => Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? -1)));
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Trains to the end, killed whenever some more checkpoints are there and a random moment has passed; gives the steps it went on from. */
export async function killedAgainAndAgain(program: Placed, backend: string, runs: string, run: string, kills: number): Promise<readonly number[]> {
  const resumed: number[] = [];
  for (let killed = 0; ; killed++) {
    const from = reached(program, runs, run);
    const started = program.start("train", run, "--quiet", "--backend", backend, "--runs-dir", runs);
    if (killed < kills) {
      const moment = 40 * Math.random();
      let over = false;
      void started.ended.then(() => (over = true));
      while (!over && reached(program, runs, run) < from + 7) await wait(2);
      await wait(moment);
      started.kill("SIGKILL");
    }
    const ended = await started.ended;
    const step = /goes on from step (\d+)/.exec(ended.err)?.[1];
    if (step !== undefined) resumed.push(Number(step));
    else if (from >= 0) assert.ok(existsSync(program.path("..", runs, run, "model.safetensors")), ended.err);
    if (ended.signal === "SIGKILL") continue;
    assert.is(ended.code, 0, ended.err);
    return resumed;
  }
}

/** Fails unless a run in the folder `runs` has the model, the log and the record of the one in `whole`. */
export function same(program: Placed, runs: string, run: string, how: string): void {
  assert.ok(bytes(program, runs, run).equals(bytes(program, "whole", run)), `${how}: the model differs`);
  assert.is(log(program, runs, run), log(program, "whole", run), `${how}: the log differs`);
  const [one, other] = [record(program, runs, run), record(program, "whole", run)];
  assert.equal(one, other, `${how}: the record differs`);
}
