// What a program says of its weights, and their initial values. Relies on the streams of random.ts: the plain part of a kernel is
// drawn from (seed, "init", path) whether or not it is a kernel set, so that both start from the same kernel.

import * as tf from "@tensorflow/tfjs-core";
import type { Initializer, SourceWeights } from "./initializers.js";
import { initialCopies, type KernelSetOptions } from "./methods/majority-kernels/initial-copies.js";
import { stream } from "./random.js";

/** What a weight is to training: kernels and embedding tables decay; statistics are not trained. */
export type Role = "kernel" | "embedding" | "bias" | "scale" | "statistic";

export interface WeightSpec {
  readonly role: Role;
  /** Of what ships; a kernel set has its copies in front of it. */
  readonly shape: readonly number[];
  readonly init: Initializer;
  readonly trainable: boolean;
  readonly set: KernelSet | null;
  /** Its own coupled decay, in the place of the run's. */
  readonly l2?: number;
}

/** k kernels for one weight. */
export interface KernelSet extends KernelSetOptions {
  readonly copies: number;
}

export type WeightSpecs = Readonly<Record<string, WeightSpec>>;

/** The tensors that a forward pass takes for a program's weights, by path, in the shapes that ship. */
export type Tensors<W extends WeightSpecs> = { readonly [Path in keyof W]: tf.Tensor };

const spec = (role: Role, shape: readonly number[], init: Initializer): WeightSpec => ({ role, shape, init, trainable: role !== "statistic", set: null });

/** A weight matrix or filter. */
export function kernel(shape: readonly number[], init: Initializer): WeightSpec {
  return spec("kernel", shape, init);
}

/** Rows looked up by index. */
export function embeddingTable(shape: readonly number[], init: Initializer): WeightSpec {
  return spec("embedding", shape, init);
}

export function bias(shape: readonly number[], init: Initializer): WeightSpec {
  return spec("bias", shape, init);
}

/** The scale of a norm. */
export function scaleWeight(shape: readonly number[], init: Initializer): WeightSpec {
  return spec("scale", shape, init);
}

/** A mean or variance that is estimated, not trained. */
export function statistic(shape: readonly number[], init: Initializer): WeightSpec {
  return spec("statistic", shape, init);
}

/** A weight that keeps its initial value. */
export function frozen(weight: WeightSpec): WeightSpec {
  return { ...weight, trainable: false };
}

/** A weight with a coupled decay of its own: `l2` times the weight is added to its gradient. */
export function decayed(l2: number, weight: WeightSpec): WeightSpec {
  return { ...weight, l2 };
}

/** k copies of a kernel or table; training mixes them, evaluation folds them. */
export function kernelSet(copies: number, weight: WeightSpec, options: KernelSetOptions): WeightSpec {
  return { ...weight, set: { ...options, copies } };
}

/**
 * Initial values of all weights, by path: `shape`, or `[copies, ...shape]` of a kernel set. Those of Deep Fusion come from `sources`. The
 * caller disposes them.
 */
export function initialWeights(weights: WeightSpecs, seed: number, sources?: SourceWeights): Record<string, tf.Tensor> {
  const result: Record<string, tf.Tensor> = {};
  for (const [path, weight] of Object.entries(weights)) {
    const size = weight.shape.reduce((product, n) => product * n, 1);
    const plain = weight.init.fill(new Float32Array(size), stream(seed, "init", path), sources);
    const values = weight.set === null ? plain : initialCopies(plain, weight.init, weight.set, (copy) => stream(seed, "init", path, copy));
    result[path] = tf.keep(tf.tensor(values, storedShape(weight)));
  }
  return result;
}

/** The shape of a weight in training: of a kernel set with the copies in front. */
export function storedShape(weight: WeightSpec): number[] {
  return weight.set === null ? [...weight.shape] : [weight.set.copies, ...weight.shape];
}
