// What semantics, the lowering, the summary and the editor know of a layer: its options, shape rule, weights and cost.

import type { OptionValue } from "../option-value.js";
import type { TensorType } from "../types.js";
import type { OptionSpec } from "../options.js";

export interface LayerSignature {
  /** One or two sentences for hovers and the reference, with the formula where there is one. */
  readonly doc: string;
  /** Names of the tensors it takes, in order; "..." after a name: one or more. */
  readonly tensors: readonly string[];
  /** Tensors that may be given by name (`initial: h`). In `options` the name of one that is given holds its index in `tensors`. */
  readonly optionalTensors?: readonly OptionalTensor[];
  /** The shape rule in words, for the reference; `shape` is what counts, and a test holds the two together. */
  readonly rule: RuleInWords;
  readonly options: readonly OptionSpec[];
  /** The result's type, or what does not fit. `tensors` are as many as declared. */
  readonly shape: (tensors: readonly TensorType[], options: Options) => ShapeResult;
  /** Its weights, in order; names are appended to the path of the call. */
  readonly weights: (tensors: readonly TensorType[], options: Options) => readonly WeightSignature[];
  /** Floating-point operations for one example outside training, a multiply-add counted as two; moving and looking up numbers is none. */
  readonly flops: (tensors: readonly TensorType[], options: Options, result: TensorType) => number;
}

export interface OptionalTensor {
  readonly name: string;
  readonly doc: string;
  /** Its type with names for its sizes, as in the rule: `f32[units]`. */
  readonly takes: string;
}

/**
 * Types of the tensors and of the result with names for their sizes: `f32[..., in]` to `f32[..., units]`. A name that an option has is
 * that option; `where` says what names stand for that are neither an option's nor a size of a tensor.
 */
export interface RuleInWords {
  readonly takes: readonly string[];
  readonly gives: string;
  readonly where?: string;
}

export type Options = Readonly<Record<string, OptionValue>>;

export type ShapeResult =
  | { readonly kind: "ok"; readonly type: TensorType }
  /** `expected` says what would fit, `found` what is there, `fix` one imperative sentence with the change that would fit, or null. */
  | { readonly kind: "mismatch"; readonly expected: string; readonly found: string; readonly fix: string; readonly odd?: OddTensor };

/** The one tensor of several that does not fit: its index, and the fix with the name that the program has for it. */
export interface OddTensor {
  readonly index: number;
  readonly fix: (name: string) => string;
}

export interface WeightSignature {
  /** `kernel`, `bias`, `scale`, `mean`, `variance`, `table`. */
  readonly name: string;
  readonly role: "kernel" | "embedding" | "bias" | "scale" | "statistic";
  readonly shape: readonly number[];
  /** Per axis: may Deep Fusion let it grow? */
  readonly axes: readonly ("feature" | "fixed")[];
  readonly init:
    | { readonly kind: "zeros" | "ones" }
    | { readonly kind: "constant"; readonly value: number }
    | { readonly kind: "normal"; readonly std: number }
    | { readonly kind: "uniform"; readonly limit: number }
    | { readonly kind: "he_normal" | "lecun_normal" | "glorot_uniform"; readonly fanIn: number; readonly fanOut: number };
}
