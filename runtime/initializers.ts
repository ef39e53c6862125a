// Initial values of weights: how a distribution is drawn and what its variance is.

import type { Stream } from "./random.js";

/** The weights of trained models, by the model's name and the weight's path. */
export type SourceWeights = (source: string, weight: string) => { readonly shape: readonly number[]; readonly values: ArrayLike<number> };

/** How a number follows the gradients: with gradients c times as large it is c to this power times as large. */
export type Degree = 0 | 1 | 2;

/** A distribution of initial values, independent from element to element, or values that come from other models. */
export interface Initializer {
  /** Of one element; 0 for constants. */
  readonly variance: number;
  /** Which weights of which models it is made of; absent: none. */
  readonly sources?: readonly { readonly source: string; readonly weight: string }[];
  /** Fills an array with values from the stream, and from the models where it has `sources`. */
  readonly fill: (out: Float32Array, stream: Stream, sources?: SourceWeights) => Float32Array;
  /** Fills an array with what an optimizer keeps of the weight, out of what was kept of those that it is made of. Absent: the optimizer begins with zeros. */
  readonly carry?: (out: Float32Array, degree: Degree, kept: SourceWeights) => Float32Array;
}

/** The same value everywhere. */
export function constantInitializer(value: number): Initializer {
  return { variance: 0, fill: (out) => out.fill(value) };
}

export function zeros(): Initializer {
  return constantInitializer(0);
}

export function ones(): Initializer {
  return constantInitializer(1);
}

/** Normal with mean 0 and standard deviation `std`. */
export function normal(std: number): Initializer {
  return { variance: std ** 2, fill: (out, stream) => stream.fillNormal(out, std) };
}

/** Uniform in [-limit, limit). */
export function uniform(limit: number): Initializer {
  return { variance: limit ** 2 / 3, fill: (out, stream) => stream.fillUniform(out, -limit, limit) };
}

/** Normal with variance 2 / fanIn (He et al. 2015), not truncated. */
export function heNormal(fanIn: number, _fanOut: number): Initializer {
  return normal(Math.sqrt(2 / fanIn));
}

/** Normal with variance 1 / fanIn (LeCun et al. 1998), not truncated. */
export function lecunNormal(fanIn: number, _fanOut: number): Initializer {
  return normal(Math.sqrt(1 / fanIn));
}

/** Uniform with limit sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function glorotUniform(fanIn: number, fanOut: number): Initializer {
  return uniform(Math.sqrt(6 / (fanIn + fanOut)));
}
