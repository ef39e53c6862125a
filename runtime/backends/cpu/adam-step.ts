// The step of Adam and AdamW on the backend `cpu`: weights and moments change in place. Roots and quotients, the dear part, are taken
// once per element of the kernel where the second moment is shared by its copies, so that copies cost little.

import type * as tf from "@tensorflow/tfjs-core";
import { floats, type Call } from "./arrays.js";

export const adamStepName = "SopAdamStep";

/** Note [In place] in optimizers/optimizer.ts. */
export interface AdamStepInputs {
  /** [k, ...shape]. */
  readonly weight: tf.Tensor;
  /** Of the mixed kernel: [...shape]. */
  readonly gradient: tf.Tensor;
  /** First moments of p_i g: [k, ...shape]. */
  readonly first: tf.Tensor;
  /** Second moments: of g [...shape] where shared, else of p_i g [k, ...shape]. */
  readonly second: tf.Tensor;
  /** [k] or [k, outputs]. */
  readonly p: tf.Tensor;
  /** What the gradient is multiplied by; NaN: the step changes nothing. */
  readonly scale: tf.Tensor;
}

export interface AdamStepAttributes {
  readonly rate: number;
  /** What decoupled decay leaves of a weight: 1 - rate * decay. */
  readonly keep: number;
  readonly beta1: number;
  readonly beta2: number;
  /** 1 - beta^t of both moments. */
  readonly correction1: number;
  readonly correction2: number;
  readonly epsilon: number;
}

const blockSize = 1024;

/** W_i = keep W_i - rate (m_i / correction1) / (sqrt(v / correction2) + epsilon). */
export function adamStep(call: Call): tf.TensorInfo[] {
  const { rate, keep, beta1, beta2, correction1, correction2, epsilon } = call.attrs as unknown as AdamStepAttributes;
  const scale = floats(call, "scale")[0] as number;
  if (Number.isNaN(scale)) return [];
  const weight = floats(call, "weight");
  const gradient = floats(call, "gradient");
  const first = floats(call, "first");
  const second = floats(call, "second");
  const p = floats(call, "p");
  const size = gradient.length;
  const k = weight.length / size;
  const width = p.length / k;
  const isShared = second.length === size;
  const stepRate = rate / correction1;
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  const root = 1 / Math.sqrt(correction2);
  const g = new Float64Array(blockSize);
  const step = new Float64Array(blockSize);
  for (let start = 0; start < size; start += blockSize) {
    const count = Math.min(blockSize, size - start);
    for (let j = 0; j < count; j++) g[j] = scale * (gradient[start + j] as number);
    if (isShared) {
      for (let j = 0; j < count; j++) {
        const x = g[j] as number;
        const v = beta2 * (second[start + j] as number) + rest2 * x * x;
        second[start + j] = v;
        step[j] = stepRate / (Math.sqrt(v) * root + epsilon);
      }
    }
    for (let i = 0; i < k; i++) {
      const from = i * size + start;
      if (!isShared) {
        for (let j = 0, column = start % width; j < count; j++) {
          const x = (p[i * width + column] as number) * (g[j] as number);
          if (++column === width) column = 0;
          const v = beta2 * (second[from + j] as number) + rest2 * x * x;
          second[from + j] = v;
          step[j] = stepRate / (Math.sqrt(v) * root + epsilon);
        }
      }
      if (width === 1) {
        moveCopy(weight.subarray(from, from + count), first.subarray(from, from + count), g, step, rest1 * (p[i] as number), beta1, keep);
      } else {
        for (let j = 0, column = start % width; j < count; j++) {
          const m = beta1 * (first[from + j] as number) + rest1 * (p[i * width + column] as number) * (g[j] as number);
          if (++column === width) column = 0;
          first[from + j] = m;
          weight[from + j] = keep * (weight[from + j] as number) - (step[j] as number) * m;
        }
      }
    }
  }
  return [];
}

/** m = beta1 m + share g; W = keep W - step m: one block of one copy. */
function moveCopy(weight: Float32Array, first: Float32Array, g: Float64Array, step: Float64Array, share: number, beta1: number, keep: number): void {
  for (let j = 0; j < weight.length; j++) {
    const m = beta1 * (first[j] as number) + share * (g[j] as number);
    first[j] = m;
    weight[j] = keep * (weight[j] as number) - (step[j] as number) * m;
  }
}
