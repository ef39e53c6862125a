// What a step changes: each weight with its moments, by the optimizer's rule, and the statistics of batch norms.

import * as tf from "@tensorflow/tfjs-core";
import { drawMixing, expectedSquareAt, foldMixing, mix, mixingShape } from "../methods/majority-kernels/mix.js";
import { linearFactors, perCopyFactors } from "../methods/majority-kernels/rates.js";
import type { BatchStatistics } from "../mode.js";
import { unlessBroken, type Slots, type StepRates, type WeightStep } from "../optimizers/optimizer.js";
import { storedShape, type WeightSpec } from "../weights.js";
import { slotsOf } from "./carried.js";
import type { State, StepContext, TrainingSettings } from "./settings.js";
import { at } from "./slope.js";
import type { StepNumbers } from "./step-numbers.js";

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
export function mixingOf(path: string, { set, shape, trainable }: WeightSpec, seed: number, totalSteps: number, numbers: StepNumbers): tf.Tensor {
  // One for all: a tensor for each weight is an upload for each, where there is a GPU.
  if (set === null) return numbers.tensor("plain", [1], () => Float32Array.of(1));
  if (!trainable) return foldMixing(set, shape);
  return numbers.tensor(`mix ${path}`, mixingShape(set, shape), (step) => drawMixing(set, shape, path, seed, step, totalSteps));
}

/** G, with coupled decay. */
export function coupled({ l1 = 0, l2 }: TrainingSettings, spec: WeightSpec, used: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  if (!isDecaying(spec.role)) return gradient;
  const decay = spec.l2 ?? l2;
  const withL2 = decay > 0 ? tf.add(gradient, tf.mul(used, decay)) : gradient;
  return l1 > 0 ? tf.add(withL2, tf.mul(tf.sign(used), l1)) : withL2;
}

/** A weight and its moments after the step, by their names in the state. */
export function updated(settings: TrainingSettings, context: StepContext, path: string, spec: WeightSpec, gradient: tf.Tensor, { scale, pace }: Pick<WeightStep, "scale"> & { readonly pace: tf.Tensor | null }): Record<string, tf.Tensor> {
  const { state, step, numbers, mayUpdate } = context;
  const { optimizer, seed, totalSteps } = settings;
  const { set, shape } = spec;
  const value = at(state, `weights/${path}`);
  const copies = set?.copies ?? 1;
  const moments = set?.moments ?? "shared";
  const names = Object.keys(slotsOf(optimizer, spec));
  const slots: Slots = Object.fromEntries(names.map((name) => [name, at(state, `optimizer/${name}/${path}`)]));
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
    rates: ratesOf(settings, path, spec, step),
    coefficient: coefficientOf(settings, context, path, spec),
    ...(pace === null ? {} : { pace }),
  });
  const result: Record<string, tf.Tensor> = {};
  // An update in place gives back a view of the same numbers.
  if (after.value.dataId !== value.dataId) result[`weights/${path}`] = tf.reshape(after.value, storedShape(spec));
  for (const [name, slot] of Object.entries(after.slots)) result[`optimizer/${name}/${path}`] = slot;
  return result;
}

/** Gives scalars that follow from the rates of a weight; weights with the same rates share them. */
export function coefficientOf(settings: TrainingSettings, { numbers }: Pick<StepContext, "numbers">, path: string, spec: WeightSpec): WeightStep["coefficient"] {
  const { set } = spec;
  const group = `${decays(settings, spec)} ${settings.counts?.[path] ?? 0} ${set === null ? "" : [set.rate, set.copies, set.moments, set.anneal, set.mix.expectedSquare(set.copies)].join(" ")}`;
  return (name, of) => numbers.tensor(`${name} ${group}`, [], (step) => Float32Array.of(of(ratesOf(settings, path, spec, step))));
}

function ratesOf(settings: TrainingSettings, path: string, spec: WeightSpec, step: number): StepRates {
  const { optimizer, totalSteps, stepsPerEpoch } = settings;
  const { set } = spec;
  const rate = optimizer.schedule(step, { totalSteps, stepsPerEpoch });
  const copies = set?.copies ?? 1;
  const expectedSquare = set === null ? 1 : expectedSquareAt(set, step, totalSteps);
  const rule = set?.rate ?? "unscaled";
  return {
    rate,
    linearFactor: linearFactors[rule](copies, expectedSquare),
    perCopyFactor: perCopyFactors[rule](copies, expectedSquare),
    keep: decays(settings, spec) ? 1 - rate * optimizer.weightDecay : 1,
    count: step + 1 + (settings.counts?.[path] ?? 0),
  };
}

/** Does decoupled decay reach the weight? */
function decays({ optimizer }: TrainingSettings, { role }: WeightSpec): boolean {
  return optimizer.decay === "all" || isDecaying(role);
}

/** Stored statistics moved towards those of the batch. */
export function learned(state: State, path: string, batch: BatchStatistics, scale: tf.Tensor | null, isGuarded: boolean): Record<string, tf.Tensor> {
  const result: Record<string, tf.Tensor> = {};
  for (const kind of ["mean", "variance"] as const) {
    const name = `weights/${path}.${kind}`;
    const old = at(state, name);
    const next = tf.add(tf.mul(old, batch.momentum), tf.mul(batch[kind], 1 - batch.momentum));
    result[name] = unlessBroken(isGuarded ? scale : null, next, old);
  }
  return result;
}

/** Decay, decoupled or coupled, reaches weight matrices, filters and tables. */
function isDecaying(role: WeightSpec["role"]): boolean {
  return role === "kernel" || role === "embedding";
}
