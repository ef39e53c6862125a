// What an optimizer is: state for each weight (`init`) and one step of it (`update`). A plain weight is a kernel set of one copy with
// p = (1), so each rule is written once, for copies W_i whose gradients are p_i G, G the gradient of the kernel that was used.

import * as tf from "@tensorflow/tfjs-core";
import type { Degree } from "../initializers.js";
import type { Tableau } from "../methods/runge-kutta.js";
import type { Schedule } from "../schedules.js";

export interface Optimizer {
  readonly name: string;
  readonly schedule: Schedule;
  /** Decoupled decay per unit of rate; 0 for none. */
  readonly weightDecay: number;
  /** What decays: kernels and embedding tables, or all that is trained. */
  readonly decay: "kernels" | "all";
  /** State for one weight, all zeros where nothing else is said: slots by name. */
  readonly slots: (weight: WeightShape) => Readonly<Record<string, Slot>>;
  /** One step of one weight. */
  readonly update: (step: WeightStep) => Updated;
  /** How a step looks ahead; absent: it takes one gradient, where the weights are. Its `squares` are a slot of each weight. */
  readonly stages?: Stages;
}

/** What an optimizer keeps of the gradients of a weight. */
export interface Slot {
  /** [copies, ...shape] where each copy of a kernel has its own, or [...shape]. */
  readonly shape: readonly number[];
  /** Gradients that were c times as large, c > 0, would have made these numbers c to this power times as large; null: that does not follow. */
  readonly degree: Degree | null;
  /** The share of a moving average that so many steps have filled, the rest being the zeros at the beginning. Absent: nothing corrects for these. */
  readonly filled?: (steps: number) => number;
}

/** A step with several gradients, or with a preconditioned one (training/walk.ts). */
export interface Stages {
  readonly tableau: Tableau;
  /** Has each stage batches of its own? */
  readonly isSplit: boolean;
  readonly isPreconditioned: boolean;
  /** Does the rate follow the curvature, and as which power of it? */
  readonly adaptive: { readonly power: number } | null;
}

/** Gradients that a step takes. */
export function stagesOf({ stages }: Pick<Optimizer, "stages">): number {
  return stages?.tableau.weights.length ?? 1;
}

export interface WeightShape {
  /** Of one copy. */
  readonly shape: readonly number[];
  readonly copies: number;
  readonly moments: "shared" | "copies";
}

/** What a weight's step is scaled by. */
export interface StepRates {
  /** The schedule's. */
  readonly rate: number;
  /** The factors of the rate for rules linear in the gradient, and for moments per copy. */
  readonly linearFactor: number;
  readonly perCopyFactor: number;
  /** What decoupled decay leaves: 1 - rate * decay, with the plain rate. */
  readonly keep: number;
  /** 1 for the first step; it counts on from steps that the moments have behind them when training begins. */
  readonly count: number;
}

export interface WeightStep extends WeightShape {
  /** [copies, ...shape]. */
  readonly value: tf.Tensor;
  /** G: [...shape]. */
  readonly gradient: tf.Tensor;
  readonly slots: Slots;
  /** Mixing weights of this step: [copies], or [copies, outputs]. */
  readonly p: tf.Tensor;
  /** A scalar that G is multiplied by (clipping); NaN: nothing changes. Null: 1, and whoever runs the step sees to it that a broken one has no effect. */
  readonly scale: tf.Tensor | null;
  /** May the step change weight and moments where they lie, in a kernel of the backend's updates? */
  readonly mayUpdate: boolean;
  /** Rates of this step, for kernels that take numbers. */
  readonly rates: StepRates;
  /** A scalar that the rate is multiplied by, for optimizers with stages. Absent: 1. */
  readonly pace?: tf.Tensor;
  /** A scalar that follows from the rates: the way for all that is made of tensors, since the step may be replayed. */
  readonly coefficient: (name: string, of: (rates: StepRates) => number) => tf.Tensor;
}

export type Slots = Readonly<Record<string, tf.Tensor>>;

/** What a step leaves; tensors may be those that were given (Note [In place]). */
export interface Updated {
  readonly value: tf.Tensor;
  readonly slots: Slots;
}

/** Is there a kernel of that name on the backend in use? */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/**
 * Can the backend's update of that name take the step? Its loops take one share per copy, one second moment for all, and copies that begin at
 * whole vectors of four.
 */
export function isUpdatable({ mayUpdate, copies, moments, p, gradient }: WeightStep, name: string): boolean {
  return mayUpdate && hasKernel(name) && p.rank === 1 && (copies === 1 || (moments === "shared" && gradient.size % 4 === 0));
}

/** p in the shape that multiplies copies [k, ...shape]: [k, 1, ..., 1] or [k, 1, ..., outputs]. */
export function spreadMixing(p: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const [k = 1, outputs] = p.shape;
  return tf.reshape(p, [k, ...shape.map((_, axis) => (outputs !== undefined && axis === shape.length - 1 ? outputs : 1))]);
}

/** `next`, or `old` where the scale is NaN, so that a step gone wrong changes nothing. */
export function unlessBroken(scale: tf.Tensor | null, next: tf.Tensor, old: tf.Tensor): tf.Tensor {
  if (scale === null) return next;
  // Flat, since not every backend chooses in tensors with many axes.
  return tf.reshape(tf.where(tf.isNaN(scale), tf.reshape(old, [-1]), tf.reshape(next, [-1])), next.shape);
}

/** G as it is to be used. */
export function usedGradient({ gradient, scale }: WeightStep): tf.Tensor {
  return scale === null ? gradient : tf.mul(gradient, scale);
}

// Note [In place]
// On the backend `cpu` a step is one kernel that changes weights and moments where they are: allocating k kernels and k moments anew at
// each step costs as much as the arithmetic. It is sound because only the training state holds these tensors between steps; whoever
// reads them does so before the next step (training.ts says so). Elsewhere the same step is composed of TensorFlow.js ops, and tests
// hold both to the same numbers.
