// The plan of a training: what is done, what goes on, what begins and from what, in order.

import { grouped, stepsInWords } from "../logging/numbers.js";
import { totalSteps } from "../training/loop.js";
import { UserError } from "./errors.js";
import { movingLines, pacesOf } from "./moving-sources.js";
import type { Datasets, Program } from "./program.js";
import { folderOf } from "./program.js";
import { keptStepsOf, snapshotsOf, sourceRunsOf, withSources, type RunGraph } from "./run-graph.js";
import type { Run } from "./run.js";
import { ChangedRun, type RunFolder } from "./run-folder.js";
import type { RunRecord } from "./run-record.js";
import { carriedSourcesOf } from "./source-state.js";

export interface PlannedRun {
  readonly run: Run;
  readonly identity: string;
  /** Its result, or the model that others need, is there. */
  readonly isDone: boolean;
  /** Where it stops if only a step of it is needed. */
  readonly until: number | null;
  /** The last checkpoint, 0 if there is none. */
  readonly step: number;
  readonly steps: number;
}

/** All runs that `requested` need and have, sources first. With `fresh` the requested ones begin anew. Checks what can be wrong with sources. */
export async function planOf(program: Program, requested: readonly Run[], graph: RunGraph, datasets: Datasets, fresh: boolean): Promise<readonly PlannedRun[]> {
  const runs = withSources(requested);
  const planned: PlannedRun[] = [];
  const changed: Changed[] = [];
  for (const run of runs) {
    await graph.check(run);
    const data = await datasets.get(run.dataset);
    const identity = await graph.identity(run);
    const folder = folderOf(program, run);
    const record = fresh && requested.includes(run) ? null : recordOf(folder, identity, run, program, changed);
    const needed = runs.flatMap((other) => sourceRunsOf(other).filter((source) => source.run === run));
    const until = requested.includes(run) || needed.some(({ step }) => step === null) ? null : Math.max(...needed.map(({ step }) => step ?? 0));
    const isFinished = record?.status === "finished" && folder.hasModel();
    const isThere = (step: number): boolean => folder.hasSnapshot(step) && (!keptStepsOf(program, run).includes(step) || folder.checkpointSteps().includes(step));
    const isDone = record !== null && (until === null ? isFinished : snapshotsOf(program, run).filter((step) => step <= until).every(isThere));
    planned.push({ run, identity, isDone, until, step: record === null ? 0 : isFinished ? record.step : (folder.checkpointSteps()[0] ?? 0), steps: record?.steps ?? totalSteps(run, data.splits.train.length) });
  }
  if (changed.length > 0) throw toBeginAnew(program, changed, fresh ? requested : []);
  for (const each of planned) {
    await checkSteps(each, planned, graph, program);
    await checkMoments(each, planned, graph);
  }
  return planned;
}

/** A source that is beyond the step which a run begins with never comes to it again. */
async function checkSteps({ run, isDone, step }: PlannedRun, planned: readonly PlannedRun[], graph: RunGraph, program: Program): Promise<void> {
  if (isDone || step > 0) return;
  for (const source of sourceRunsOf(run)) {
    const found = planned.find((each) => each.run === source.run);
    if (source.step === null || found === undefined || folderOf(program, source.run).hasSnapshot(source.step)) continue;
    if (found.step > source.step || found.step === found.steps) await graph.trainedTensors(run, source.run, source.step);
  }
}

interface Changed {
  readonly run: Run;
  readonly error: ChangedRun;
}

function recordOf(folder: RunFolder, identity: string, run: Run, program: Program, changed: Changed[]): RunRecord | null {
  try {
    return folder.continued(identity, run.declaredIn?.file ?? program.source);
  } catch (error) {
    if (!(error instanceof ChangedRun)) throw error;
    changed.push({ run, error });
    return null;
  }
}

/** A source that changed changes all that start from it: one command for them together, where all can be named. */
function toBeginAnew(program: Program, changed: readonly Changed[], also: readonly Run[]): UserError {
  const runs = [...new Set([...changed.map(({ run }) => run), ...also])];
  const [first] = changed;
  if (first === undefined) throw new Error("no run has changed");
  if (runs.length === 1 || runs.some(({ declaredIn }) => declaredIn !== undefined)) return first.error;
  return new UserError(first.error.message, `Run \`sop train ${program.path} ${runs.map(({ name }) => name).join(" ")} --fresh\`, which moves the old folders aside and starts anew.`);
}

/** What a run begins with must be there, or still come: a source that is beyond its step leaves no checkpoint of it. */
async function checkMoments({ run, isDone, step }: PlannedRun, planned: readonly PlannedRun[], graph: RunGraph): Promise<void> {
  if (isDone || step > 0) return;
  for (const source of carriedSourcesOf(run)) {
    const found = planned.find((each) => each.run === source.run);
    if (found !== undefined && (found.isDone || found.step >= (source.step ?? Infinity))) await graph.state(run, source);
  }
}

/** The plan in lines. */
export function printPlan(plan: readonly PlannedRun[]): readonly string[] {
  const width = Math.max(...plan.map(({ run }) => run.name.length));
  return ["plan:", ...plan.map((planned) => `  ${planned.run.name.padEnd(width)}  ${describe(planned)}`)];
}

/** Warnings about sources that are trained already, of runs that have not begun. */
export function movingInPlan(program: Program, plan: readonly PlannedRun[]): readonly string[] {
  const done = new Set(plan.flatMap(({ run, isDone }) => (isDone ? [run] : [])));
  return plan.flatMap(({ run, isDone, step }) => {
    if (isDone || step > 0) return [];
    const trained = Object.entries(run.sources ?? {}).filter(([, source]) => "run" in source && done.has(source.run));
    return movingLines(run, pacesOf(program, { ...run, sources: Object.fromEntries(trained) }));
  });
}

function describe({ run, isDone, until, step, steps }: PlannedRun): string {
  const from = Object.keys(run.sources ?? {});
  const moments = carriedSourcesOf(run).length === 0 ? "" : " with their moments";
  const start = from.length === 0 ? "" : `starts from ${from.join(", ")}${moments}; `;
  if (isDone) return until === null ? "is done" : `is done as far as step ${grouped(until)}`;
  // All steps are taken, and the folder lacks what they lead to.
  if (step > 0 && step >= (until ?? steps)) return `has taken its ${stepsInWords(until ?? steps)}, and its result is left to be made`;
  const end = until === null ? stepsInWords(steps) : `${grouped(until)} of ${stepsInWords(steps)}`;
  return step > 0 ? `goes on from step ${grouped(step)}, ${end}` : `${start}${end}`;
}
