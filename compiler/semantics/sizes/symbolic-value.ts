// Values of a body whose sizes are symbols, the names that stand for them, and what is left of two where branches meet.

import type { Origin, Span } from "../../source/source.js";
import type { Callable } from "../values.js";
import type { Atoms } from "./atoms.js";
import { compareSizes } from "./compare.js";
import type { OptionGuess, SymbolicType } from "./probe.js";
import { ofAtom, type Atom, type Size } from "./size.js";

export type SymbolicValue =
  | { readonly kind: "number"; readonly size: Size }
  /** An option `ints`: how many they are is not known. */
  | { readonly kind: "numbers"; readonly name: string }
  /** null: not known. */
  | { readonly kind: "boolean"; readonly value: boolean | null }
  | { readonly kind: "word"; readonly word: string | null; readonly words: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly SymbolicValue[] }
  | SymbolicTensor
  | { readonly kind: "tuple"; readonly values: readonly SymbolicValue[] }
  | SymbolicLayer
  /** Nothing is known, and nothing can be said. */
  | { readonly kind: "unknown" };

export interface SymbolicTensor {
  readonly kind: "tensor";
  readonly type: SymbolicType;
  readonly origin: Origin;
  /** What decides its last size, if that is an option of a call. */
  readonly sized: { readonly layer: string; readonly span: Span } | null;
}

export interface SymbolicLayer {
  readonly kind: "layer";
  readonly callable: Callable;
  readonly bound: { readonly kind: "options"; readonly options: ReadonlyMap<string, OptionGuess> } | { readonly kind: "values"; readonly values: ReadonlyMap<string, SymbolicValue> } | { readonly kind: "unknown" } | null;
}

export const unknown: SymbolicValue = { kind: "unknown" };

/** Names in braces inside braces; copied where branches part. */
export class Names {
  readonly #names: Map<string, SymbolicValue>;
  readonly outer: Names | null;

  constructor(outer: Names | null = null, names: ReadonlyMap<string, SymbolicValue> = new Map()) {
    this.outer = outer;
    this.#names = new Map(names);
  }

  lookup(name: string): SymbolicValue | undefined {
    return this.#names.get(name) ?? this.outer?.lookup(name);
  }

  define(name: string, value: SymbolicValue): void {
    this.#names.set(name, value);
  }

  assign(name: string, value: SymbolicValue): void {
    for (let scope: Names | null = this; scope !== null; scope = scope.outer) {
      if (!scope.#names.has(name)) continue;
      scope.#names.set(name, value);
      return;
    }
    this.#names.set(name, value);
  }

  copy(): Names {
    return new Names(this.outer?.copy() ?? null, this.#names);
  }

  /** Takes over what `join` makes of the values here and there; both are copies of one. Was anything changed? */
  merge(other: Names, join: (key: string, here: SymbolicValue, there: SymbolicValue) => SymbolicValue, level = 0): boolean {
    let isChanged = false;
    for (const [name, here] of this.#names) {
      const there = other.#names.get(name) ?? unknown;
      const joined = sameValue(here, there) ? here : join(`${level} ${name}`, here, there);
      if (joined === here) continue;
      this.#names.set(name, joined);
      isChanged = true;
    }
    const isOuterChanged = this.outer !== null && other.outer !== null && this.outer.merge(other.outer, join, level + 1);
    return isChanged || isOuterChanged;
  }
}

function sameValue(a: SymbolicValue, b: SymbolicValue): boolean {
  if (a === b) return true;
  if (a.kind === "number" && b.kind === "number") return compareSizes(a.size, b.size) === "equal";
  if (a.kind === "boolean" && b.kind === "boolean") return a.value === b.value;
  if (a.kind === "word" && b.kind === "word") return a.word === b.word;
  if (a.kind === "tensor" && b.kind === "tensor")
    return a.type.dtype === b.type.dtype && a.type.shape.length === b.type.shape.length && a.type.shape.every((size, i) => compareSizes(size, b.type.shape[i] ?? size) === "equal");
  return a.kind === "unknown" && b.kind === "unknown";
}

/**
 * Joins values at the meeting of branches: what differs becomes a symbol of its own. With `widened`, for the turns of a `repeat`, each
 * name and axis gets one symbol, so that joining comes to an end.
 */
export function joinWith(atoms: Atoms, widened: Map<string, Atom> | null): (key: string, here: SymbolicValue, there: SymbolicValue) => SymbolicValue {
  const fresh = (key: string, least: number | null, here: Size, there: Size): Size => {
    if (compareSizes(here, there) === "equal") return here;
    const own = widened?.get(key);
    if (own !== undefined) {
      const [term] = here.values();
      return here.size === 1 && term?.powers.length === 1 && term.powers[0]?.[0] === own ? here : ofAtom(own);
    }
    const atom = least === null ? null : atoms.symbol("?", least, true);
    const size = atom === null ? atoms.unknownNumber() : ofAtom(atom);
    const made = atom ?? [...size.values()][0]?.powers[0]?.[0];
    if (made !== undefined) widened?.set(key, made);
    return size;
  };
  return (key, here, there) => {
    if (here.kind === "number" && there.kind === "number") {
      const size = fresh(key, null, here.size, there.size);
      return size === here.size ? here : { kind: "number", size };
    }
    if (here.kind === "boolean" && there.kind === "boolean") return here.value === null ? here : { kind: "boolean", value: null };
    if (here.kind === "word" && there.kind === "word") return here.word === null ? here : { kind: "word", word: null, words: here.words };
    if (here.kind === "tensor" && there.kind === "tensor" && here.type.dtype === there.type.dtype && here.type.shape.length === there.type.shape.length) {
      const shape = here.type.shape.map((size, axis) => fresh(`${key} ${axis}`, 1, size, there.type.shape[axis] ?? size));
      return shape.every((size, axis) => size === here.type.shape[axis]) ? here : { ...here, type: { dtype: here.type.dtype, shape }, sized: null };
    }
    return unknown;
  };
}
