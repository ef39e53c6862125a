// What the conformance battery is made of: cases, and what comes out of one on a backend.

/** The largest relative error, or a sentence of what is wrong. */
export type Outcome = number | string;

export type Kind = "layer" | "operator" | "loss" | "metric" | "optimizer" | "method";

/** Computes what `run` makes; tensors are read afterwards, so that a whole computation can be put on other kernels. */
export type Compute = <T>(run: () => T) => T;

/** Computes an outcome; null where the backend in use has nothing of the kind. */
export type Check = (trial: Trial) => Promise<Outcome | null>;

/** How a backend is tried. */
export interface Trial {
  readonly compute: Compute;
  /** How many times the error that native float32 code stays within is allowed: 1 for CPUs; GPUs approximate functions. */
  readonly looseness: number;
}

export interface Case {
  readonly kind: Kind;
  /** The word of the language: `conv2d`, `adam`; for a method what it does. */
  readonly of: string;
  /** Unique within a kind. */
  readonly name: string;
  /** Values against stored references or formulas; null: the case is of gradients alone. */
  readonly forward: Check | null;
  /** Gradients against stored references; null: there is none. */
  readonly gradient: Check | null;
  /** Gradients against finite differences on the same backend; null: there is no gradient, or a kink is near. */
  readonly differences: Check | null;
}

export interface Row {
  readonly kind: Kind;
  readonly of: string;
  readonly name: string;
  readonly forward: Outcome | null;
  readonly gradient: Outcome | null;
  readonly differences: Outcome | null;
}

/** The error as an outcome: a sentence where it is above `most`. */
export function within(error: number, most: number, what: string): Outcome {
  return error <= most ? error : `${what} differ by ${error.toPrecision(3)}, more than ${most.toPrecision(3)}`;
}

/** The larger of two, or what is wrong first. */
export function worse(a: Outcome, b: Outcome): Outcome {
  if (typeof a === "string") return a;
  return typeof b === "string" ? b : Math.max(a, b);
}
