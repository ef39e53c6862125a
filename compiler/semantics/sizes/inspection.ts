// What the symbolic check of one body keeps: its symbols, what it has proven, what it leaves to the calls.

import type { DiagnosticId, DiagnosticParams, Note } from "../../diagnostics/diagnostic.js";
import type { Argument, Block, Call, Expression, Model } from "../../ast/ast.js";
import type { Origin, Span } from "../../source/source.js";
import type { Context } from "../context.js";
import type { FileScope } from "../files.js";
import { limits } from "../limits.js";
import type { Seen } from "../observed.js";
import { originKey } from "../overparam.js";
import type { ReportDetails } from "../report.js";
import { Atoms } from "./atoms.js";
import { compareSizes, mayStretch, type Comparison } from "./compare.js";
import { positiveIn, type SymbolicType } from "./probe.js";
import { atomsOf, type Atom, type Size } from "./size.js";
import type { Names, SymbolicLayer, SymbolicValue } from "./symbolic-value.js";

/** Where an expression stands: its file and its names. */
export interface Place {
  readonly file: FileScope;
  readonly names: Names;
  /** Values of the body that is checked; null: nobody asks, or it stands in another one. */
  readonly seen: Seen<SymbolicValue> | null;
}

/** A tensor of a call. */
export interface Operand {
  readonly value: SymbolicValue;
  readonly span: Span;
}

/** The mutually recursive parts of the check; kept here so that their files need not import each other. */
export interface InspectionRules {
  readonly expression: (by: Inspection, place: Place, expression: Expression) => SymbolicValue;
  readonly call: (by: Inspection, place: Place, call: Call, layer: SymbolicLayer, piped: Operand | null) => SymbolicValue;
  /** A layer with its options, where one is named. */
  readonly bind: (by: Inspection, place: Place, layer: SymbolicLayer, args: readonly Argument[]) => SymbolicLayer;
  /** Runs a body whose tensors and options are bound; gives what it returns, or null where that is not known. */
  readonly body: (by: Inspection, place: Place, node: Block | Model) => readonly SymbolicValue[] | null;
}

/** Thrown where a body takes more work than its check is worth; what was found until then counts. */
export class TooMuch extends Error {}

/** Statements and expressions of one body, repetitions included. */
const most = 30_000;

export class Inspection {
  readonly context: Context;
  readonly rules: InspectionRules;
  readonly atoms = new Atoms();
  /** Atoms that are at least 1 where the check stands, because they were the size of a tensor. */
  positive = new Set<Atom>();
  /** Above 0: nothing is reported. */
  silent = 0;
  /** Blocks without declared results that are being looked into. */
  depth = 0;
  hasErrors = false;
  readonly #places = new Map<Atom, Note>();
  readonly #compared = new Set<Atom>();
  #steps = 0;
  #nesting = 0;

  constructor(context: Context, rules: InspectionRules) {
    this.context = context;
    this.rules = rules;
  }

  step(): void {
    if (++this.#steps > most) throw new TooMuch();
  }

  /** Does work that may hold more of its kind. */
  nested<T>(work: () => T): T {
    if (++this.#nesting > limits.depth) throw new TooMuch();
    const result = work();
    this.#nesting--;
    return result;
  }

  say<Id extends DiagnosticId>(id: Id, origin: Origin, params: DiagnosticParams<Id>, more: ReportDetails): void {
    if (this.silent > 0) return;
    this.hasErrors = true;
    this.context.report.say(id, origin, params, more);
  }

  /** What was accepted here and may fail in a call. */
  require(origin: Origin): void {
    this.context.sizes.requirements.add(originKey(origin));
  }

  /** A symbol of the signature, with the place that notes point to. */
  symbol(name: string, least: number | null, origin: Origin, message: string, mayBeOne = false): Atom {
    const atom = this.atoms.symbol(name, least, mayBeOne);
    this.#places.set(atom, { origin, message });
    return atom;
  }

  /** A tensor was made: the names in its sizes are sizes. */
  sized(type: SymbolicType): SymbolicType {
    for (const atom of positiveIn(type.shape)) this.positive.add(atom);
    return type;
  }

  compare(a: Size, b: Size): Comparison {
    return compareSizes(a, b, this.positive);
  }

  /** The program asks whether these are some number: then one may be the 1 that stretches. */
  asked(size: Size): void {
    for (const atom of atomsOf(size)) this.#compared.add(atom);
  }

  mayStretch(size: Size): boolean {
    return mayStretch(size) || [...atomsOf(size)].some((atom) => this.#compared.has(atom));
  }

  /** Where the symbols of these sizes come from. */
  notes(sizes: readonly Size[]): readonly Note[] {
    const atoms = new Set(sizes.flatMap((size) => [...atomsOf(size)]));
    return [...atoms].flatMap((atom) => this.#places.get(atom) ?? []).slice(0, 3);
  }
}
