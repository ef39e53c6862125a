// What the emission reads: modules after the passes with the declarations they came from, and places of source text as lines.

import type { Module } from "../ir/module.js";
import type { Instance, Run } from "../semantics/semantic-model.js";
import type { Origin } from "../source/source.js";

/** A model to emit, with the run that trains it or without. */
export interface ProgramUnit {
  readonly instance: Instance;
  /** With kernel sets. */
  readonly module: Module;
  readonly run: { readonly declaration: Run; readonly identity: string; readonly modelIdentity: string } | null;
}

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
