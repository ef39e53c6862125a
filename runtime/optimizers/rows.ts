// A weight's step with copies and their share p as a matrix and a column, where that is possible: backends are faster so than with more axes.
// For optimizers that are composed of TensorFlow.js ops.

import * as tf from "@tensorflow/tfjs-core";
import { spreadMixing, unlessBroken, usedGradient, type WeightStep } from "./optimizer.js";

export interface Rows {
  /** The copies, one in each row. */
  readonly value: tf.Tensor;
  /** G in one row. */
  readonly gradient: tf.Tensor;
  /** What multiplies G for each copy. */
  readonly p: tf.Tensor;
  /** A slot of the state: one row for each copy, or one that they share. */
  readonly slot: (name: string, isShared?: boolean) => tf.Tensor;
  /** Back in the shape of the state; what was there before, where the step has gone wrong. */
  readonly after: (next: tf.Tensor, name: string | null) => tf.Tensor;
}

export function rowsOf(step: WeightStep): Rows {
  const { copies, scale } = step;
  const isFlat = step.p.rank === 1;
  const flat = (x: tf.Tensor, rows: number): tf.Tensor => (isFlat ? tf.reshape(x, [rows, -1]) : rows === 1 && x.rank === step.shape.length ? tf.expandDims(x, 0) : x);
  const stored = (name: string): tf.Tensor => {
    const found = step.slots[name];
    if (found === undefined) throw new Error(`the optimizer's ${name} is missing`);
    return found;
  };
  return {
    value: flat(step.value, copies),
    gradient: flat(usedGradient(step), 1),
    p: isFlat ? tf.reshape(step.p, [copies, 1]) : spreadMixing(step.p, step.shape),
    slot: (name, isShared = false) => flat(stored(name), isShared ? 1 : copies),
    after: (next, name) => {
      const old = name === null ? step.value : stored(name);
      return unlessBroken(scale, tf.reshape(next, old.shape), old);
    },
  };
}

/** The square of the gradient: of G where the set shares its second moment, else of p_i G for each copy. */
export function squares({ gradient, p }: Rows, isShared: boolean): tf.Tensor {
  return isShared ? tf.square(gradient) : tf.mul(tf.square(p), tf.square(gradient));
}
