// What editors' questions are answered from: a program as it is at one moment, perhaps in the middle of being typed.
// Answers are pure functions of a snapshot and offsets; they give plain data and know nothing of any protocol.

import type { Checked, Diagnostic } from "../diagnostics/diagnostic.js";
import type { Host } from "../host.js";
import type { Observer } from "../semantics/analyze.js";
import type { FileScope } from "../semantics/files.js";
import type { ObservedBody, ObservedConstant } from "../semantics/observed.js";
import type { SemanticModel } from "../semantics/semantic-model.js";
import { lineMap, type LineMap } from "../source/line-map.js";
import { factsOf, type Facts, type Observations } from "./facts/facts.js";

export interface Snapshot {
  /** The open file. */
  readonly path: string;
  /** All files of the program with their trees and names by path, the open one first. A file with mistakes has what recovery kept of it. */
  readonly files: ReadonlyMap<string, FileScope>;
  /** Of all files of the program. */
  readonly diagnostics: readonly Diagnostic[];
  /** The text that the trees were made of; "" for a file that is not of the program. */
  readonly textOf: (path: string) => string;
  readonly linesOf: (path: string) => LineMap;
  readonly host: Host;
  /** What whole models and runs mean. */
  readonly model: SemanticModel;
  /** What was found at places. */
  readonly facts: Facts;
}

/** Where a question is asked. */
export interface Place {
  readonly path: string;
  readonly offset: number;
}

/** Takes a snapshot with a way to check the program, and one to say how a model starts from others. */
export function takeSnapshot(path: string, host: Host, analyze: (observer: Observer) => Checked<SemanticModel>, inWords: Observations["inWords"]): Snapshot {
  const loaded = new Map<string, FileScope>();
  // The host may have others by the time that somebody asks.
  const bodies: ObservedBody[] = [];
  const constants: ObservedConstant[] = [];
  const texts = new Map<string, string>();
  const checked = analyze({
    files: (files) => {
      for (const [of, file] of files) {
        loaded.set(of, file);
        texts.set(of, host.read(of) ?? "");
      }
    },
    body: (body) => void bodies.push(body),
    constant: (constant) => void constants.push(constant),
  });
  const maps = new Map<string, LineMap>();
  const textOf = (of: string): string => texts.get(of) ?? "";
  return { path, files: loaded, diagnostics: checked.diagnostics, textOf, linesOf: (of) => remember(maps, of, () => lineMap(textOf(of))), host, model: checked.value, facts: factsOf({ bodies, constants, model: checked.value, inWords }) };
}

function remember<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
