// Values of the compile-time evaluator: what an expression of a body, an option or a clause stands for.

import type { Block, Model } from "../ast/ast.js";
import type { Origin } from "../source/source.js";
import type { FileScope } from "./files.js";
import type { LayerKind } from "./layers/layers.js";
import { isNum, multiply, printNum, whole, type Num } from "./numbers.js";
import type { CallValue, OptionValue, Overparam } from "./semantic-model.js";
import { printType, type TensorType } from "./types.js";

export type Value = NumberValue | BooleanValue | StringValue | WordValue | ListValue | LayerValue | TensorValue | TupleValue | CallResult | ErrorValue;

export interface NumberValue {
  readonly kind: "number";
  readonly value: Num;
  /** What stood behind the digits; arithmetic drops it. */
  readonly unit: "%" | "steps" | "epochs" | null;
}

export interface BooleanValue {
  readonly kind: "boolean";
  readonly value: boolean;
}

export interface StringValue {
  readonly kind: "string";
  readonly value: string;
}

/** A word of an option (`none` of `none | layer | rms`) with all words that it could have been. */
export interface WordValue {
  readonly kind: "word";
  readonly word: string;
  readonly words: readonly string[];
}

export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}

/** What can be applied to tensors. */
export type Callable =
  | { readonly kind: "built-in"; readonly name: LayerKind }
  | { readonly kind: "block"; readonly file: FileScope; readonly node: Block }
  | { readonly kind: "model"; readonly file: FileScope; readonly node: Model };

/** A layer as a value: `act: layer = relu`, or what `layer tok = embedding(...)` names. */
export interface LayerValue {
  readonly kind: "layer";
  readonly callable: Callable;
  /** Options given with it, checked: of a built-in layer all, of a block those that were written. null: none yet. */
  readonly bound: { readonly kind: "options"; readonly options: Readonly<Record<string, OptionValue>> } | { readonly kind: "values"; readonly values: ReadonlyMap<string, Value> } | null;
  /** The path of its weights, which all its uses share; null: each use has its own. */
  readonly path: string | null;
  /** The annotation on it, or undefined: it goes by where it is used. null: switched off. */
  readonly reach: Reach | undefined;
}

/** In whose reach of annotations a call stands. */
export interface Reach {
  /** Of `overparam`; null where it is switched off. */
  readonly settings: Overparam | null;
  /** Does a `frozen` stand around it? It cannot be taken back further in. */
  readonly frozen: boolean;
}

export interface TensorValue {
  readonly kind: "tensor";
  /** Inputs are -1, -2, ...; applications 0, 1, ... */
  readonly ref: number;
  readonly type: TensorType;
  /** Where it was made. */
  readonly origin: Origin;
  /** Is it a metric, which takes part in no arithmetic? */
  readonly metric: boolean;
}

/** Results of a block or model that gives several. */
export interface TupleValue {
  readonly kind: "tuple";
  readonly values: readonly Value[];
}

/** A function of an option as a value, so that a parameter can carry it: a schedule, an initial value. */
export interface CallResult {
  readonly kind: "call";
  readonly value: CallValue;
}

/** Stands for what was wrong and has been reported; causes no further message. */
export interface ErrorValue {
  readonly kind: "error";
}

export const error: ErrorValue = { kind: "error" };

export function numberValue(value: Num, unit: NumberValue["unit"] = null): NumberValue {
  return { kind: "number", value, unit };
}

/** A value in a message: `3`, `"a"`, `f32[28, 28]`, "a layer". */
export function describe(value: Value): string {
  switch (value.kind) {
    case "number":
      return value.unit === "%" ? printShare(value.value) : `${printNum(value.value)}${value.unit === null ? "" : ` ${value.unit}`}`;
    case "boolean":
      return String(value.value);
    case "string":
      return JSON.stringify(value.value.length > 40 ? `${value.value.slice(0, 40)}...` : value.value);
    case "word":
      return value.word;
    case "list":
      return `a list of ${value.items.length}`;
    case "layer":
      return `the layer ${callableName(value.callable)}`;
    case "tensor":
      return printType(value.type);
    case "tuple":
      return `${value.values.length} values`;
    case "call":
      return `${value.value.call}(...)`;
    case "error":
      return "nothing";
  }
}

function printShare(share: Num): string {
  const percent = multiply(share, whole(100));
  return isNum(percent) ? `${printNum(percent)}%` : printNum(share);
}

/** The name under which a callable was declared. */
export function callableName(callable: Callable): string {
  return callable.kind === "built-in" ? callable.name : callable.node.name.text;
}
