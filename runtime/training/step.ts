// One training step as a function: mix the kernel sets, loss and gradients at the mixture, clip, update. State goes in, the next state and
// what is to be seen come out. Nothing here reads a tensor, and what differs from step to step comes from `numbers`: so a backend may
// work ahead, or record the step once and replay it.

import * as tf from "@tensorflow/tfjs-core";
import { drawMixing, expectedSquareAt, foldMixing, mix, mixingShape } from "../methods/majority-kernels/mix.js";
import { linearFactors, perCopyFactors } from "../methods/majority-kernels/rates.js";
import { trainingMode, type BatchStatistics, type Mode } from "../mode.js";
import type { Optimizer, Slots, StepRates } from "../optimizers/optimizer.js";
import { startOps } from "../tensor.js";
import { storedShape, type Tensors, type WeightSpec, type WeightSpecs } from "../weights.js";
import { gradientScale, type Clip } from "./clipping.js";
import type { StepNumbers } from "./step-numbers.js";

export interface TrainingSettings<W extends WeightSpecs = WeightSpecs> {
  readonly weights: W;
  readonly optimizer: Optimizer;
  readonly clip: Clip | null;
  /** Adds l2 * W to the gradient of each kernel and embedding table (of a kernel set: of the mixed kernel). */
  readonly l2: number;
  /** Adds l1 * sign(W) to the gradient of the same weights; 0 unless given. */
  readonly l1?: number;
  readonly seed: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

/** The loss of a batch, term by term, from the weights that a forward pass takes. */
export type LossTerms<W extends WeightSpecs> = (weights: Tensors<W>, mode: Mode) => Readonly<Record<string, tf.Tensor>>;

/** Weights, moments and statistics: `weights/<path>`, `optimizer/<slot>/<path>`. */
export type State = Readonly<Record<string, tf.Tensor>>;

/** What a step takes beside the loss. */
export interface StepContext {
  readonly state: State;
  /** Its number, counted from 0: only for kernels that are never replayed. */
  readonly step: number;
  readonly numbers: StepNumbers;
  /** Must a step whose loss or gradient is not finite leave the state as it is? Else the caller sees to that. */
  readonly isGuarded: boolean;
  /** May weights and moments be changed by updates, after everything else? The step must then be captured. */
  readonly mayUpdate: boolean;
}

/** Tensors of the scope around; `next` holds every tensor of the state, the same one where it did not change or was changed in place. */
export interface StepResult {
  readonly next: Record<string, tf.Tensor>;
  /** The sum of the terms: a scalar. */
  readonly loss: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Tensor>>;
  /** Norm of the gradient of all weights, once per kernel set, before clipping: a scalar. */
  readonly gradientNorm: tf.Tensor;
}

/** One step. Throws what the loss throws. */
export function takeStep<W extends WeightSpecs>(settings: TrainingSettings<W>, context: StepContext, lossTerms: LossTerms<W>): StepResult {
  const { state, numbers, isGuarded } = context;
  const weights = mixedWeights(settings, state, numbers);
  const trained = Object.entries<WeightSpec>(settings.weights).filter(([, spec]) => spec.trainable);
  const statistics: { readonly path: string; readonly batch: BatchStatistics }[] = [];
  const mode = trainingMode(settings.seed, numbers, (path, batch) => {
    statistics.push({ path, batch: { ...batch, mean: tf.keep(batch.mean), variance: tf.keep(batch.variance) } });
  });
  const terms: Record<string, tf.Tensor> = {};
  const total = (): tf.Scalar => {
    startOps();
    const given = lossTerms(weights as Tensors<W>, mode);
    for (const [name, term] of Object.entries(given)) terms[name] = tf.keep(tf.clone(term));
    return sum(Object.values(given));
  };
  // A loss that depends on no weight at all is allowed: its gradients are zeros.
  const { value, grads } = tf.engine().gradients(total, trained.map(([path]) => at(weights, path)), undefined, true);
  const gradients = trained.map(([path, spec], i) => coupled(settings, spec, at(weights, path), grads[i]));
  const { scale, norm, clipped } = gradientScale(gradients, value, settings.clip, isGuarded);
  const next: Record<string, tf.Tensor> = { ...state };
  for (const [i, [path, spec]] of trained.entries()) {
    const gradient = clipped[i];
    if (gradient !== undefined) Object.assign(next, updated(settings, context, path, spec, gradient, scale));
  }
  for (const { path, batch } of statistics) Object.assign(next, learned(state, path, batch, scale, isGuarded));
  return { next, loss: value, terms, gradientNorm: norm };
}

/** The weights that a forward pass takes, kernel sets mixed by the step's draws. */
export function mixedWeights({ weights: specs, seed, totalSteps }: TrainingSettings, state: State, numbers: StepNumbers): Record<string, tf.Tensor> {
  const weights: Record<string, tf.Tensor> = {};
  for (const [path, spec] of Object.entries(specs)) {
    const value = at(state, `weights/${path}`);
    weights[path] = spec.set === null ? value : mix(value, mixingOf(path, spec, seed, totalSteps, numbers));
  }
  return weights;
}

/** Mixing weights of a step. What is not trained is used as it ships, and a plain weight is a set of one copy. */
function mixingOf(path: string, { set, shape, trainable }: WeightSpec, seed: number, totalSteps: number, numbers: StepNumbers): tf.Tensor {
  if (set === null) return tf.ones([1]);
  if (!trainable) return foldMixing(set, shape);
  return numbers.tensor(`mix ${path}`, mixingShape(set, shape), (step) => drawMixing(set, shape, path, seed, step, totalSteps));
}

/** G, with coupled decay; zeros where the loss does not depend on the weight. */
function coupled({ l1 = 0, l2 }: TrainingSettings, spec: WeightSpec, used: tf.Tensor, gradient: tf.Tensor | null | undefined): tf.Tensor {
  const own = gradient ?? tf.zerosLike(used);
  if (!isDecaying(spec.role)) return own;
  const decay = spec.l2 ?? l2;
  const withL2 = decay > 0 ? tf.add(own, tf.mul(used, decay)) : own;
  return l1 > 0 ? tf.add(withL2, tf.mul(tf.sign(used), l1)) : withL2;
}

/** A weight and its moments after the step, by their names in the state. */
function updated(settings: TrainingSettings, { state, step, numbers, mayUpdate }: StepContext, path: string, spec: WeightSpec, gradient: tf.Tensor, scale: tf.Tensor | null): Record<string, tf.Tensor> {
  const { optimizer, seed, totalSteps } = settings;
  const { set, shape } = spec;
  const value = at(state, `weights/${path}`);
  const copies = set?.copies ?? 1;
  const moments = set?.moments ?? "shared";
  const names = Object.keys(optimizer.slots({ shape, copies, moments }));
  const slots: Slots = Object.fromEntries(names.map((name) => [name, at(state, `optimizer/${name}/${path}`)]));
  const decays = optimizer.decay === "all" || isDecaying(spec.role);
  const ratesAt = (which: number): StepRates => ratesOf(settings, set, decays, which);
  // Weights with the same rates share their scalars.
  const group = `${decays} ${set === null ? "" : [set.rate, copies, set.moments, set.anneal, set.mix.expectedSquare(copies)].join(" ")}`;
  const after = optimizer.update({
    // A plain weight is a set of one copy.
    value: set === null ? tf.expandDims(value, 0) : value,
    shape,
    copies,
    moments,
    gradient,
    slots,
    p: mixingOf(path, spec, seed, totalSteps, numbers),
    scale,
    mayUpdate,
    rates: ratesAt(step),
    coefficient: (name, of) => numbers.tensor(`${name} ${group}`, [], (which) => Float32Array.of(of(ratesAt(which)))),
  });
  const result: Record<string, tf.Tensor> = {};
  // An update in place gives back a view of the same numbers.
  if (after.value.dataId !== value.dataId) result[`weights/${path}`] = tf.reshape(after.value, storedShape(spec));
  for (const [name, slot] of Object.entries(after.slots)) result[`optimizer/${name}/${path}`] = slot;
  return result;
}

function ratesOf({ optimizer, totalSteps, stepsPerEpoch }: TrainingSettings, set: WeightSpec["set"], decays: boolean, step: number): StepRates {
  const rate = optimizer.schedule(step, { totalSteps, stepsPerEpoch });
  const copies = set?.copies ?? 1;
  const expectedSquare = set === null ? 1 : expectedSquareAt(set, step, totalSteps);
  const rule = set?.rate ?? "unscaled";
  return {
    rate,
    linearFactor: linearFactors[rule](copies, expectedSquare),
    perCopyFactor: perCopyFactors[rule](copies, expectedSquare),
    keep: decays ? 1 - rate * optimizer.weightDecay : 1,
    count: step + 1,
  };
}

/** Stored statistics moved towards those of the batch. */
function learned(state: State, path: string, batch: BatchStatistics, scale: tf.Tensor | null, isGuarded: boolean): Record<string, tf.Tensor> {
  const result: Record<string, tf.Tensor> = {};
  for (const kind of ["mean", "variance"] as const) {
    const name = `weights/${path}.${kind}`;
    const old = at(state, name);
    const next = tf.add(tf.mul(old, batch.momentum), tf.mul(batch[kind], 1 - batch.momentum));
    result[name] = isGuarded && scale !== null ? tf.where(tf.isNaN(scale), old, next) : next;
    batch[kind].dispose();
  }
  return result;
}

/** Decay, decoupled or coupled, reaches weight matrices, filters and tables. */
function isDecaying(role: WeightSpec["role"]): boolean {
  return role === "kernel" || role === "embedding";
}

function at(tensors: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`no tensor \`${name}\``);
  return found;
}

function sum(terms: readonly tf.Tensor[]): tf.Scalar {
  const [first, ...rest] = terms;
  if (first === undefined) throw new Error("a loss has no terms");
  return tf.reshape(rest.reduce<tf.Tensor>((total, term) => tf.add(total, term), tf.clone(first)), []);
}
