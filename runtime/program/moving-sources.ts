// Sources that had not come to rest where a run starts from them: said before its first step.

import { loggedSteps } from "../logging/metrics-log.js";
import { movingPace, paceAtEnd } from "../methods/stationarity.js";
import { folderOf, type Program } from "./program.js";
import type { Run } from "./run.js";

/** Paces of a run's trained sources where it starts from them, by name. Files of weights have no log, and one that is not whole says nothing. */
export function pacesOf(program: Program, run: Run): ReadonlyMap<string, number> {
  const paces = new Map<string, number>();
  for (const [name, source] of Object.entries(run.sources ?? {})) {
    if (!("run" in source)) continue;
    const folder = folderOf(program, source.run);
    const step = source.step ?? folder.read()?.modelStep ?? null;
    const steps = step === null ? null : loggedSteps(folder.metrics, step);
    const pace = steps === null ? null : paceAtEnd(steps);
    if (pace !== null) paces.set(name, pace);
  }
  return paces;
}

/** A warning for each source that was still moving. */
export function movingLines(run: Run, paces: ReadonlyMap<string, number>): readonly string[] {
  return [...paces].flatMap(([name, pace]) => (pace < movingPace ? [] : [movingLine(run, name, pace)]));
}

function movingLine(run: Run, source: string, pace: number): string {
  return `warning: \`${run.name}\` starts from \`${source}\`, which was still moving: in the last fifth of its steps rate times gradient norm was ${pace.toFixed(2)} of what it was in its fastest fifth, expected below ${movingPace}. Train it longer, or let its rate decay.`;
}
