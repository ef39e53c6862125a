// Takes steps whose gradient is that of several batches (`accumulate`, or a batch of its own for each stage), one batch at a time: a batch's
// loss and gradients are added to sums, and the step's end takes the sums. Each of the two is captured where the backend can, so that
// neither memory nor what is compiled grows with the number of batches.

import * as tf from "@tensorflow/tfjs-core";
import type { Capture } from "../backends/capture.js";
import { gatherBatch, type Batch, type DataOrder, type Part } from "../data/batches.js";
import type { Column } from "../data/load.js";
import type { BatchStatistics } from "../mode.js";
import { lossOf, type Run } from "../program/run.js";
import { prefixed, scalar } from "./evaluate.js";
import type { Recorded, Replays } from "./replays.js";
import { at, slopeAt, type Slope } from "./slope.js";
import { StepInputs, type StepNumbers } from "./step-numbers.js";
import { endStep, weightsAfter } from "./step.js";
import type { StepTaken } from "./stepper.js";
import type { Training } from "./training.js";

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** What adding a batch gave. */
interface Added {
  /** The sums that it changed. */
  readonly sums: Record<string, tf.Tensor>;
  readonly terms: Tensors;
}

export class PartedStepper {
  /** By stage: `<stage> loss`, `<stage> gradient <path>`, and of the first `mean <path>` and `variance <path>`. A batch counts by its rows, a full one once. */
  private sums: Record<string, tf.Tensor> = {};
  /** What batch norms recorded, without the tensors: the same in each batch. */
  private recordings: Readonly<Record<string, Omit<BatchStatistics, "mean" | "variance">>> = {};

  constructor(
    private readonly run: Run,
    private readonly training: Training,
    private readonly columns: Readonly<Record<string, Column>>,
    private readonly order: DataOrder,
    private readonly replays: Replays,
  ) {}

  /** Takes the next step. If its loss or gradient is not finite it changes nothing but the count of steps. */
  async take(capture: Capture | null): Promise<StepTaken> {
    if (Object.keys(this.sums).length === 0) this.sums = this.zeros();
    const taken = (capture === null ? null : this.replayed(capture)) ?? (await this.traced());
    // The sums are not finite either, and the next step's must be.
    if (!Number.isFinite(taken.loss) || !Number.isFinite(taken.gradientNorm)) this.dispose();
    return taken;
  }

  /** Frees the sums; what was captured on them is over. */
  dispose(): void {
    this.replays.drop();
    tf.dispose(Object.values(this.sums));
    this.sums = {};
  }

  private replayed(capture: Capture): StepTaken | null {
    const { step } = this.training;
    const terms = new Terms();
    for (const part of this.order.partsAt(step)) {
      const { index, stage, rows } = part;
      const replay = this.replays.get(capture, `part ${stage} ${rows.length}`, 1, (round) => this.recordedPart(step + round, part));
      if (replay === null) return null;
      const [outputs = {}] = this.replays.run(replay, [{ step, part: index, rows }]);
      terms.add(part, Object.entries(outputs).map(([name, values]) => [name, values[0] ?? NaN]));
      replay.captured.commit();
      this.check(replay.captured.audit());
    }
    const end = this.replays.get(capture, "end", 1, (round, mayUpdate) => this.recordedEnd(step + round, mayUpdate));
    if (end === null) return null;
    const [outputs = {}] = this.replays.run(end, [{ step, part: 0, rows: Int32Array.of() }]);
    const [loss, gradientNorm] = [outputs["loss"]?.[0] ?? NaN, outputs["norm"]?.[0] ?? NaN];
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) end.captured.commit();
    this.training.advance(1);
    this.check(end.captured.audit());
    return { loss, gradientNorm, terms: terms.means, rate: this.training.rateAt(step) };
  }

  private check(difference: string | null): void {
    if (difference !== null) throw new Error(`the captured step of \`${this.run.name}\` was wrong: ${difference}`);
  }

  private recordedPart(step: number, part: Part): Recorded {
    const numbers = new StepInputs(step, part.index);
    const batch = gatherBatch(this.columns, part.rows);
    const state = { ...this.training.tensors(), ...this.sums };
    const { sums, terms } = this.added(step, numbers, part, batch);
    return { recording: { state, next: { ...state, ...sums }, inputs: { ...prefixed("data", batch), ...prefixed("numbers", numbers.tensors) }, outputs: terms }, numbers: numbers.makers };
  }

  private recordedEnd(step: number, mayUpdate: boolean): Recorded {
    const numbers = new StepInputs(step);
    const own = this.training.tensors();
    tf.engine().startScope();
    try {
      const { next, loss, gradientNorm } = endStep(this.training.settings, { state: own, step, numbers, isGuarded: false, mayUpdate }, this.slopes(numbers, this.order.stages));
      for (const tensor of [loss, gradientNorm, ...Object.values(next)]) tf.keep(tensor);
      return { recording: { state: { ...own, ...this.sums }, next: { ...next, ...this.sums }, inputs: prefixed("numbers", numbers.tensors), outputs: { loss, norm: gradientNorm } }, numbers: numbers.makers };
    } finally {
      tf.engine().endScope();
    }
  }

  private async traced(): Promise<StepTaken> {
    // It makes new tensors: what was captured on the old ones is over.
    this.replays.drop();
    const { step } = this.training;
    const terms = new Terms();
    for (const part of this.order.partsAt(step)) {
      const numbers = new StepInputs(step, part.index);
      const batch = gatherBatch(this.columns, part.rows);
      const { sums, terms: own } = this.added(step, numbers, part, batch);
      for (const name of Object.keys(sums)) this.sums[name]?.dispose();
      this.sums = { ...this.sums, ...sums };
      // Reading them also lets a backend that works ahead do one batch at a time.
      const read: [string, number][] = [];
      for (const [name, term] of Object.entries(own)) read.push([name, await scalar(term)]);
      terms.add(part, read);
      tf.dispose(batch);
      numbers.dispose();
    }
    const descent = this.training.finish((numbers) => this.slopes(numbers, this.order.stages));
    const loss = await scalar(descent.loss);
    return { loss, gradientNorm: await scalar(descent.gradientNorm), terms: terms.means, rate: descent.rate };
  }

  /** Adds a batch to the sums of its stage; the result is the caller's. */
  private added(step: number, numbers: StepNumbers, { stage, rows }: Part, batch: Batch): Added {
    const { settings } = this.training;
    tf.engine().startScope();
    try {
      const context = { state: this.training.tensors(), step, numbers, isGuarded: false, mayUpdate: false };
      const weights = weightsAfter(settings, context, this.slopes(numbers, stage));
      const slope = slopeAt(settings, weights, numbers, lossOf(this.run, batch));
      const keep = numbers.tensor("keep", [], (which, part) => Float32Array.of(this.order.partsAt(which).find(({ index }) => index === part)?.isFirst === true ? 0 : 1));
      const weight = rows.length / this.run.batch;
      const sums: Record<string, tf.Tensor> = {};
      for (const [name, value] of Object.entries(flat(slope, stage))) sums[name] = tf.keep(tf.add(tf.mul(at(this.sums, name), keep), weight === 1 ? value : tf.mul(value, weight)));
      for (const term of Object.values(slope.terms)) tf.keep(term);
      if (stage === 0) this.recordings = Object.fromEntries(Object.entries(slope.statistics).map(([path, { momentum, count }]) => [path, { momentum, count }]));
      return { sums, terms: slope.terms };
    } finally {
      tf.engine().endScope();
    }
  }

  /** Means of the first stages, out of the sums. */
  private slopes(numbers: StepNumbers, count: number): readonly Slope[] {
    return Array.from({ length: count }, (_, stage) => {
      const share = numbers.tensor(`share ${stage}`, [], (step) => Float32Array.of(this.run.batch / (this.order.partsAt(step).find((part) => part.stage === stage)?.total ?? NaN)));
      const mean = (name: string): tf.Tensor => tf.mul(at(this.sums, `${stage} ${name}`), share);
      const paths = Object.entries(this.run.weights).flatMap(([path, { trainable }]) => (trainable ? [path] : []));
      return {
        loss: mean("loss"),
        terms: {},
        gradients: Object.fromEntries(paths.map((path) => [path, mean(`gradient ${path}`)])),
        statistics: stage > 0 ? {} : Object.fromEntries(Object.entries(this.recordings).map(([path, rest]) => [path, { ...rest, mean: mean(`mean ${path}`), variance: mean(`variance ${path}`) }])),
      };
    });
  }

  private zeros(): Record<string, tf.Tensor> {
    const zeros: Record<string, tf.Tensor> = {};
    const add = (name: string, shape: readonly number[]): void => void (zeros[name] = tf.keep(tf.zeros([...shape])));
    for (let stage = 0; stage < this.order.stages; stage++) {
      add(`${stage} loss`, []);
      for (const [path, { trainable, role, shape }] of Object.entries(this.run.weights)) {
        const [, owner, kind] = /^(.*)\.(mean|variance)$/.exec(path) ?? [];
        if (trainable) add(`${stage} gradient ${path}`, shape);
        else if (stage === 0 && role === "statistic" && owner !== undefined) add(`0 ${kind ?? ""} ${owner}`, shape);
      }
    }
    return zeros;
  }
}

/** What is summed of a batch, by the names of the sums. */
function flat({ loss, gradients, statistics }: Slope, stage: number): Tensors {
  const result: Record<string, tf.Tensor> = { [`${stage} loss`]: loss };
  for (const [path, gradient] of Object.entries(gradients)) result[`${stage} gradient ${path}`] = gradient;
  if (stage > 0) return result;
  for (const [path, { mean, variance }] of Object.entries(statistics)) Object.assign(result, { [`0 mean ${path}`]: mean, [`0 variance ${path}`]: variance });
  return result;
}

/** The terms of the loss, averaged over the rows of the first stage. */
class Terms {
  private readonly sums = new Map<string, number>();

  add({ stage, rows, total }: Part, values: readonly (readonly [string, number])[]): void {
    if (stage > 0) return;
    for (const [name, value] of values) this.sums.set(name, (this.sums.get(name) ?? 0) + (value * rows.length) / total);
  }

  get means(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.sums);
  }
}
