// `train`: takes runs to their end, what they start from first; skips what is done, goes on with what was interrupted.

import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { requireAligned } from "../../data/aligned.js";
import { DeviceFailure } from "../../backends/failure.js";
import { readCheckpoint, writeModel } from "../../checkpoint/checkpoint.js";
import type { StoredSelection } from "../../checkpoint/selection.js";
import { unwritable } from "../../checkpoint/files.js";
import { toStored } from "../../checkpoint/tensors.js";
import { splitNames } from "../../data/split.js";
import type { LoadedDataset } from "../../data/load.js";
import { MetricsLog } from "../../logging/metrics-log.js";
import { grouped, readable } from "../../logging/numbers.js";
import { progressOn } from "../../logging/progress.js";
import { Evaluator, type Evaluation } from "../../training/evaluate.js";
import { totalSteps, train, type LoopContext } from "../../training/loop.js";
import { trainingRows } from "../../training/rows.js";
import { selectRows } from "../../training/selection.js";
import { Interrupted, UserError } from "../errors.js";
import { trainSideBySide } from "../jobs.js";
import { recordedResults, resultLine, type Output } from "../output.js";
import { movingLines, pacesOf } from "../moving-sources.js";
import { movingInPlan, planOf, printPlan, type PlannedRun } from "../plan.js";
import { keptStepsOf, noWeights, RunGraph, snapshotsOf } from "../run-graph.js";
import { Datasets, folderOf, runOf, type Program } from "../program.js";
import { latestCheckpoint } from "../run-checkpoints.js";
import { RunFolder } from "../run-folder.js";
import type { RunRecord } from "../run-record.js";
import type { Run } from "../run.js";

export interface TrainOptions {
  /** Names of runs; none: all that the file declares, in order of the program. */
  readonly runs: readonly string[];
  /** The backend in use, for the record. */
  readonly backend: string;
  /** Two steps of each run in a folder that is thrown away. */
  readonly smoke: boolean;
  /** Moves a run's old folder aside and starts anew. */
  readonly fresh: boolean;
  readonly quiet: boolean;
  /** Says what would be trained. */
  readonly plan: boolean;
  /** How many runs may be trained at a time, each in a process of its own. */
  readonly jobs: number;
  /** The runs without what they start from, which must be trained. */
  readonly alone: boolean;
  /** Of a run alone: stop after this step. */
  readonly until: number | null;
  /** Flags that hold for runs in processes of their own, too. */
  readonly flags: readonly string[];
}

const smokeSteps = 2;
/** Rows that a smoke run chooses from. */
const smokeRows = 1000;
/** The first word of a command line that is no command is taken for a run. */
const commands = ["train", "eval", "predict", "export", "prove", "backends"];

export async function trainCommand(program: Program, options: TrainOptions, output: Output): Promise<void> {
  if (program.runs.length === 0) throw new UserError(`\`${program.source}\` has no runs.`, "Declare one: `train name: Model on data { ... }`.", 2);
  const named = options.runs.map((name) => runOf(program, name, commands));
  // Runs of other files are taken as far as those of this one need them.
  const runs = program.runs.filter((run) => (named.length === 0 ? run.declaredIn === undefined : named.includes(run)));
  const datasets = new Datasets(program, (line) => output.terminal.write(`${line}\n`));
  const graph = new RunGraph(program, datasets);
  if (options.smoke) {
    await listening(async (signals) => {
      for (const run of runs) await smoke(program, run, await rowsOf(run, datasets), graph, output, signals);
    });
    return;
  }
  const isChained = runs.some((run) => run.sources !== undefined);
  if (!options.plan && (options.alone || (!isChained && options.jobs === 1))) {
    await listening(async (signals) => {
      for (const run of runs) await trainRun(program, run, await rowsOf(run, datasets), { ...options, until: options.alone ? options.until : null }, graph, output, signals);
    });
    return;
  }
  const plan = await planOf(program, runs, graph, datasets, options.fresh);
  for (const { run } of plan) await rowsOf(run, datasets);
  for (const line of printPlan(plan)) (options.plan ? output.result : (text: string) => void output.terminal.write(`${text}\n`))(line);
  if (options.plan) {
    for (const line of movingInPlan(program, plan)) output.result(line);
    return;
  }
  if (options.jobs > 1) {
    const commandOf = ({ run, until }: PlannedRun): readonly string[] => ["train", run.name, "--alone", "--quiet", ...options.flags, ...(until === null ? [] : ["--until", String(until)]), ...(options.fresh && runs.includes(run) ? ["--fresh"] : [])];
    await trainSideBySide(plan, options.jobs, commandOf);
    return;
  }
  await listening(async (signals) => {
    for (const { run, until, isDone } of plan) {
      if (isDone && !runs.includes(run)) continue;
      await trainRun(program, run, await rowsOf(run, datasets), { ...options, fresh: options.fresh && runs.includes(run), until }, graph, output, signals);
    }
  });
}

/** The data of a run, with sequences that must be equally long checked. */
async function rowsOf(run: Run, datasets: Datasets): Promise<LoadedDataset> {
  const data = await datasets.get(run.dataset);
  requireAligned(run.aligned ?? [], data);
  return data;
}

async function listening(work: (signals: Signals) => Promise<void>): Promise<void> {
  const signals = listen();
  try {
    await work(signals);
  } finally {
    signals.end();
  }
}

interface Signals {
  readonly isInterrupted: () => boolean;
  readonly end: () => void;
}

const signalNames: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** One that is sent to a whole group of processes arrives several times: by itself, and from `sop` or `--jobs`, which pass theirs on. */
const onePressMs = 500;

/** The first Ctrl-C (or the end of the terminal) asks for a checkpoint, a second one leaves at once. */
function listen(): Signals {
  let first: number | null = null;
  const note = (): void => {
    if (first !== null && performance.now() - first > onePressMs) process.exit(130);
    first ??= performance.now();
  };
  for (const name of signalNames) process.on(name, note);
  return {
    isInterrupted: () => first !== null,
    end: () => {
      for (const name of signalNames) process.off(name, note);
    },
  };
}

async function trainRun(program: Program, run: Run, data: LoadedDataset, options: TrainOptions, graph: RunGraph, output: Output, signals: Signals): Promise<void> {
  const folder = folderOf(program, run);
  const note = (line: string): void => void output.terminal.write(`${line}\n`);
  const identity = await graph.identity(run);
  const sources = await graph.sourceIdentities(run);
  const file = run.declaredIn?.file ?? program.source;
  const shown = shortPath(folder.path);
  folder.claim(options.fresh ? (aside) => note(`${run.name}: the old run is now ${shortPath(aside)}`) : null);
  const release = (): void => folder.release();
  process.once("exit", release);
  try {
    const known = folder.continued(identity, file);
    if (known?.status === "finished" && folder.hasModel()) {
      output.result(`${run.name}: is done (${shown}); --fresh trains it again`);
      for (const line of recordedResults(run, known)) output.result(line);
      return;
    }
    const start = known === null ? null : latestCheckpoint(folder, identity, note);
    const step = start?.position.step ?? 0;
    if (step > 0) note(`${run.name}: goes on from step ${step}`);
    if (step > 0 && known !== null && known.backend !== options.backend) note(`${run.name}: the steps before were taken on the backend ${known.backend}, those to come are on ${options.backend}: last bits will differ`);
    const sourceWeights = run.sources === undefined ? null : start === null ? await graph.weights(run) : noWeights(run);
    const sourceMoments = start === null ? await graph.moments(run) : null;
    const paces = start === null ? pacesOf(program, run) : new Map<string, number>();
    movingLines(run, paces).forEach(note);
    const selection = await selectRows({ run, data, folder, identity, sourceWeights, sourceMoments, isUnderWay: step > 0, isInterrupted: signals.isInterrupted, smoke: null });
    if (selection !== null && step === 0) note(chosenLine(run, selection));
    const rows = trainingRows(run, data, selection);
    const steps = totalSteps(run, rows.rows.length);
    const recorded: RunRecord["selection"] = selection === null ? undefined : { method: selection.method, rows: selection.rows.length, of: selection.of, loss: Number.isFinite(selection.loss) ? selection.loss : null };
    const record = (status: RunRecord["status"], at: number, rest: Partial<RunRecord> = {}): void =>
      folder.write({ format: 1, run: run.name, model: run.model, file, identity, modelIdentity: run.modelIdentity, data: data.hash, seed: run.seed, backend: options.backend, status, step: at, steps, modelStep: null, results: {}, ...(Object.keys(sources).length === 0 ? {} : { sources }), fitted: data.fitted, ...(recorded === undefined ? {} : { selection: recorded }), ...rest });
    record("running", step);
    const progress = progressOn(output.terminal, run.name, steps, step, options.quiet);
    let reached = step;
    const saved = (at: number): void => void (reached = at);
    const context: LoopContext = { run, data, rows, folder, identity, log: MetricsLog.open(folder.metrics, step), progress, isInterrupted: signals.isInterrupted, saved, source: program.source, smoke: null, evaluator: new Evaluator(run, data), snapshots: snapshotsOf(program, run), keptSteps: keptStepsOf(program, run), until: options.until, sourceWeights, sourceMoments };
    if (paces.size > 0) context.log.write({ step, ...Object.fromEntries([...paces].map(([name, pace]) => [`pace.${name}`, pace])) });
    if (recorded !== undefined && step === 0) context.log.write({ step, "select.rows": recorded.rows, "select.of": recorded.of, "select.loss": recorded.loss });
    try {
      const trained = await train(context, start);
      progress.end();
      if (trained === null) {
        record("interrupted", reached);
        output.result(`${run.name}: stands at step ${reached} of ${steps}, as far as it is needed (${shown})`);
        return;
      }
      writeModel(folder.model, identity, await toStored(trained.model), run.segments);
      const results = await evaluateAll(context, trained.model, Infinity);
      tf.dispose(trained.model);
      record("finished", trained.steps, { modelStep: trained.modelStep, results: Object.fromEntries(results.flatMap(({ split, found }) => Object.entries(found.values).map(([name, value]) => [`${split}.${name}`, Number.isFinite(value) ? value : null]))) });
      for (const { split, found } of results) output.result(resultLine(run, split, found));
      output.result(`${run.name}: ${shown}`);
    } catch (error) {
      progress.end();
      if (error instanceof Interrupted || error instanceof UserError) {
        // What stopped the run may stop this, too; it is the first problem that is told.
        try {
          context.log.flush();
          record(error instanceof Interrupted ? "interrupted" : "failed", reached);
        } catch (other) {
          if (!(other instanceof UserError)) throw other;
        }
      }
      throw error instanceof DeviceFailure ? withWayOn(error, reached) : error;
    }
  } finally {
    process.off("exit", release);
    release();
  }
}

/** What is left of a run whose device failed. */
function withWayOn({ message, help }: DeviceFailure, reached: number): UserError {
  return new UserError(`${message} ${reached === 0 ? "No checkpoint was written before" : `The checkpoint of step ${reached} is kept: the same command goes on from there, on any backend`}.`, help);
}

/** `many: trains on 2,143 of 8,000 rows (sensitivity), which estimate the loss of all at 2.3026`. */
function chosenLine(run: Run, { method, rows, of, loss }: StoredSelection): string {
  return `${run.name}: trains on ${grouped(rows.length)} of ${grouped(of)} rows (${method}), which estimate the loss of all at ${readable(loss)}`;
}

/** Two steps with everything around them, in a folder that is deleted afterwards. */
async function smoke(program: Program, run: Run, data: LoadedDataset, graph: RunGraph, output: Output, signals: Signals): Promise<void> {
  const path = temporaryFolder();
  const folder = new RunFolder(path, run.name);
  folder.claim(null);
  try {
    const progress = progressOn({ write: () => true }, run.name, smokeSteps, 0, true);
    const identity = await graph.identity(run);
    const sourceWeights = run.sources === undefined ? null : await graph.untrainedWeights(run);
    const selection = await selectRows({ run, data, folder, identity, sourceWeights, sourceMoments: null, isUnderWay: false, isInterrupted: signals.isInterrupted, smoke: { rows: smokeRows, steps: smokeSteps } });
    const context: LoopContext = { run, data, rows: trainingRows(run, data, selection), folder, identity, log: MetricsLog.open(folder.metrics, 0), progress, isInterrupted: signals.isInterrupted, saved: () => undefined, source: program.source, smoke: smokeSteps, evaluator: new Evaluator(run, data), sourceWeights };
    const trained = await train(context, null);
    if (trained === null) throw new Error("a smoke run goes to its end");
    if (readCheckpoint(folder.checkpoint(trained.steps)) === null) throw new Error("the smoke run left no checkpoint");
    const results = await evaluateAll(context, trained.model, smokeSteps);
    tf.dispose(trained.model);
    const losses = results.map(({ split, found }) => `${split} loss ${readable(found.values["loss"] ?? NaN)}`);
    output.result(`${run.name}: ${trained.steps} steps, ${[...losses, "fine"].join(", ")} (smoke)`);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "sop-smoke-"));
  } catch (error) {
    throw unwritable(error, tmpdir(), "Name a folder that is there and writable with the variable `TMPDIR`.");
  }
}

/** Evaluates the folded model on the validation and the test split, where there are any. */
async function evaluateAll({ data, evaluator }: LoopContext, model: Record<string, tf.Tensor>, batches: number): Promise<readonly { readonly split: string; readonly found: Evaluation }[]> {
  const results: { readonly split: string; readonly found: Evaluation }[] = [];
  for (const split of splitNames) {
    if (split === "train" || data.splits[split].length === 0) continue;
    results.push({ split, found: await evaluator.evaluate(model, split, batches) });
  }
  evaluator.dispose();
  return results;
}

/** Relative to the working directory where that is not longer. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short !== "" && short.length < path.length ? short : path;
}
