// The state of one training run, and its step: mix the kernel sets, loss and gradients at the mixture, clip, update. Nothing here reads
// a tensor back, so a backend may work ahead; the caller awaits what it wants to see.

import * as tf from "@tensorflow/tfjs-core";
import { installGradients } from "../gradients.js";
import { drawMixing, foldMixing, mix } from "../methods/majority-kernels/mix.js";
import { linearFactors, perCopyFactors } from "../methods/majority-kernels/rates.js";
import { evaluating, trainingMode, type BatchStatistics, type Mode } from "../mode.js";
import type { Optimizer, Slots } from "../optimizers/optimizer.js";
import { diagnose, type OpAt } from "../tensor.js";
import { initialWeights, storedShape, type Tensors, type WeightSpec, type WeightSpecs } from "../weights.js";
import { gradientScale, type Clip } from "./clipping.js";

export interface TrainingSettings<W extends WeightSpecs = WeightSpecs> {
  readonly weights: W;
  readonly optimizer: Optimizer;
  readonly clip: Clip | null;
  /** Adds l2 * W to the gradient of each kernel and embedding table (of a kernel set: of the mixed kernel). */
  readonly l2: number;
  readonly seed: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

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

/** The loss of a batch, term by term, from the weights that a forward pass takes. */
export type LossTerms<W extends WeightSpecs> = (weights: Tensors<W>, mode: Mode) => Readonly<Record<string, tf.Tensor>>;

/** The weights of one step: as a forward pass takes them, and how they were mixed. */
interface Mixed {
  readonly weights: Record<string, tf.Tensor>;
  readonly mixing: Map<string, { readonly p: tf.Tensor; readonly expectedSquare: number }>;
}

export class Training<W extends WeightSpecs = WeightSpecs> {
  private readonly values: Map<string, tf.Tensor>;
  private readonly slots = new Map<string, Slots>();
  private done = 0;

  constructor(readonly settings: TrainingSettings<W>) {
    installGradients();
    this.values = new Map(Object.entries(initialWeights(settings.weights, settings.seed)));
    for (const [path, spec] of Object.entries(settings.weights)) {
      if (!spec.trainable) continue;
      const shapes = settings.optimizer.slots({ shape: spec.shape, copies: spec.set?.copies ?? 1, moments: spec.set?.moments ?? "shared" });
      this.slots.set(path, Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.keep(tf.zeros([...shape]))])));
    }
  }

  /** Steps taken so far; the next step has this number. */
  get step(): number {
    return this.done;
  }

  /**
   * One step. If the loss or a gradient is not finite, nothing but the count of steps changes, so that `diagnose` can look at the same
   * weights.
   */
  descend(lossTerms: LossTerms<W>): Descent {
    const { optimizer, totalSteps, stepsPerEpoch, seed, clip } = this.settings;
    const rate = optimizer.schedule(this.done, { totalSteps, stepsPerEpoch });
    const descent = tf.tidy(() => {
      const mixed = this.mixed(this.done);
      const trained = Object.entries(this.settings.weights).filter(([, spec]) => spec.trainable);
      const points = trained.map(([path]) => this.at(mixed.weights, path));
      const statistics: { readonly path: string; readonly batch: BatchStatistics }[] = [];
      const mode = trainingMode(seed, this.done, (path, batch) => {
        statistics.push({ path, batch: { ...batch, mean: tf.keep(batch.mean), variance: tf.keep(batch.variance) } });
      });
      const terms: Record<string, tf.Tensor> = {};
      const total = (): tf.Scalar => {
        const given = lossTerms(tensors<W>(mixed.weights), mode);
        for (const [name, term] of Object.entries(given)) terms[name] = tf.keep(tf.clone(term));
        return sum(Object.values(given));
      };
      // A loss that depends on no weight at all is allowed: its gradients are zeros.
      const { value, grads } = tf.engine().gradients(total, points, undefined, true);
      const gradients = trained.map(([path, spec], i) => this.gradient(spec, this.at(mixed.weights, path), grads[i]));
      const { scale, norm, clipped } = gradientScale(gradients, value, clip);
      for (const [i, [path, spec]] of trained.entries()) {
        const gradient = clipped[i];
        if (gradient !== undefined) this.update(path, spec, gradient, scale, mixed, rate);
      }
      this.learnStatistics(statistics, scale);
      return { loss: tf.keep(value), terms, gradientNorm: tf.keep(norm), rate };
    });
    this.done++;
    return descent;
  }

  /** Runs the loss of the last step again, on the weights and draws it had, and tells the first op with a NaN or an infinity. */
  diagnose(lossTerms: LossTerms<W>): Promise<OpAt | null> {
    const step = Math.max(0, this.done - 1);
    return diagnose(() => lossTerms(tensors<W>(this.mixed(step).weights), trainingMode(this.settings.seed, step, evaluating.record)));
  }

  /** The weights that ship: kernel sets at p = 1/k, the others as they are. New tensors; the caller disposes them. */
  folded(): Record<string, tf.Tensor> {
    const result: Record<string, tf.Tensor> = {};
    for (const [path, { set, shape }] of Object.entries(this.settings.weights)) {
      const value = this.value(path);
      // A product with 1 keeps every bit and, unlike a clone, does not share memory that the next step may write to.
      result[path] = tf.tidy(() => tf.keep(set === null ? tf.mul(value, 1) : mix(value, foldMixing(set, shape))));
    }
    return result;
  }

  /** The whole state, for a checkpoint: `weights/<path>`, `optimizer/<slot>/<path>`. Live: read them before the next step. */
  tensors(): Record<string, tf.Tensor> {
    const result: Record<string, tf.Tensor> = {};
    for (const [path, value] of this.values) result[`weights/${path}`] = value;
    for (const [path, slots] of this.slots) for (const [name, slot] of Object.entries(slots)) result[`optimizer/${name}/${path}`] = slot;
    return result;
  }

  /** Goes on from a state that `tensors` gave after `step` steps. The tensors are copied. Throws if one is missing or has another shape. */
  restore(state: Readonly<Record<string, tf.Tensor>>, step: number): void {
    const copy = (name: string, shape: readonly number[]): tf.Tensor => {
      const found = state[name];
      if (found === undefined) throw new Error(`the state has no \`${name}\``);
      if (!tf.util.arraysEqual(found.shape, [...shape])) throw new Error(`\`${name}\` has shape [${found.shape}] in the state and [${shape}] in the program`);
      return tf.tidy(() => tf.keep(tf.mul(found, 1)));
    };
    const names = this.tensors();
    const next = new Map(Object.entries(names).map(([name, tensor]) => [name, copy(name, tensor.shape)]));
    tf.dispose(Object.values(names));
    for (const path of this.values.keys()) this.values.set(path, this.from(next, `weights/${path}`));
    for (const [path, slots] of this.slots) {
      this.slots.set(path, Object.fromEntries(Object.keys(slots).map((name) => [name, this.from(next, `optimizer/${name}/${path}`)])));
    }
    this.done = step;
  }

  /** Frees all tensors; the training is over. */
  dispose(): void {
    tf.dispose(Object.values(this.tensors()));
    this.values.clear();
    this.slots.clear();
  }

  /** The weights of a step, kernel sets mixed by its draws. */
  private mixed(step: number): Mixed {
    const { weights: specs, seed, totalSteps } = this.settings;
    const weights: Record<string, tf.Tensor> = {};
    const mixing: Mixed["mixing"] = new Map();
    for (const [path, { set, shape, trainable }] of Object.entries(specs)) {
      if (set === null) {
        weights[path] = this.value(path);
        continue;
      }
      // What is not trained is used as it ships.
      const drawn = trainable ? drawMixing(set, shape, path, seed, step, totalSteps) : { p: foldMixing(set, shape), expectedSquare: 1 / set.copies };
      mixing.set(path, drawn);
      weights[path] = mix(this.value(path), drawn.p);
    }
    return { weights, mixing };
  }

  /** G, with coupled decay; zeros where the loss does not depend on the weight. */
  private gradient({ role }: WeightSpec, used: tf.Tensor, gradient: tf.Tensor | null | undefined): tf.Tensor {
    const own = gradient ?? tf.zerosLike(used);
    return this.settings.l2 > 0 && isDecaying(role) ? tf.add(own, tf.mul(used, this.settings.l2)) : own;
  }

  private update(path: string, spec: WeightSpec, gradient: tf.Tensor, scale: tf.Tensor, { mixing }: Mixed, rate: number): void {
    const { optimizer } = this.settings;
    const value = this.value(path);
    const slots = this.slots.get(path) ?? {};
    const copies = spec.set?.copies ?? 1;
    const drawn = mixing.get(path) ?? { p: tf.ones([1]), expectedSquare: 1 };
    const rule = spec.set?.rate ?? "unscaled";
    const decays = optimizer.decay === "all" || isDecaying(spec.role);
    const updated = optimizer.update({
      // A plain weight is a set of one copy.
      value: spec.set === null ? tf.expandDims(value, 0) : value,
      shape: spec.shape,
      copies,
      moments: spec.set?.moments ?? "shared",
      gradient,
      slots,
      p: drawn.p,
      scale,
      rate,
      linearFactor: linearFactors[rule](copies, drawn.expectedSquare),
      perCopyFactor: perCopyFactors[rule](copies, drawn.expectedSquare),
      keep: decays ? 1 - rate * optimizer.weightDecay : 1,
      count: this.done + 1,
    });
    if (!isSameMemory(updated.value, value)) {
      this.values.set(path, tf.keep(tf.reshape(updated.value, storedShape(spec))));
      value.dispose();
    }
    for (const [name, slot] of Object.entries(updated.slots)) {
      if (slot === slots[name]) continue;
      tf.keep(slot);
      slots[name]?.dispose();
    }
    this.slots.set(path, updated.slots);
  }

  /** Moves stored statistics towards those of the batch. */
  private learnStatistics(recorded: readonly { readonly path: string; readonly batch: BatchStatistics }[], scale: tf.Tensor): void {
    for (const { path, batch } of recorded) {
      for (const kind of ["mean", "variance"] as const) {
        const name = `${path}.${kind}`;
        const old = this.value(name);
        const next = tf.add(tf.mul(old, batch.momentum), tf.mul(batch[kind], 1 - batch.momentum));
        this.values.set(name, tf.keep(tf.where(tf.isNaN(scale), old, next)));
        old.dispose();
        batch[kind].dispose();
      }
    }
  }

  private value(path: string): tf.Tensor {
    return this.from(this.values, path);
  }

  private at(weights: Readonly<Record<string, tf.Tensor>>, path: string): tf.Tensor {
    const found = weights[path];
    if (found === undefined) throw new Error(`no weight \`${path}\``);
    return found;
  }

  private from(map: ReadonlyMap<string, tf.Tensor>, name: string): tf.Tensor {
    const found = map.get(name);
    if (found === undefined) throw new Error(`no tensor \`${name}\``);
    return found;
  }
}

/** Decay, decoupled or coupled, reaches weight matrices, filters and tables. */
function isDecaying(role: WeightSpec["role"]): boolean {
  return role === "kernel" || role === "embedding";
}

/** An update in place gives back a view of the same numbers. */
function isSameMemory(a: tf.Tensor, b: tf.Tensor): boolean {
  return a.dataId === b.dataId;
}

/** The weights of a step hold exactly the paths of the program's weights. */
function tensors<W extends WeightSpecs>(weights: Record<string, tf.Tensor>): Tensors<W> {
  return weights as Tensors<W>;
}

function sum(terms: readonly tf.Tensor[]): tf.Scalar {
  const [first, ...rest] = terms;
  if (first === undefined) throw new Error("a loss has no terms");
  return tf.reshape(rest.reduce<tf.Tensor>((total, term) => tf.add(total, term), tf.clone(first)), []);
}
