// What values in bodies were found to be while a program was checked, as plain data for the answers that editors want. What is kept
// belongs to one place: a span in one declaration, and types or numbers that point to no tree and no graph.

import type { Origin, Span } from "../source/source.js";
import type { SymbolicType } from "./sizes/probe.js";
import type { Size } from "./sizes/size.js";
import type { SymbolicValue } from "./sizes/symbolic-value.js";
import type { OptionValue } from "./semantic-model.js";
import type { TensorType } from "./types.js";
import { callableName, type BooleanValue, type NumberValue, type StringValue, type Value, type WordValue } from "./values.js";

/** A value by itself. */
export type Found =
  | { readonly kind: "tensor"; readonly type: TensorType }
  /** A tensor whose sizes are symbols. */
  | { readonly kind: "symbolic"; readonly type: SymbolicType }
  /** A number that is made of symbols. */
  | { readonly kind: "size"; readonly size: Size }
  | NumberValue
  | BooleanValue
  | StringValue
  | WordValue
  | { readonly kind: "list"; readonly items: readonly Found[] }
  /** A layer by the name under which it was declared. */
  | { readonly kind: "layer"; readonly name: string }
  | { readonly kind: "tuple"; readonly values: readonly (Found | null)[] };

/** What stands at a place. */
export interface ObservedValue {
  /** Of the expression, of a pipe up to and with its stage; or of the name that is bound. */
  readonly span: Span;
  /** Several where the turns of a `repeat` differ. */
  readonly found: readonly Found[];
}

/** One look at one body, or at the items of a clause. */
export interface ObservedBody {
  readonly file: string;
  /** The block, the model as it is called where it was built, or the clause. */
  readonly name: string;
  /** Options of a model in order of its signature; null: sizes are symbols, or it is no model. */
  readonly args: readonly { readonly name: string; readonly value: OptionValue }[] | null;
  readonly values: readonly ObservedValue[];
}

/** A constant of a file, at its name. */
export interface ObservedConstant {
  readonly origin: Origin;
  readonly value: Found;
}

/** Is told what is found. */
export interface ValueObserver {
  readonly body: (body: ObservedBody) => void;
  readonly constant: (constant: ObservedConstant) => void;
}

/** Turns of a `repeat` that are kept apart. */
const most = 8;

/** Values by the nodes that they stand for, as long as a body is looked at. */
export class Seen<V extends Value | SymbolicValue> {
  readonly #values = new Map<{ readonly span: Span }, V | V[]>();

  /** A later value of a node comes beside an earlier one. */
  add(node: { readonly span: Span }, value: V): void {
    const known = this.#values.get(node);
    if (known === undefined) this.#values.set(node, value);
    else if (!Array.isArray(known)) {
      if (!isSame(known, value)) this.#values.set(node, [known, value]);
    } else if (known.length < most && !isSame(known[known.length - 1], value)) known.push(value);
  }

  /** A later value of a node takes the place of an earlier one. */
  set(node: { readonly span: Span }, value: V): void {
    this.#values.set(node, value);
  }

  /** All that has something to be said of. */
  values(): readonly ObservedValue[] {
    const values: ObservedValue[] = [];
    for (const [{ span }, known] of this.#values) {
      const found = (Array.isArray(known) ? known : [known]).flatMap((value) => foundOf(value) ?? []);
      if (found.length > 0) values.push({ span, found });
    }
    return values;
  }
}

function isSame(a: Value | SymbolicValue | undefined, b: Value | SymbolicValue): boolean {
  if (a?.kind !== b.kind) return false;
  if (a.kind === "tensor" && b.kind === "tensor") {
    const [shape, other] = [a.type.shape, b.type.shape];
    return a.type.dtype === b.type.dtype && shape.length === other.length && shape.every((size, axis) => size === other[axis]);
  }
  if (a.kind === "number" && b.kind === "number" && "value" in a && "value" in b) {
    const [x, y] = [a.value, b.value];
    return x.kind === "exact" ? y.kind === "exact" && x.n === y.n && x.d === y.d : y.kind === "float" && x.value === y.value;
  }
  return a.kind !== "number";
}

/** The value as plain data; null where nothing is known of it. */
export function foundOf(value: Value | SymbolicValue): Found | null {
  switch (value.kind) {
    case "tensor":
      return "sized" in value ? { kind: "symbolic", type: value.type } : { kind: "tensor", type: value.type };
    case "number":
      return "size" in value ? { kind: "size", size: value.size } : value;
    case "boolean":
      return value.value === null ? null : { kind: "boolean", value: value.value };
    case "word":
      return value.word === null ? null : { kind: "word", word: value.word, words: value.words };
    case "string":
      return value;
    case "list": {
      const items = value.items.flatMap((item) => foundOf(item) ?? []);
      return items.length === value.items.length ? { kind: "list", items } : null;
    }
    case "layer":
      return { kind: "layer", name: callableName(value.callable) };
    case "tuple":
      return { kind: "tuple", values: value.values.map(foundOf) };
    case "numbers":
    case "call":
    case "error":
    case "unknown":
      return null;
  }
}
