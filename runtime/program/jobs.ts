// Runs side by side: each in a process of its own, started when what it starts from is there.

import { spawn } from "node:child_process";
import { Interrupted, UserError } from "./errors.js";
import type { PlannedRun } from "./plan.js";
import { sourceRunsOf } from "./run-graph.js";
import type { Run } from "./run.js";

/** Trains what is not done of a plan, at most `jobs` runs at a time. `commandOf` gives the arguments that train one run alone. */
export async function trainSideBySide(plan: readonly PlannedRun[], jobs: number, commandOf: (planned: PlannedRun) => readonly string[]): Promise<void> {
  const waiting = new Set(plan.filter(({ isDone }) => !isDone));
  const running = new Map<Run, Promise<{ readonly run: Run; readonly code: number }>>();
  const failed: { readonly run: Run; readonly code: number }[] = [];
  const isOpen = (run: Run): boolean => running.has(run) || failed.some((one) => one.run === run) || [...waiting].some((planned) => planned.run === run);
  while (waiting.size > 0 || running.size > 0) {
    for (const planned of waiting) {
      if (failed.length > 0 || running.size >= jobs) break;
      if (sourceRunsOf(planned.run).some(({ run }) => isOpen(run))) continue;
      waiting.delete(planned);
      running.set(planned.run, trainAlone(planned.run, commandOf(planned)));
    }
    if (running.size === 0) break;
    const done = await Promise.race(running.values());
    running.delete(done.run);
    if (done.code !== 0) failed.push(done);
  }
  const [first] = failed;
  if (first === undefined) return;
  if (first.code === 130) throw new Interrupted("stopped; the same command goes on from there");
  throw new UserError(`\`${first.run.name}\` was not trained; what needs it was not started.`, "Look at the message above.");
}

function trainAlone(run: Run, args: readonly string[]): Promise<{ readonly run: Run; readonly code: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...args], { stdio: ["ignore", "inherit", "inherit"] });
    const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, passOn);
    const end = (): void => {
      for (const signal of signals) process.off(signal, passOn);
    };
    child.on("error", (error) => {
      end();
      reject(error);
    });
    child.on("exit", (code, signal) => {
      end();
      resolve({ run, code: code ?? (signal === null ? 1 : 130) });
    });
  });
}
