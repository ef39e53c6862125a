// Declarations of options: one form for layers, clauses, schedules, optimizers, annotations. Completion, hover and the reference read them.

import type { OptionValue } from "./option-value.js";

export interface OptionSpec {
  readonly name: string;
  readonly doc: string;
  readonly type: OptionType;
  /** undefined: must be given. Options without a default may also be positional, in order. A function reads the options before it. */
  readonly default?: OptionValue | null | ((earlier: Readonly<Record<string, OptionValue>>) => OptionValue);
}

/** A function that an option can name, or that stands in a place of its own: a schedule, an optimizer, a source of data. */
export interface FunctionSpec {
  /** One or two sentences, with the formula where there is one. */
  readonly doc: string;
  readonly options: readonly OptionSpec[];
  /** What it takes before its options: `files...`. */
  readonly takes?: string;
}

export type OptionType =
  /** A whole number within bounds, both inclusive. */
  | { readonly kind: "int"; readonly min?: number; readonly max?: number }
  /** A number; bounds inclusive unless `open`. */
  | { readonly kind: "float"; readonly min?: number; readonly max?: number; readonly open?: boolean }
  | { readonly kind: "boolean" }
  | { readonly kind: "string" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  /** Whole numbers in brackets; `one` also lets a single number stand for `count` equal ones. */
  | { readonly kind: "ints"; readonly count?: number; readonly one?: boolean; readonly min?: number }
  /** Numbers in brackets; `each` is what one of them is for. */
  | { readonly kind: "floats"; readonly count?: number; readonly each?: string; readonly min?: number; readonly max?: number }
  /** `2%`, `200 steps` or `3 epochs`. */
  | { readonly kind: "duration" }
  /** One of several functions with options of their own: schedules, initializers, mixing rules. */
  | { readonly kind: "call"; readonly functions: Readonly<Record<string, FunctionSpec>> }
  | { readonly kind: "either"; readonly types: readonly OptionType[] };
