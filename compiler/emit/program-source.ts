// What the emission reads: modules after the passes with the declarations they came from, and places of source text as lines.

import type { Module } from "../ir/module.js";
import type { Instance, Run } from "../semantics/semantic-model.js";
import type { Origin } from "../source/source.js";

/** A model to emit, with the run that trains it or without. */
export interface ProgramUnit {
  readonly instance: Instance;
  /** With kernel sets. */
  readonly module: Module;
  readonly run: RunUnit | null;
}

export interface RunUnit {
  readonly declaration: Run;
  readonly identity: string;
  readonly modelIdentity: string;
  /** Trained models that weights begin with. */
  readonly sources: readonly SourceUnit[];
  /** What is claimed of the whole model as it starts from them; null: nothing. */
  readonly promised: Promised | null;
  /** The file that declares the run and its folder relative to that of the opened file; null: the opened file. */
  readonly declaredIn: { readonly file: string; readonly directory: string } | null;
}

/** A source by the name that initial values call it by. */
export type SourceUnit =
  | {
      readonly kind: "run";
      readonly name: string;
      readonly origin: Origin;
      readonly step: number | null;
      /** Its inputs that are inputs of the run, with those; null: all are, by name. */
      readonly reads: readonly (readonly [input: string, outer: string])[] | null;
    }
  /** A file relative to the folder of the opened file, and what it must hold. */
  | { readonly kind: "checkpoint"; readonly name: string; readonly file: string; readonly instance: Instance; readonly module: Module };

/** What `sop prove` measures of a run that starts from others. */
export interface Promised {
  /** The mean: sources in order, a name twice being the same weights twice, and their shares. */
  readonly mix: readonly { readonly source: string; readonly share: number }[];
  readonly outputs: readonly PromisedOutput[];
  /** Terms of the loss that are convex in outputs that are the mean. */
  readonly convex: readonly string[];
}

/** What is claimed of an output at step 0. */
export type PromisedOutput = { readonly output: string } & (
  | { readonly kind: "mean" }
  /** In order of the sources. */
  | { readonly kind: "weighted-sum"; readonly factors: readonly number[] }
  /** What `through` (softmax, ...) reads is the mean; it is made at `at`. */
  | { readonly kind: "function-of-mean"; readonly through: string; readonly at: Origin }
  | { readonly kind: "not"; readonly causes: readonly string[] }
);

export interface ProgramSource {
  /** File name of the opened `.sop` file, without its folder. */
  readonly file: string;
  /** From the folder of the program to the folder of the `.sop` file. */
  readonly directory: string;
  readonly units: readonly ProgramUnit[];
  /** Where an origin lies: its file relative to the folder of the opened file, and its line from 1. */
  readonly placeOf: (origin: Origin) => Place;
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A program as text, with its source map (version 3, by line) as JSON. */
export interface Program {
  readonly typescript: string;
  readonly map: string;
}
