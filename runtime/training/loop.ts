// The training loop: steps, evaluations, early stopping, checkpoints, and the folded model at the end. Everything that decides
// a number is a function of the step, so that a run that was killed and resumed gives the same bytes as one that was not.

import * as tf from "@tensorflow/tfjs-core";
import { checkTensors, readCheckpoint, writeCheckpoint, writeModel, type Checkpoint, type Position } from "../checkpoint/checkpoint.js";
import { describe, fromStored, toStored } from "../checkpoint/tensors.js";
import { DataOrder, stepsPerEpoch, TrainingBatches } from "../data/batches.js";
import type { LoadedDataset } from "../data/load.js";
import { stepsOf } from "../durations.js";
import type { SourceWeights } from "../initializers.js";
import type { MetricsLog } from "../logging/metrics-log.js";
import { readable } from "../logging/numbers.js";
import type { Progress } from "../logging/progress.js";
import { nearest } from "../program/nearest.js";
import { Interrupted, UserError } from "../program/errors.js";
import type { RunFolder } from "../program/run-folder.js";
import { divisionOf, lossOf, rowsPerStep, type Run } from "../program/run.js";
import { hasStalled, isBetter } from "./early-stopping.js";
import type { SourceMoments } from "./carried.js";
import { Evaluator, tick, type Evaluation } from "./evaluate.js";
import { needsRecalibration, recalibrate } from "./recalibrate.js";
import type { TrainingRows } from "./rows.js";
import { Stepper } from "./stepper.js";
import { Training } from "./training.js";

/** Checkpoints that stay when the program does not say how many. */
const keepByDefault = 3;

export interface LoopContext {
  readonly run: Run;
  readonly data: LoadedDataset;
  /** What steps are taken on. */
  readonly rows: TrainingRows;
  readonly folder: RunFolder;
  /** Identity that checkpoints carry. */
  readonly identity: string;
  readonly log: MetricsLog;
  readonly progress: Progress;
  /** Has Ctrl-C been pressed? Asked after each step. */
  readonly isInterrupted: () => boolean;
  /** Told the step of each checkpoint. */
  readonly saved: (step: number) => void;
  /** The `.sop` file, for messages. */
  readonly source: string;
  /** Evaluates the run's models; the caller's to dispose. */
  readonly evaluator: Evaluator;
  /** Steps after which the folded model is kept, since other runs start from it. */
  readonly snapshots?: readonly number[];
  /** Steps whose checkpoints stay, since other runs begin with the optimizer's state of them. */
  readonly keptSteps?: readonly number[];
  /** Stop after this step: no more of the run is needed. */
  readonly until?: number | null;
  /** Weights of trained models that the run starts from. */
  readonly sourceWeights?: SourceWeights | null;
  /** What their optimizers kept, if the run's begins with it. */
  readonly sourceMoments?: SourceMoments | null;
  /** Take this many steps at most, and evaluate as many batches: for `--smoke`. */
  readonly smoke: number | null;
}

export interface Trained {
  /** The folded model, statistics re-estimated. The caller disposes it. */
  readonly model: Record<string, tf.Tensor>;
  /** The step whose weights it has. */
  readonly modelStep: number;
  /** Steps taken. */
  readonly steps: number;
}

/** Steps of the whole run, on so many rows. */
export function totalSteps(run: Run, rows: number): number {
  const perEpoch = stepsPerEpoch(rows, rowsPerStep(run));
  return Math.max(1, stepsOf(run.length, { stepsPerEpoch: perEpoch, totalSteps: 0 }));
}

/** Trains from `start` (a checkpoint that `latestCheckpoint` found; null: from the beginning) to the end; null where it stopped at `until`. */
export async function train(context: LoopContext, start: Checkpoint | null): Promise<Trained | null> {
  const { run } = context;
  const { length } = context.rows.rows;
  const loop = new Loop(context, totalSteps(run, length), stepsPerEpoch(length, rowsPerStep(run)));
  try {
    if (start !== null) loop.restore(start);
    return await loop.run();
  } finally {
    loop.dispose();
  }
}

class Loop {
  private readonly training: Training;
  private readonly order: DataOrder;
  private readonly stepper: Stepper;
  private state: Pick<Position, "stopping" | "best" | "stopped"> = { stopping: null, best: null, stopped: false };
  private saved = -1;

  constructor(
    private readonly context: LoopContext,
    private readonly total: number,
    private readonly perEpoch: number,
  ) {
    const { seed, batch } = context.run;
    const { sourceWeights = null, sourceMoments = null } = context;
    this.training = new Training({ ...context.run, ...(sourceWeights === null ? {} : { sourceWeights }), ...(sourceMoments === null ? {} : { sourceMoments }), totalSteps: total, stepsPerEpoch: perEpoch });
    this.order = new DataOrder(context.rows.rows, batch, seed, divisionOf(context.run));
    this.stepper = new Stepper(context.run, this.training, context.rows.columns, this.order);
  }

  dispose(): void {
    this.stepper.forget();
    this.training.dispose();
  }

  restore(found: Checkpoint): void {
    const { position } = found;
    this.restoreTensors(found, this.context.folder.checkpoint(position.step));
    this.state = { stopping: position.stopping, best: position.best, stopped: position.stopped };
    this.saved = position.step;
  }

  private restoreTensors({ position, tensors }: Checkpoint, path: string): void {
    const expected = new Map(Object.entries(this.training.tensors()).map(([name, tensor]) => [name, describe(tensor)]));
    checkTensors(tensors, expected, path);
    const state = fromStored(tensors);
    this.training.restore(state, position.step, position.counts);
    this.stepper.forget();
    tf.dispose(state);
  }

  async run(): Promise<Trained | null> {
    const { run, folder, smoke, log, snapshots = [], keptSteps = [], until = null } = this.context;
    const end = Math.min(this.total, smoke ?? this.total);
    const pause = until === null || until >= end ? Infinity : until;
    const checkpointEvery = this.every(run.checkpoint.every ?? run.evaluate);
    const evaluateEvery = this.every(run.evaluate);
    while (this.training.step < Math.min(end, pause) && !this.state.stopped) {
      const { step: before } = this.training;
      await this.takeSteps(Math.min(end, pause, ...snapshots.filter((snapshot) => snapshot > before), ...[evaluateEvery, checkpointEvery].map((every) => (Math.floor(before / every) + 1) * every)));
      const step = this.training.step;
      if (snapshots.includes(step)) await this.snapshot(step);
      if (step % evaluateEvery === 0 || step === end) await this.evaluate(step);
      if (step % checkpointEvery === 0 || step === end || this.state.stopped || keptSteps.includes(step)) await this.checkpoint();
      if (this.context.isInterrupted() && step < end && !this.state.stopped) {
        await this.checkpoint();
        log.flush();
        throw new Interrupted(smoke === null ? `stopped at step ${step} of ${this.total}; the same command goes on from there` : "stopped");
      }
    }
    log.flush();
    if (this.training.step < end && !this.state.stopped) {
      await this.checkpoint();
      return null;
    }
    // Before the choice of the model, which may go back to an earlier step.
    const steps = this.training.step;
    const modelStep = await this.chooseModel();
    const model = await this.folded();
    folder.prune(run.checkpoint.keep ?? keepByDefault, steps, keptSteps);
    return { model, modelStep, steps };
  }

  /** Keeps the folded model, for runs that start from it. */
  private async snapshot(step: number): Promise<void> {
    const { folder, identity, run, smoke, log } = this.context;
    if (smoke !== null) return;
    // Who starts from it looks at the steps before.
    log.flush();
    const model = await this.folded();
    writeModel(folder.snapshot(step), identity, await toStored(model), run.segments);
    tf.dispose(model);
  }

  private every(duration: Run["evaluate"]): number {
    return Math.max(1, duration === null ? this.perEpoch : stepsOf(duration, { stepsPerEpoch: this.perEpoch, totalSteps: this.total }));
  }

  /** Takes steps up to `until`, as many as the backend takes in one go. */
  private async takeSteps(until: number): Promise<void> {
    const { log, progress } = this.context;
    const first = this.training.step;
    for (const [i, { loss, terms, gradientNorm, rate }] of (await this.stepper.take(until - first)).entries()) {
      const step = first + i;
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) throw await this.diverged(step, loss);
      const named = Object.entries(terms);
      const parts = named.length > 1 ? Object.fromEntries(named.map(([name, value]) => [`loss.${name}`, value])) : {};
      log.write({ step: step + 1, epoch: Math.floor(step / this.perEpoch) + 1, loss, ...parts, rate, gradient_norm: gradientNorm });
      progress.step(step + 1, loss);
    }
    await tick();
  }

  /** Which layer did it: runs the loss of the step once more, watched. */
  private async diverged(step: number, loss: number): Promise<UserError> {
    const { run, source, rows: { columns } } = this.context;
    // The first op of the step's loss whose result is not finite.
    let found: Awaited<ReturnType<Training["diagnose"]>> = null;
    for (const { rows, index } of this.order.partsAt(step)) {
      const batch = new TrainingBatches(columns, this.order, run.dataset.augment, run.seed).of(rows, step);
      found ??= await this.training.diagnose(lossOf(run, batch), index);
      tf.dispose(batch);
    }
    const place = found === null ? undefined : run.places[found.ordinal];
    const where =
      found === null
        ? "every layer's result is finite, its gradient is not"
        : place === undefined
          ? `the first result that is not finite is that of \`${found.op}\` in the loss`
          : `the first result that is not finite is that of \`${place[0]}\` (${source}:${place[1]})`;
    const subject = Number.isFinite(loss) ? "The gradient is not finite" : `The loss is ${Number.isNaN(loss) ? "not a number" : "infinite"}`;
    return new UserError(`${subject} at step ${step + 1} of \`${run.name}\`: ${where}.`, "Lower the learning rate, clip the gradient (`clip norm 1.0`), or look at the data.");
  }

  /** Evaluates the folded model on the validation split; early stopping and the best checkpoint follow. */
  private async evaluate(step: number): Promise<void> {
    const { run, data, log, progress, smoke } = this.context;
    if (data.splits.valid.length === 0) {
      if (run.stop !== null || run.checkpoint.best !== null) throw noValidation(run);
      return;
    }
    const model = await this.folded();
    const found = await this.context.evaluator.evaluate(model, "valid", smoke ?? Infinity);
    tf.dispose(model);
    const values = Object.entries(found.values);
    log.write({ step, epoch: Math.ceil(step / this.perEpoch), ...Object.fromEntries(values.map(([name, value]) => [`valid.${name}`, Number.isFinite(value) ? value : null])) });
    log.flush();
    const shown = values.map(([name, value]) => `valid.${name} ${readable(value)}`);
    const [last] = shown.slice(-1);
    progress.evaluated(`${run.name}: step ${step}/${this.total}, ${shown.join(", ")}`, last ?? "");
    if (run.stop !== null) this.follow(run.stop.metric, run.stop.patience, found, step);
    if (run.checkpoint.best !== null) await this.keepBest(run.checkpoint.best, found, step);
  }

  private follow(name: string, patience: NonNullable<Run["stop"]>["patience"], found: Evaluation, step: number): void {
    const { value, direction } = metricOf(name, found);
    if (isBetter(value, this.state.stopping, direction)) this.state = { ...this.state, stopping: { value, step } };
    if (!hasStalled(this.state.stopping, step, stepsOf(patience, { stepsPerEpoch: this.perEpoch, totalSteps: this.total }))) return;
    if (step >= this.total) return;
    this.state = { ...this.state, stopped: true };
    this.context.progress.note(`${this.context.run.name}: stops at step ${step}: ${name} has not improved since step ${this.state.stopping?.step ?? 0} (${readable(this.state.stopping?.value ?? NaN)})`);
  }

  private async keepBest(name: string, found: Evaluation, step: number): Promise<void> {
    const { value, direction } = metricOf(name, found);
    if (!isBetter(value, this.state.best, direction)) return;
    this.state = { ...this.state, best: { value, step } };
    await this.write(this.context.folder.best);
  }

  private async checkpoint(): Promise<void> {
    const { run, folder, log, keptSteps = [] } = this.context;
    if (this.saved === this.training.step) return;
    log.flush();
    await this.write(folder.checkpoint(this.training.step));
    this.saved = this.training.step;
    this.context.saved(this.saved);
    folder.prune(run.checkpoint.keep ?? keepByDefault, this.saved, keptSteps);
  }

  private async write(path: string): Promise<void> {
    const { counts } = this.training;
    const position = { identity: this.context.identity, step: this.training.step, ...this.state, ...(Object.keys(counts).length === 0 ? {} : { counts }) };
    writeCheckpoint(path, { position, tensors: await toStored(this.training.tensors()) });
  }

  /** Goes back to the best checkpoint if the run is to ship that; gives the step of the weights. */
  private async chooseModel(): Promise<number> {
    const { best } = this.state;
    if (best === null || best.step === this.training.step) return this.training.step;
    const found = readCheckpoint(this.context.folder.best);
    if (found === null || found.position.identity !== this.context.identity || found.position.step !== best.step) {
      throw new UserError(`\`${this.context.folder.best}\` is not the checkpoint of step ${best.step} that this run wrote.`, "Train again with `--fresh`.");
    }
    this.restoreTensors(found, this.context.folder.best);
    return best.step;
  }

  private async folded(): Promise<Record<string, tf.Tensor>> {
    const { run, data } = this.context;
    const model = this.training.folded();
    if (needsRecalibration(run)) await recalibrate(run, model, data);
    return model;
  }
}

/** The value that `valid.accuracy` names, and its direction. */
function metricOf(name: string, found: Evaluation): { readonly value: number; readonly direction: "higher" | "lower" } {
  const key = name.replace(/^valid\./, "");
  const value = found.values[key];
  if (value !== undefined) return { value, direction: found.directions[key] ?? "lower" };
  const names = Object.keys(found.values).map((one) => `valid.${one}`);
  const close = nearest(name, names);
  throw new UserError(`There is no metric \`${name}\`; there are ${names.map((one) => `\`${one}\``).join(", ")}.`, close === null ? null : `Write \`${close}\` if that is meant.`);
}

const noValidation = (run: Run): UserError =>
  new UserError(`\`${run.name}\` follows \`${run.stop?.metric ?? run.checkpoint.best ?? ""}\`, but \`${run.dataset.name}\` has no validation split.`, `Give \`${run.dataset.name}\` one: \`split train 80%, valid 10%, test 10%\`.`);
