// A step's way from gradient to gradient. It has as many stages as its optimizer looks at: one, where the weights are, for all but Runge-Kutta
// methods. At each stage the gradient becomes a field - with coupled decay, clipped, preconditioned - and the fields so far say where
// the next stage looks. All stages mix kernel sets by the same draw, so that for them too the step follows one flow.

import * as tf from "@tensorflow/tfjs-core";
import { secondStage } from "../methods/runge-kutta.js";
import { unlessBroken, type Stages } from "../optimizers/optimizer.js";
import type { WeightSpec } from "../weights.js";
import { gradientScale, normOf } from "./clipping.js";
import type { StepContext, TrainingSettings } from "./settings.js";
import { at, type Slope } from "./slope.js";
import { coefficientOf, coupled, mixedWeights, mixingOf } from "./update.js";

type Tensors = Readonly<Record<string, tf.Tensor>>;

export interface Walk {
  /** The weights at the first stage. */
  readonly start: Tensors;
  /** The weights at the next one; after the last those of the last. */
  readonly here: Tensors;
  /** By path of what is trained, one for each stage so far. */
  readonly fields: readonly Tensors[];
  readonly first: Slope | null;
  /** What the fields are still to be multiplied by: clipping of an only stage. NaN, if guarded, where something is not finite. Null: 1. */
  readonly scale: tf.Tensor | null;
  /** Norm of the gradient at the first stage, before clipping; NaN where a later one is not finite. */
  readonly norm: tf.Tensor | null;
  /** By path: sums of squares with this step's, and the preconditioner A. */
  readonly preconditioner: Readonly<Record<string, { readonly squares: tf.Tensor; readonly factor: tf.Tensor }>>;
  /** What multiplies the rate; null: 1. */
  readonly pace: tf.Tensor | null;
}

/** Before the first gradient. */
export function started(settings: TrainingSettings, context: StepContext): Walk {
  const start = mixedWeights(settings, context.state, context.numbers);
  return { start, here: start, fields: [], first: null, scale: null, norm: null, preconditioner: {}, pace: paceOf(settings, context) };
}

/** After another gradient, taken at `walk.here`. */
export function walked(settings: TrainingSettings, context: StepContext, walk: Walk, slope: Slope): Walk {
  const { optimizer, clip } = settings;
  const paths = trainedPaths(settings);
  const own = paths.map(([path, spec]) => coupled(settings, spec, at(walk.here, path), at(slope.gradients, path)));
  const byPath = (tensors: readonly tf.Tensor[]): Tensors => Object.fromEntries(paths.flatMap(([path], i) => (tensors[i] === undefined ? [] : [[path, tensors[i]]])));
  if (optimizer.stages === undefined) {
    const { scale, norm, clipped } = gradientScale(own, slope.loss, clip, guardOf(context));
    return { ...walk, fields: [byPath(clipped)], first: slope, scale, norm };
  }
  const { scale, norm, clipped } = gradientScale(own, slope.loss, clip, null);
  const gradients = byPath(scale === null ? clipped : clipped.map((gradient) => tf.mul(gradient, scale)));
  const preconditioner = walk.first === null && optimizer.stages.isPreconditioned ? preconditioned(context, gradients) : walk.preconditioner;
  const field = Object.fromEntries(Object.entries(gradients).map(([path, gradient]) => [path, preconditioner[path] === undefined ? gradient : tf.mul(gradient, preconditioner[path].factor)]));
  const fields = [...walk.fields, field];
  // Finite numbers minus themselves are 0; NaN and infinities make NaN.
  const spoiled = tf.add(tf.sub(slope.loss, slope.loss), tf.sub(norm, norm));
  const next = { ...walk, fields, first: walk.first ?? slope, norm: walk.norm === null ? norm : tf.add(walk.norm, spoiled), preconditioner, scale: context.isGuarded ? tf.add(walk.scale ?? guardOf(context) ?? 1, spoiled) : null };
  const coefficients = optimizer.stages.tableau.points[fields.length];
  return coefficients === undefined ? next : { ...next, here: pointOf(settings, context, next, coefficients) };
}

/** 1, or NaN after a step that was not finite; null: not guarded. */
function guardOf({ isGuarded, spoiled = null }: StepContext): tf.Tensor | number | null {
  if (!isGuarded) return null;
  return spoiled === null ? 1 : tf.add(1, spoiled);
}

/** What the step goes along: sum_i b_i f_i, by path. */
export function direction({ optimizer: { stages } }: TrainingSettings, { fields }: Walk): Tensors {
  return combined(fields, stages?.tableau.weights ?? [1]);
}

/** State of the stages after the step: sums of squares and curvature, by their names. Where the scale is NaN they are as they were. */
export function stagesAfter({ optimizer: { stages, schedule }, totalSteps, stepsPerEpoch }: TrainingSettings, { state, numbers }: StepContext, { fields, preconditioner, scale, pace }: Walk): Record<string, tf.Tensor> {
  const kept = (name: string, next: tf.Tensor): readonly [string, tf.Tensor] => [name, unlessBroken(scale, next, at(state, name))];
  const result: Record<string, tf.Tensor> = Object.fromEntries(Object.entries(preconditioner).map(([path, { squares }]) => kept(`optimizer/squares/${path}`, squares)));
  const [first, second] = fields;
  if (stages?.adaptive == null || pace === null || first === undefined || second === undefined) return result;
  // f(W) - f(W - c h f) is c h J f up to the square of h: so its norm in parts of c h |f| is |J f| / |f|.
  const plain = numbers.tensor("stage curvature rate", [], (step) => Float32Array.of(secondStage(stages.tableau) * schedule(step, { totalSteps, stepsPerEpoch })));
  const moved = tf.mul(tf.mul(plain, pace), normOf(Object.values(first)));
  const change = normOf(Object.entries(first).map(([path, field]) => tf.sub(field, at(second, path))));
  return { ...result, ...Object.fromEntries([kept("optimizer/curvature", tf.div(change, tf.maximum(moved, 1e-30)))]) };
}

/** Shapes of the state of the stages that belongs to no weight. */
export function stageSlots(stages: Stages | undefined): Readonly<Record<string, readonly number[]>> {
  return stages?.adaptive == null ? {} : { "optimizer/curvature": [] };
}

/** 1 / (1 + (c/2) v^p) with c the schedule's rate and v of the step before; 0 before the first. */
function paceOf({ optimizer: { stages, schedule }, totalSteps, stepsPerEpoch }: TrainingSettings, { state, numbers }: StepContext): tf.Tensor | null {
  if (stages?.adaptive == null) return null;
  const { power } = stages.adaptive;
  const half = numbers.tensor("stage half rate", [], (step) => Float32Array.of(schedule(step, { totalSteps, stepsPerEpoch }) / 2));
  const curvature = at(state, "optimizer/curvature");
  return tf.div(1, tf.add(1, tf.mul(half, power === 1 ? curvature : tf.pow(curvature, power))));
}

/** W - h sum_j a_j f_j. The mixture of a set whose copies move by p_i f moves by sum p_i^2 f. */
function pointOf(settings: TrainingSettings, context: StepContext, { start, fields, pace }: Walk, coefficients: readonly number[]): Tensors {
  const moves = combined(fields, coefficients);
  const here: Record<string, tf.Tensor> = { ...start };
  for (const [path, spec] of trainedPaths(settings)) {
    const rate = coefficientOf(settings, context, path, spec)("stage rate", (rates) => rates.rate * rates.linearFactor);
    const paced = pace === null ? rate : tf.mul(rate, pace);
    const length = spec.set === null ? paced : tf.mul(paced, tf.sum(tf.square(mixingOf(path, spec, settings.seed, settings.totalSteps, context.numbers)), 0));
    here[path] = tf.sub(at(start, path), tf.mul(at(moves, path), length));
  }
  return here;
}

/** A = (1 + G)^(-1/2), G the sum over steps of the squared gradient at the first stage, with this step's. */
function preconditioned({ state }: StepContext, gradients: Tensors): Walk["preconditioner"] {
  return Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => {
      const squares = tf.add(at(state, `optimizer/squares/${path}`), tf.square(gradient));
      return [path, { squares, factor: tf.rsqrt(tf.add(squares, 1)) }];
    }),
  );
}

/** sum_j c_j f_j, by path; what has the factor 0 is left out, and 1 multiplies nothing. */
function combined(fields: readonly Tensors[], coefficients: readonly number[]): Tensors {
  const [last = {}] = fields.slice(-1);
  const sumOf = (path: string): tf.Tensor => {
    const parts = fields.flatMap((field, i) => (coefficients[i] === undefined || coefficients[i] === 0 ? [] : [coefficients[i] === 1 ? at(field, path) : tf.mul(at(field, path), coefficients[i])]));
    const [first, ...rest] = parts;
    if (first === undefined) throw new Error("a stage without a field");
    return rest.reduce<tf.Tensor>((sum, part) => tf.add(sum, part), first);
  };
  return Object.fromEntries(Object.keys(last).map((path) => [path, sumOf(path)]));
}

function trainedPaths(settings: TrainingSettings): readonly (readonly [string, WeightSpec])[] {
  return Object.entries(settings.weights).filter(([, { trainable }]) => trainable);
}
