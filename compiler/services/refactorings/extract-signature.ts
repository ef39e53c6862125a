// The signature of a block that is made of a piece of a body: what the piece reads, with types. Sizes are names: those that they have where the
// piece stands, if that can be proven, or new ones, so that the block takes whatever has as many axes.

import { constantOf, isLiteral, isSurelyWhole, printSize, type Size } from "../../semantics/sizes/size.js";
import type { Sight } from "../../semantics/sizes/look-into.js";
import type { SymbolicType } from "../../semantics/sizes/probe.js";
import type { SymbolicValue } from "../../semantics/sizes/symbolic-value.js";
import type { NamedSymbol } from "../names/symbols.js";
import { freeName } from "./local-names.js";

/** A name that the piece reads and what it is there. */
export interface Need {
  readonly name: string;
  readonly value: SymbolicValue;
  /** The declared type as it is written, of an option that is as it was given. */
  readonly declared: string | null;
  readonly kind: NamedSymbol["kind"] | "piped";
  /** Are its sizes proven, or only likely? */
  readonly isProven: boolean;
}

export interface Signature {
  /** In order: tensors, then options. */
  readonly tensors: readonly string[];
  readonly options: readonly string[];
  /** `x: f32[t, d], heads: int`. */
  readonly text: string;
}

/** Usual names of axes, by how many there are. */
const axisNames: readonly (readonly string[])[] = [[], ["d"], ["t", "d"], ["h", "w", "c"], ["a", "b", "c", "d"]];

/** The signature; null where the type of something is not known. `isTaken`: names that stand for something else in the block. */
export function signatureOf(needs: readonly Need[], sight: Sight, isTaken: (name: string) => boolean): Signature | null {
  const sizes = new SizeNames(needs, sight, isTaken);
  const tensors = needs.flatMap(({ name, value, isProven }) => (value.kind === "tensor" ? [{ name, type: sizes.write(value.type, isProven) }] : []));
  const others = needs.filter(({ name, value }) => value.kind !== "tensor" && !sizes.bound.has(name));
  const options = others.map((need) => ({ name: need.name, type: optionType(need) }));
  if (options.some(({ type }) => type === null)) return null;
  return { tensors: tensors.map(({ name }) => name), options: options.map(({ name }) => name), text: [...tensors, ...options].map(({ name, type }) => `${name}: ${type ?? ""}`).join(", ") };
}

function optionType({ kind, value, declared }: Need): string | null {
  if (declared !== null) return declared;
  if (kind === "counter" || kind === "dimension") return "int";
  switch (value.kind) {
    case "number":
      return isSurelyWhole(value.size) ? "int" : "float";
    case "boolean":
      return "bool";
    case "layer":
      return "layer";
    case "numbers":
      return "ints";
    case "list":
      return value.items.every((item) => item.kind === "number" && isSurelyWhole(item.size)) ? "ints" : null;
    default:
      return null;
  }
}

class SizeNames {
  /** Names that the piece reads and that are sizes of its tensors: the signature binds them. */
  readonly bound = new Set<string>();
  readonly #given: { readonly size: Size | null; readonly name: string; readonly fromEnd: number }[] = [];
  readonly #needs: readonly Need[];
  readonly #sight: Sight;
  readonly #isTaken: (name: string) => boolean;

  constructor(needs: readonly Need[], sight: Sight, isTaken: (name: string) => boolean) {
    this.#needs = needs;
    this.#sight = sight;
    this.#isTaken = isTaken;
  }

  write({ dtype, shape }: SymbolicType, isProven: boolean): string {
    if (shape.length === 0) return dtype === "bool" ? "bool[]" : dtype;
    const usual = axisNames[shape.length] ?? shape.map((_, axis) => `d${axis + 1}`);
    return `${dtype}[${shape.map((size, axis) => this.#name(isProven ? size : null, usual[axis] ?? "d", shape.length - axis)).join(", ")}]`;
  }

  #name(size: Size | null, usual: string, fromEnd: number): string {
    if (size === null) {
      const name = freeName(usual, (candidate) => this.#isUsed(candidate));
      this.#given.push({ size, name, fromEnd });
      return name;
    }
    const isNumber = constantOf(size) !== null;
    // What is 1 stretches.
    if (isLiteral(size, 1)) return "1";
    const known = this.#given.find((each) => each.size !== null && this.#sight.areEqual(each.size, size) && (!isNumber || each.fromEnd === fromEnd));
    if (known !== undefined) return known.name;
    const name = (isNumber ? null : this.#nameThere(size)) ?? freeName(usual, (candidate) => this.#isUsed(candidate));
    this.#given.push({ size, name, fromEnd });
    return name;
  }

  // A number that the piece reads, or the name of the size where the piece stands.
  #nameThere(size: Size): string | null {
    const read = this.#needs.find(({ name, value }) => value.kind === "number" && !this.bound.has(name) && this.#sight.areEqual(value.size, size));
    if (read !== undefined) {
      this.bound.add(read.name);
      return read.name;
    }
    const printed = printSize(size);
    return /^[A-Za-z_]\w*$/.test(printed) && this.#sight.canWrite(size) && !this.#isUsed(printed) ? printed : null;
  }

  #isUsed(name: string): boolean {
    return this.#isTaken(name) || this.#given.some((each) => each.name === name) || this.#needs.some((need) => need.name === name);
  }
}
