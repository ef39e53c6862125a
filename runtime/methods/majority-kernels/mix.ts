// Mixing a kernel set into one kernel: W = sum_i p_i W_i, one weighted sum per weight and step whatever the batch. Folding is the same
// function at p_i = 1/k, so a folded kernel equals, bit for bit, that of a step with `mix: mean`.

import * as tf from "@tensorflow/tfjs-core";
import { mixKernelName, type MixInputs } from "../../backends/cpu/mix.js";
import { stream } from "../../random.js";
import { granularities } from "./granularities.js";
import type { KernelSet } from "../../weights.js";

/** The mixing weights for `path` at a step; annealed: (1 - a) p + a/k with a going from 0 to 1 over the last share of the run. */
export function drawMixing(set: KernelSet, shape: readonly number[], path: string, seed: number, step: number, totalSteps: number): Float32Array {
  const { draws, key } = granularities[set.per];
  const width = draws(shape);
  const k = set.copies;
  const p = new Float64Array(k * width);
  const numbers = stream(seed, "mix", key(path), step);
  for (let column = 0; column < width; column++) set.mix.draw(p, column, width, k, numbers);
  const annealed = annealedShare(set.anneal, step, totalSteps);
  if (annealed > 0) for (const [i, x] of p.entries()) p[i] = annealed === 1 ? 1 / k : (1 - annealed) * x + annealed / k;
  return Float32Array.from(p);
}

/** E sum p_i^2 at a step, with annealing. */
export function expectedSquareAt({ mix: rule, copies: k, anneal }: KernelSet, step: number, totalSteps: number): number {
  const annealed = annealedShare(anneal, step, totalSteps);
  return (1 - annealed) ** 2 * rule.expectedSquare(k) + (1 - (1 - annealed) ** 2) / k;
}

/** p_i = 1/k, in the shape that the set's draws have. */
export function foldMixing(set: KernelSet, shape: readonly number[]): tf.Tensor {
  const form = mixingShape(set, shape);
  return tf.fill([...form], 1 / set.copies);
}

/** Shape of a set's mixing weights: `[copies]`, or `[copies, outputs]` with a draw per output channel. */
export function mixingShape(set: KernelSet, shape: readonly number[]): readonly number[] {
  const width = granularities[set.per].draws(shape);
  return width === 1 ? [set.copies] : [set.copies, width];
}

/** 0 before the annealed share of the run, 1 at its last step, linear between. */
function annealedShare(anneal: number, step: number, totalSteps: number): number {
  const length = anneal * totalSteps;
  if (length <= 0) return 0;
  return Math.min(1, Math.max(0, (step + 1 - (totalSteps - length)) / length));
}

/** sum_i p_i W_i of copies `[copies, ...shape]`, in the order of i. */
export function mix(copies: tf.Tensor, p: tf.Tensor): tf.Tensor {
  const shape = copies.shape.slice(1);
  if (tf.getKernel(mixKernelName, tf.getBackend())) {
    const inputs: MixInputs = { copies, p };
    return tf.engine().runKernel(mixKernelName, { ...inputs });
  }
  return tf.tidy(() => {
    const [k = 1, outputs] = p.shape;
    if (outputs === undefined) return tf.reshape(tf.matMul(tf.reshape(p, [1, k]), tf.reshape(copies, [k, -1])), shape);
    return tf.sum(tf.mul(copies, tf.reshape(p, [k, ...shape.slice(1).map(() => 1), outputs])), 0);
  });
}
