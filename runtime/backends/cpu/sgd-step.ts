// The step of gradient descent with momentum on the backend `cpu`: weights and momentum change in place, in one pass.

import type * as tf from "@tensorflow/tfjs-core";
import { floats, type Call } from "./arrays.js";

export const sgdStepName = "SopSgdStep";

/** Note [In place] in optimizers/optimizer.ts. */
export interface SgdStepInputs {
  /** [k, ...shape]. */
  readonly weight: tf.Tensor;
  /** Of the mixed kernel: [...shape]. */
  readonly gradient: tf.Tensor;
  /** Momentum per copy [k, ...shape]; absent where momentum is 0. */
  readonly momentum?: tf.Tensor;
  /** [k] or [k, outputs]. */
  readonly p: tf.Tensor;
  /** What the gradient is multiplied by; NaN: the step changes nothing. */
  readonly scale: tf.Tensor;
}

export interface SgdStepAttributes {
  readonly rate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** m_i = mu m_i + p_i g; W_i -= rate m_i, or rate (p_i g + mu m_i) with Nesterov's look-ahead. */
export function sgdStep(call: Call): tf.TensorInfo[] {
  const { rate, momentum: mu, nesterov } = call.attrs as unknown as SgdStepAttributes;
  const scale = floats(call, "scale")[0] as number;
  if (Number.isNaN(scale)) return [];
  const weight = floats(call, "weight");
  const gradient = floats(call, "gradient");
  const p = floats(call, "p");
  const momentum = call.inputs["momentum"] === undefined ? null : floats(call, "momentum");
  const size = gradient.length;
  const k = weight.length / size;
  const width = p.length / k;
  for (let i = 0; i < k; i++) {
    for (let j = 0, column = 0; j < size; j++) {
      const g = (p[i * width + column] as number) * scale * (gradient[j] as number);
      if (++column === width) column = 0;
      const at = i * size + j;
      if (momentum === null) {
        weight[at] = (weight[at] as number) - rate * g;
      } else {
        const m = mu * (momentum[at] as number) + g;
        momentum[at] = m;
        weight[at] = (weight[at] as number) - rate * (nesterov ? g + mu * m : m);
      }
    }
  }
  return [];
}
