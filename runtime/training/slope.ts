// Loss and gradients of a batch at given weights: what all ways to take a step are made of.

import * as tf from "@tensorflow/tfjs-core";
import { trainingMode, type BatchStatistics } from "../mode.js";
import { startOps } from "../tensor.js";
import type { Tensors, WeightSpec, WeightSpecs } from "../weights.js";
import type { LossTerms } from "./settings.js";
import type { StepNumbers } from "./step-numbers.js";

/** Tensors of the scope around. */
export interface Slope {
  /** The sum of the terms: a scalar. */
  readonly loss: tf.Tensor;
  readonly terms: Readonly<Record<string, tf.Tensor>>;
  /** dL/dW for each weight that is trained, by path, in the shape that ships; zeros where the loss does not depend on it. */
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** Of the batch, by path of the `batch_norm`. */
  readonly statistics: Readonly<Record<string, BatchStatistics>>;
}

/** What a batch says at `weights`. Throws what the loss throws. */
export function slopeAt<W extends WeightSpecs>({ weights: specs, seed }: { readonly weights: W; readonly seed: number }, weights: Readonly<Record<string, tf.Tensor>>, numbers: StepNumbers, lossTerms: LossTerms<W>): Slope {
  const kept: { readonly terms: Record<string, tf.Tensor>; readonly statistics: Record<string, BatchStatistics> } = { terms: {}, statistics: {} };
  const mode = trainingMode(seed, numbers, (path, batch) => {
    kept.statistics[path] = { ...batch, mean: tf.keep(tf.clone(batch.mean)), variance: tf.keep(tf.clone(batch.variance)) };
  });
  const total = (): tf.Scalar => {
    startOps();
    const given = lossTerms(weights as Tensors<W>, mode);
    for (const [name, term] of Object.entries(given)) kept.terms[name] = tf.keep(tf.clone(term));
    return sum(Object.values(given));
  };
  const paths = Object.entries<WeightSpec>(specs).flatMap(([path, { trainable }]) => (trainable ? [path] : []));
  try {
    // A loss that depends on no weight at all is allowed: its gradients are zeros.
    const { value, grads } = tf.engine().gradients(total, paths.map((path) => at(weights, path)), undefined, true);
    return {
      loss: value,
      terms: Object.fromEntries(Object.entries(kept.terms).map(([name, term]) => [name, tf.clone(term)])),
      gradients: Object.fromEntries(paths.map((path, i) => [path, (grads[i] as tf.Tensor | null | undefined) ?? tf.zerosLike(at(weights, path))])),
      statistics: Object.fromEntries(Object.entries(kept.statistics).map(([path, { mean, variance, ...rest }]) => [path, { ...rest, mean: tf.clone(mean), variance: tf.clone(variance) }])),
    };
  } finally {
    // They were kept out of the scope of the gradients; their clones are of the scope around.
    tf.dispose(Object.values(kept.terms));
    for (const { mean, variance } of Object.values(kept.statistics)) tf.dispose([mean, variance]);
  }
}

/** The tensor of that name. */
export function at(tensors: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`no tensor \`${name}\``);
  return found;
}

function sum(terms: readonly tf.Tensor[]): tf.Scalar {
  const [first, ...rest] = terms;
  if (first === undefined) throw new Error("a loss has no terms");
  return tf.reshape(rest.reduce<tf.Tensor>((total, term) => tf.add(total, term), tf.clone(first)), []);
}
