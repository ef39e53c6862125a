// The state of one training run, and its steps. Nothing here reads a tensor back, so a backend may work ahead; the caller awaits what it
// wants to see.

import * as tf from "@tensorflow/tfjs-core";
import { installGradients } from "../backends/gradients.js";
import { evaluating, trainingMode } from "../mode.js";
import { diagnose, type OpAt } from "../tensor.js";
import { initialWeights, type Tensors, type WeightSpec, type WeightSpecs } from "../weights.js";
import { foldedWeight, initialAverages, shippedAverage } from "./average.js";
import { carriedMoments, slotsOf, type Carried } from "./carried.js";
import type { LossTerms, State, StepContext, TrainingSettings } from "./settings.js";
import { at, type Slope } from "./slope.js";
import { numbersOf, StepInputs, type StepNumbers } from "./step-numbers.js";
import { endStep, takeStep, type StepResult } from "./step.js";
import { mixedWeights } from "./update.js";
import { stageSlots } from "./walk.js";

export type { LossTerms, TrainingSettings } from "./settings.js";

/** What a step gives; the tensors are the caller's to read and to dispose. */
export interface Descent {
  /** The sum of the terms: a scalar. */
  readonly loss: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Tensor>>;
  /** Norm of the gradient of all weights, once per kernel set, before clipping: a scalar. */
  readonly gradientNorm: tf.Tensor;
  /** The learning rate of the step. */
  readonly rate: number;
}

export class Training<W extends WeightSpecs = WeightSpecs> {
  private state: State;
  private done = 0;
  /** While steps are taken that are looked at later: NaN after one that was not finite, else 0. */
  private spoiled: tf.Tensor | null = null;

  private given: TrainingSettings<W>;

  constructor(settings: TrainingSettings<W>) {
    installGradients();
    const { weights, optimizer, seed, sourceMoments } = settings;
    const carried: Carried = sourceMoments === undefined ? { state: {}, counts: {} } : carriedMoments(settings, sourceMoments);
    this.given = { ...settings, counts: carried.counts };
    const state: Record<string, tf.Tensor> = {};
    for (const [path, value] of Object.entries(initialWeights(weights, seed, settings.sourceWeights))) state[`weights/${path}`] = value;
    for (const [path, spec] of Object.entries(weights)) {
      if (!spec.trainable) continue;
      for (const [slot, { shape }] of Object.entries(slotsOf(optimizer, spec))) {
        const name = `optimizer/${slot}/${path}`;
        const values = carried.state[name];
        state[name] = tf.keep(values === undefined ? tf.zeros([...shape]) : tf.tensor(values, [...shape]));
      }
    }
    for (const [name, shape] of Object.entries(stageSlots(optimizer.stages))) state[name] = tf.keep(tf.zeros([...shape]));
    if (settings.ema !== undefined) Object.assign(state, initialAverages(weights, state));
    this.state = state;
  }

  /** What a step is given, with the counts of steps that moments have behind them. */
  get settings(): TrainingSettings<W> {
    return this.given;
  }

  /** Steps that the moments of weights had behind them before the first step, by path. */
  get counts(): Readonly<Record<string, number>> {
    return this.given.counts ?? {};
  }

  /** Steps taken so far; the next step has this number. */
  get step(): number {
    return this.done;
  }

  /** The learning rate of a step. */
  rateAt(step: number): number {
    const { optimizer, totalSteps, stepsPerEpoch } = this.settings;
    return optimizer.schedule(step, { totalSteps, stepsPerEpoch });
  }

  /**
   * One step. If the loss or a gradient is not finite, nothing but the count of steps changes, so that `diagnose` can look at the same
   * weights.
   */
  descend(lossTerms: LossTerms<W>): Descent {
    return this.taken((context) => takeStep(this.settings, context, lossTerms));
  }

  /** The step whose gradients were taken elsewhere: `slopes` has those of each stage. As `descend`. */
  finish(slopes: (numbers: StepNumbers) => readonly Slope[]): Descent {
    return this.taken((context) => endStep(this.settings, context, slopes(context.numbers)));
  }

  private taken(take: (context: StepContext) => StepResult): Descent {
    const { state, done: step } = this;
    const numbers = new StepInputs(step);
    tf.engine().startScope();
    try {
      const { loss, terms, gradientNorm, next, spoiled } = take({ state, step, numbers, isGuarded: true, spoiled: this.spoiled, mayUpdate: false });
      for (const tensor of [loss, gradientNorm, ...Object.values(terms), ...Object.values(next)]) tf.keep(tensor);
      if (this.spoiled !== null && spoiled !== null) {
        this.spoiled.dispose();
        this.spoiled = tf.keep(spoiled);
      }
      for (const [name, tensor] of Object.entries(state)) if (next[name] !== tensor) tensor.dispose();
      this.state = next;
      this.done++;
      return { loss, terms, gradientNorm, rate: this.rateAt(step) };
    } finally {
      tf.engine().endScope();
      numbers.dispose();
    }
  }

  /** Steps are taken from here on that are looked at later: after one that was not finite, none changes the state. */
  begin(): void {
    this.settle();
    this.spoiled = tf.keep(tf.scalar(0));
  }

  /** They were looked at. Those that follow one that was not finite were none: `step` is the next one's number. */
  end(step: number): void {
    this.settle();
    this.done = step;
  }

  private settle(): void {
    this.spoiled?.dispose();
    this.spoiled = null;
  }

  /** Counts steps that were taken on `tensors()` by someone else. */
  advance(steps: number): void {
    this.done += steps;
  }

  /** Runs the loss of the last step again (of several batches that of the `part`), on the weights and draws it had, and tells the first op with a NaN or an infinity. */
  diagnose(lossTerms: LossTerms<W>, part = 0): Promise<OpAt | null> {
    const numbers = numbersOf(Math.max(0, this.done - 1), part);
    return diagnose(() => lossTerms(mixedWeights(this.settings, this.state, numbers) as Tensors<W>, trainingMode(this.settings.seed, numbers, evaluating.record)));
  }

  /** The weights that ship: averaged, if the run keeps an average; kernel sets at p = 1/k, the others as they are. New tensors; the caller disposes them. */
  folded(): Record<string, tf.Tensor> {
    const { weights, ema } = this.settings;
    const result: Record<string, tf.Tensor> = {};
    for (const [path, spec] of Object.entries<WeightSpec>(weights)) {
      const folded = (): tf.Tensor => (ema === undefined || !spec.trainable ? foldedWeight(at(this.state, `weights/${path}`), spec) : shippedAverage(ema, this.state, path, spec, this.done));
      // A product with 1 keeps every bit and, unlike a clone, does not share memory that the next step may write to.
      result[path] = tf.tidy(() => tf.keep(tf.mul(folded(), 1)));
    }
    return result;
  }

  /** The whole state, for a checkpoint: `weights/<path>`, `optimizer/<slot>/<path>`, `average/<path>`. Live: read them before the next step. */
  tensors(): Record<string, tf.Tensor> {
    return { ...this.state };
  }

  /** Goes on from a state that `tensors` gave after `step` steps, with the `counts` of that training. The tensors are copied. Throws if one is missing or has another shape. */
  restore(state: Readonly<Record<string, tf.Tensor>>, step: number, counts: Readonly<Record<string, number>> = {}): void {
    const copy = (name: string, shape: readonly number[]): tf.Tensor => {
      const found = state[name];
      if (found === undefined) throw new Error(`the state has no \`${name}\``);
      if (!tf.util.arraysEqual(found.shape, [...shape])) throw new Error(`\`${name}\` has shape [${found.shape}] in the state and [${shape}] in the program`);
      return tf.tidy(() => tf.keep(tf.mul(found, 1)));
    };
    const next = Object.fromEntries(Object.entries(this.state).map(([name, tensor]) => [name, copy(name, tensor.shape)]));
    tf.dispose(Object.values(this.state));
    this.state = next;
    this.given = { ...this.given, counts };
    this.done = step;
  }

  /** Frees all tensors; the training is over. */
  dispose(): void {
    this.settle();
    tf.dispose(Object.values(this.state));
    this.state = {};
  }
}
