// What the lowering of one application reads and does: the form of a row of the table in lowerings.ts.

import { invariant } from "../invariant.js";
import { GraphBuilder, type Place } from "../ir/builder.js";
import type { Attribute, ValueType } from "../ir/module.js";
import type { OpKind } from "../ir/ops.js";
import type { CallValue, OptionValue } from "../semantics/option-value.js";

/** One application under lowering. Rows add ops and return the value of the result. */
export class Lowering {
  constructor(
    private readonly builder: GraphBuilder,
    private readonly place: Place,
    private readonly options: Readonly<Record<string, OptionValue>>,
    /** Values of its tensors, in order of the call. */
    readonly operands: readonly number[],
    private readonly weights: ReadonlyMap<string, string>,
    /** Does it behave as in evaluation, always? */
    readonly isFrozen: boolean,
    /** For each tensor the value of its lengths, null where all examples are equally long. */
    private readonly lengths: readonly (number | null)[] = [],
    /** The value with the weights of a loss, or null. */
    readonly lossWeights: number | null = null,
  ) {}

  /** Appends an op that belongs to this application. */
  add(kind: OpKind, operands: readonly number[], attributes: Readonly<Record<string, Attribute>> = {}): number {
    return this.builder.op(kind, operands, attributes, this.place);
  }

  /** The tensor at a position of the call. */
  operand(index: number): number {
    const value = this.operands[index];
    invariant(value !== undefined, `${this.place.path} has a tensor ${index}`);
    return value;
  }

  /** Lengths of the sequences of a tensor, as an operand: one value, or none. */
  lengthsOf(index: number): readonly number[] {
    const value = this.lengths[index] ?? null;
    return value === null ? [] : [value];
  }

  /** A tensor that is given by name; null where it is not. */
  optional(name: string): number | null {
    const index = this.options[name];
    return typeof index === "number" ? this.operand(index) : null;
  }

  typeOf(value: number): ValueType {
    return this.builder.typeOf(value);
  }

  /** Does the layer have a weight of this name here? (`bias: false` takes one away.) */
  hasWeight(name: string): boolean {
    return this.weights.has(name);
  }

  /** The weight of this name, below the path of the layer. */
  weight(name: string): number {
    const path = this.weights.get(name);
    invariant(path !== undefined, `${this.place.path} has a weight ${name}`);
    return this.add("weight", [], { path });
  }

  /** All options, those left out without a default not among them. */
  get given(): Readonly<Record<string, OptionValue>> {
    return this.options;
  }

  number(name: string): number {
    const value = this.options[name];
    invariant(typeof value === "number", `the option ${name} of ${this.place.path} is a number`);
    return value;
  }

  /** A number whose default is none: null where it is not given. */
  numberIfGiven(name: string): number | null {
    return this.options[name] === undefined ? null : this.number(name);
  }

  flag(name: string): boolean {
    const value = this.options[name];
    invariant(typeof value === "boolean", `the option ${name} of ${this.place.path} is true or false`);
    return value;
  }

  numbers(name: string): readonly number[] {
    const value = this.options[name];
    invariant(value !== undefined && isNumbers(value), `the option ${name} of ${this.place.path} is a list of numbers`);
    return value;
  }

  word(name: string): string {
    const value = this.options[name];
    invariant(typeof value === "string", `the option ${name} of ${this.place.path} is a word`);
    return value;
  }
}

export type LoweringRule = (application: Lowering) => number;

function isNumbers(value: OptionValue | CallValue): value is readonly number[] {
  return Array.isArray(value);
}
