// The checkpoints in a run's folder: the one to go on from, and that of a step.

import { readCheckpoint, type Checkpoint } from "../checkpoint/checkpoint.js";
import { UserError } from "./errors.js";
import type { RunFolder } from "./run-folder.js";

/** The latest sound checkpoint of the run, or null. Unsound ones are reported and passed over. */
export function latestCheckpoint(folder: RunFolder, identity: string, note: (line: string) => void): Checkpoint | null {
  const steps = folder.checkpointSteps();
  let problem: unknown = null;
  for (const step of steps) {
    try {
      const found = readCheckpoint(folder.checkpoint(step));
      if (found !== null && found.position.identity === identity) return found;
      problem = new UserError(`\`${folder.checkpoint(step)}\` belongs to another run.`, "Delete it, or train again with `--fresh`.");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problem = error;
    }
    if (problem instanceof UserError) note(`warning: ${problem.message} It is passed over.`);
  }
  if (problem !== null) throw problem;
  return null;
}

/** The checkpoint of a step of the run of that identity, the best one included; null if there is none. Throws a UserError if it is not sound. */
export function checkpointAt(folder: RunFolder, step: number, identity: string): Checkpoint | null {
  for (const path of [folder.checkpoint(step), folder.best]) {
    const found = readCheckpoint(path);
    if (found !== null && found.position.step === step && found.position.identity === identity) return found;
  }
  return null;
}
