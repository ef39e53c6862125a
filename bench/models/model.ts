// What the models written by hand share. A model here is what someone writes in TensorFlow.js without a framework: the shapes its weights
// start from, what it is fed, and its loss as a function of both. Draws are those of the runtime's seeded streams, so that every backend
// starts from the same numbers.

import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../runtime/random.js";

export type Named = Readonly<Record<string, tf.Tensor>>;

/** How a weight starts: at normal numbers of that deviation around `mean`. What is not trained is moved by `learn` alone. */
export interface Start {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly isTrained: boolean;
}

/** Takes the statistic of a batch that the stored one of that name moves towards. */
export type Learn = (name: string, statistic: tf.Tensor) => void;

export interface HandModel {
  readonly title: string;
  readonly batch: number;
  readonly weights: Readonly<Record<string, Start>>;
  /** What a batch is fed: a function of the seed alone. The caller disposes it. */
  readonly inputs: (seed: number) => Named;
  /** The loss of a batch: a scalar. */
  readonly loss: (weights: Named, inputs: Named, learn: Learn) => tf.Scalar;
}

/** The tensor of that name, of which the caller knows the rank. */
export function at<R extends tf.Rank = tf.Rank.R2>(tensors: Named, name: string): tf.Tensor<R> {
  const found = tensors[name];
  if (found === undefined) throw new Error(`no tensor ${name}`);
  return found as tf.Tensor<R>;
}

/** A weight that sums over `fanIn` numbers before a ReLU (He et al. 2015). */
export function kernel(shape: readonly number[], fanIn: number): Start {
  return { shape, mean: 0, deviation: Math.sqrt(2 / fanIn), isTrained: true };
}

/** Numbers that are all the same at the start. */
export function constant(size: number, value: number, isTrained = true): Start {
  return { shape: [size], mean: value, deviation: 0, isTrained };
}

/** The weights at the start, by the seed. The caller disposes them. */
export function started({ weights }: HandModel, seed: number): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, mean, deviation }]) => {
      const numbers = new Float32Array(tf.util.sizeFromShape([...shape])).fill(mean);
      if (deviation > 0) stream(seed, "weight", name).fillNormal(numbers, deviation);
      return [name, tf.tensor(numbers, [...shape])];
    }),
  );
}

/** x W + b. */
export function dense(x: tf.Tensor2D, weights: Named, name: string): tf.Tensor2D {
  return tf.add(tf.matMul(x, at(weights, `${name}.kernel`)), at<tf.Rank.R1>(weights, `${name}.bias`));
}

/** The weights of a dense layer. */
export function denseWeights(name: string, inputs: number, outputs: number): Readonly<Record<string, Start>> {
  return { [`${name}.kernel`]: kernel([inputs, outputs], inputs), [`${name}.bias`]: constant(outputs, 0) };
}

/** Mean over the rows of minus the logarithm of the probability of `labels` [rows]. */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor): tf.Scalar {
  const targets = tf.oneHot(tf.cast(labels, "int32"), logits.shape[1]);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.cast(targets, "float32"), tf.logSoftmax(logits)), 1)));
}

/** Rows of noise around the pattern of their class, `x` [batch, ...shape] and `label` [batch]: something to learn. */
export function classified(batch: number, shape: readonly number[], classes: number, seed: number): Named {
  const size = tf.util.sizeFromShape([...shape]);
  const draw = stream(seed, "rows");
  const patterns = Array.from({ length: classes }, (_, i) => stream(0, "pattern", i).fillNormal(new Float32Array(size), 0.5));
  const labels = Int32Array.from({ length: batch }, () => draw.below(classes));
  const x = draw.fillNormal(new Float32Array(batch * size), 0.5);
  for (const [row, label] of labels.entries()) {
    const pattern = patterns[label];
    for (let i = 0; i < size; i++) x[row * size + i] = (x[row * size + i] ?? 0) + (pattern?.[i] ?? 0);
  }
  return { x: tf.tensor(x, [batch, ...shape]), label: tf.tensor1d(labels, "int32") };
}
