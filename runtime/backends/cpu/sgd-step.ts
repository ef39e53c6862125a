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
    // Views, so that each loop below has one index: it is what these few operations per element cost.
    const w = weight.subarray(i * size, (i + 1) * size);
    const m = momentum === null ? null : momentum.subarray(i * size, (i + 1) * size);
    if (width > 1) stepByColumn(w, m, gradient, p.subarray(i * width, (i + 1) * width), scale, rate, mu, nesterov);
    else if (m === null) descend(w, gradient, (p[i] as number) * scale, rate);
    else if (nesterov) stepAhead(w, m, gradient, (p[i] as number) * scale, rate, mu);
    else step(w, m, gradient, (p[i] as number) * scale, rate, mu);
  }
  return [];
}

/** W -= rate share g. */
function descend(weight: Float32Array, gradient: Float32Array, share: number, rate: number): void {
  for (let j = 0; j < weight.length; j++) weight[j] = (weight[j] as number) - rate * (share * (gradient[j] as number));
}

/** m = mu m + share g; W -= rate m. */
function step(weight: Float32Array, momentum: Float32Array, gradient: Float32Array, share: number, rate: number, mu: number): void {
  for (let j = 0; j < weight.length; j++) {
    const m = mu * (momentum[j] as number) + share * (gradient[j] as number);
    momentum[j] = m;
    weight[j] = (weight[j] as number) - rate * m;
  }
}

/** m = mu m + share g; W -= rate (share g + mu m). */
function stepAhead(weight: Float32Array, momentum: Float32Array, gradient: Float32Array, share: number, rate: number, mu: number): void {
  for (let j = 0; j < weight.length; j++) {
    const g = share * (gradient[j] as number);
    const m = mu * (momentum[j] as number) + g;
    momentum[j] = m;
    weight[j] = (weight[j] as number) - rate * (g + mu * m);
  }
}

/** The same three with a share of its own for each position of the last axis. */
function stepByColumn(weight: Float32Array, momentum: Float32Array | null, gradient: Float32Array, p: Float32Array, scale: number, rate: number, mu: number, nesterov: boolean): void {
  for (let j = 0, column = 0; j < weight.length; j++) {
    const g = (p[column] as number) * scale * (gradient[j] as number);
    if (++column === p.length) column = 0;
    if (momentum === null) {
      weight[j] = (weight[j] as number) - rate * g;
      continue;
    }
    const m = mu * (momentum[j] as number) + g;
    momentum[j] = m;
    weight[j] = (weight[j] as number) - rate * (nesterov ? g + mu * m : m);
  }
}
