// What a checked program means: the contract between semantics, the services and the lowering.
// Models appear as instances: bodies unrolled with numbers for all sizes, each layer call an application with a path of its own.

import type { Program } from "../ast/ast.js";
import type { KernelSet } from "../kernel-set.js";
import type { Origin, Span } from "../source/source.js";
import type { LayerKind } from "./layers/layers.js";
import type { CallValue, OptionValue } from "./option-value.js";
import type { Dtype, TensorType } from "./types.js";

export type { CallValue, OptionValue } from "./option-value.js";

export interface SemanticModel {
  /** All files of the program by path, the opened file first. */
  readonly files: ReadonlyMap<string, Program>;
  /** The opened file. */
  readonly main: string;
  readonly datasets: readonly DatasetModel[];
  /** One instance for each model of the opened file whose parameters have defaults or that a run uses. */
  readonly instances: readonly Instance[];
  /** Train runs of the opened file, in order of the text. */
  readonly runs: readonly Run[];
}

/** An index into the values of a graph: inputs first, then one per application. */
export type ValueId = number;

export interface GraphInput {
  readonly name: string;
  readonly type: TensorType;
  readonly origin: Origin;
}

/** One use of a layer, an operator or a function on tensors. Its result is the value `inputs.length + its index`. */
export interface Application {
  readonly layer: LayerKind;
  /** Values it reads, tensors in order of the call. */
  readonly operands: readonly ValueId[];
  /** All options of the layer's signature, defaults filled in. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly type: TensorType;
  /** `repeat_1.3.encoder_layer.dense_2`; its weights are named below it. "" for what has no path (operators). */
  readonly path: string;
  /** The body that it stands in, as a path: `repeat_1.3.encoder_layer`; "" for the model's own. */
  readonly within: string;
  /** The name bound to the value in the source, for readable output; not part of any identity. */
  readonly name: string | null;
  /** The call itself. */
  readonly origin: Origin;
  /** Calls of blocks around it, innermost first. */
  readonly callers: readonly Origin[];
  /** The `overparam` in whose reach it stands, or null: copies is 1 or none stands. */
  readonly overparam: Overparam | null;
  readonly frozen: boolean;
}

/** An elaborated graph: a model's body, a run's losses, a run's metrics. */
export interface Graph {
  readonly inputs: readonly GraphInput[];
  readonly applications: readonly Application[];
  readonly outputs: readonly { readonly name: string; readonly value: ValueId; readonly origin: Origin }[];
  /** Inputs of sequences that must be equally long in each example, since their positions meet. Absent: there are none. */
  readonly aligned?: readonly (readonly [string, string])[];
}

/** An `overparam` as it stands in the program, defaults filled in. */
export interface Overparam extends KernelSet {
  /** Does it reach embedding tables, too? */
  readonly embeddings: boolean;
  /** Does the program say how copies begin? */
  readonly isInitGiven: boolean;
  readonly origin: Origin;
}

/** What weights of a model begin with: those of smaller trained ones. */
export interface Start {
  /** The call of the fused model in whose reach the weights are, as a path; "": the model itself. */
  readonly prefix: string;
  /** The fused model by itself, without its start. */
  readonly target: Instance;
  readonly fusion: Fusion;
  /** Its inputs that are inputs of the model around it, up to shape and dtype, with those: of all calls. Absent: it is the model itself. */
  readonly reads?: readonly (readonly [input: string, outer: string])[];
  /** No run trains it: it is there to be called in others, where an output may be wider than the sources'. */
  readonly isPart?: true;
}

/** `fuse from`, checked, defaults filled in. */
export interface Fusion {
  readonly sources: readonly FusionSource[];
  readonly newWeights: { readonly kind: "zeros" } | { readonly kind: "normal" | "antisymmetric"; readonly std: number };
  readonly norms: "exact" | "joint";
  /** Mixing weights; null: all alike. */
  readonly weights: readonly number[] | null;
  readonly moments: "fresh" | "fused";
  /** Options that the call of the target gives; none where the target is derived. */
  readonly given: readonly GivenOption[];
  readonly origin: Origin;
}

/** An option with its place: of all of the argument, and of its value where that is a plain number. */
export interface GivenOption {
  readonly name: string;
  readonly origin: Origin;
  readonly number: Span | null;
}

/** A trained model. `name` is how the program calls it, with its step: one name, one set of weights. */
export type FusionSource =
  /** The result of a run, or its model after `step` steps. */
  | { readonly kind: "run"; readonly name: string; readonly run: Run; readonly step: number | null; readonly origin: Origin }
  /** A file of weights, relative to the file that names it. */
  | { readonly kind: "checkpoint"; readonly name: string; readonly file: string; readonly instance: Instance; readonly origin: Origin };

/** A model with numbers for all its sizes. */
export interface Instance {
  /** The model's name, as declared. */
  readonly model: string;
  /** Compile-time arguments in order of the signature, defaults included. */
  readonly args: readonly { readonly name: string; readonly value: OptionValue }[];
  readonly doc: string | null;
  readonly graph: Graph;
  /** What its weights begin with; absent: all are drawn. */
  readonly starts?: readonly Start[];
  readonly origin: Origin;
}

/** A dataset's declaration, checked. */
export interface DatasetModel {
  readonly name: string;
  readonly doc: string | null;
  readonly source: DataSource;
  readonly fields: readonly DataField[];
  readonly transforms: readonly DataTransform[];
  /** Of training rows, after the transforms. */
  readonly augment: readonly Augmentation[];
  readonly split: DataSplit;
  /** At most so many rows, from the start; null: all. */
  readonly take: number | null;
  readonly origin: Origin;
}

/** Shares of the rows by split, which sum to at most 1; or of `images`, the folder of each split, null where there is none. */
export type DataSplit =
  | { readonly train: number; readonly valid: number; readonly test: number; readonly order: "shuffled" | "file" }
  | { readonly folders: { readonly train: string; readonly valid: string | null; readonly test: string | null } };

export type DataSource =
  | { readonly kind: "idx"; readonly files: readonly string[]; readonly sha256: readonly string[] | null }
  | { readonly kind: "csv"; readonly file: string; readonly missing: string | null; readonly separator: string; readonly tokenizer: string | null; readonly unit: "bytes" | "characters" | null; readonly sha256: readonly string[] | null }
  | { readonly kind: "npy"; readonly files: readonly string[]; readonly sha256: readonly string[] | null }
  | { readonly kind: "npz"; readonly file: string; readonly sha256: readonly string[] | null }
  | { readonly kind: "jsonl"; readonly file: string; readonly tokenizer: string | null; readonly sha256: readonly string[] | null }
  | { readonly kind: "parquet"; readonly file: string; readonly dropsMissing: boolean; readonly sha256: readonly string[] | null }
  | { readonly kind: "images"; readonly folder: string }
  | { readonly kind: "text"; readonly file: string; readonly unit: "bytes" | "characters"; readonly tokenizer: string | null; readonly sha256: readonly string[] | null }
  | { readonly kind: "synthetic"; readonly generator: string; readonly rows: number; readonly seed: number };

export interface DataField {
  readonly name: string;
  /** `class` is an `i32` label below `below`. */
  readonly dtype: Dtype | "class";
  readonly shape: readonly number[];
  /** A sequence of unequal length: the first size is its longest. Absent: all rows have the same shape. */
  readonly ragged?: true;
  readonly below: number | null;
  /** Names of the classes in order, or null. */
  readonly classes: readonly string[] | null;
  /** Where it comes from; null: what has the field's own name (csv or parquet column, member of a JSON line, npz array), stands in its place (idx,
   * npy file), is an image or its class, or is the window of a text. `next`: what follows each unit of the window. `shift`: a member's values, moved to the right by one. */
  readonly from:
    | { readonly kind: "column"; readonly column: string }
    | { readonly kind: "columns"; readonly first: string | number; readonly last: string | number }
    | { readonly kind: "next" }
    | { readonly kind: "shift"; readonly column: string }
    | null;
}

export type DataTransform =
  | { readonly kind: "scale"; readonly fields: readonly string[]; readonly by: number }
  | { readonly kind: "standardize"; readonly fields: readonly string[] };

/** Random changes to images, in order; fields of one clause are changed alike. */
export interface Augmentation {
  readonly fields: readonly string[];
  readonly steps: readonly AugmentStep[];
}

export type AugmentStep =
  | { readonly kind: "flip"; readonly along: "horizontal" | "vertical" }
  | { readonly kind: "crop"; readonly size: readonly [height: number, width: number]; readonly pad: number }
  | { readonly kind: "cutout"; readonly size: number }
  | { readonly kind: "noise"; readonly deviation: number };

/** A `train` declaration, checked. */
export interface Run {
  readonly name: string;
  readonly doc: string | null;
  readonly instance: Instance;
  readonly dataset: DatasetModel;
  /** The model's inputs by the fields they read; of a sequence of unequal length also its length, as `words.length`. */
  readonly feeds: readonly { readonly input: string; readonly field: string }[];
  /** Fields of sequences that must be equally long in each row. */
  readonly aligned: readonly (readonly [string, string])[];
  /** Items of `loss` (as `loss.name`) and `metrics` that are means over the positions of sequences, by the field whose positions count. */
  readonly positions: readonly { readonly item: string; readonly field: string }[];
  /** Inputs: the model's outputs (named as such) and the data's fields (named `row.<field>`). Outputs: one scalar per item. */
  readonly loss: Graph;
  /** Same inputs. Outputs: one metric per item. */
  readonly metrics: Graph;
  /** What `predict` applies to each output, and the field whose values it predicts, from the loss that compares them. `ragged`: the field that it is as long as. */
  readonly links: readonly { readonly output: string; readonly link: "softmax" | "sigmoid" | "none"; readonly classes: readonly string[] | null; readonly field: string | null; readonly ragged?: string }[];
  readonly settings: RunSettings;
  readonly origin: Origin;
}

/** A length of training. A share is of the whole run. */
export type Duration = { readonly unit: "steps" | "epochs"; readonly value: number } | { readonly unit: "share"; readonly value: number };

export interface RunSettings {
  /** An optimizer and its options; `lr` is a number (constant) or a schedule's call value. */
  readonly optimizer: CallValue;
  readonly batch: number;
  /** Batches for one step. Absent: 1. */
  readonly accumulate?: number;
  readonly length: { readonly unit: "steps" | "epochs"; readonly value: number };
  readonly clip: { readonly norm: number } | { readonly value: number } | null;
  readonly checkpoint: { readonly every: Duration | null; readonly keep: number | null; readonly best: string | null };
  readonly stop: { readonly metric: string; readonly patience: Duration } | null;
  /** How often the validation split is evaluated; null: after each epoch. */
  readonly evaluate: Duration | null;
  readonly l2: number;
  /** Absent: 0. */
  readonly l1?: number;
  /** Share that the moving average of the weights keeps. Absent: there is none. */
  readonly ema?: number;
  /** Weights in the training loss: of the labels of some fields, those of each class in order, and a field with one for each row. Absent: none. */
  readonly weigh?: { readonly classes?: { readonly fields: readonly string[]; readonly weights: "balanced" | readonly number[] }; readonly by?: string };
  /** How training rows are chosen; absent: all are taken. */
  readonly select?: CallValue;
  readonly seed: number;
}
