// Refactorings at a place: changes of a program that keep what it means, and one that makes a fusion possible.

import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../source/source.js";
import type { Snapshot } from "../snapshot.js";
import { extractBlock } from "./extract.js";
import { makeFusable } from "./fusable.js";
import { inlineBlock } from "./inline/inline-block.js";
import type { Refactoring } from "./refactoring.js";
import { repeatLayers } from "./repeat.js";
import { ownerAt } from "./selection.js";

/** The diagnostics of the program with other texts for some files. */
export type Check = (texts: ReadonlyMap<string, string>) => readonly Diagnostic[];

/** What can be done with what is selected, or stands at the cursor. */
export function refactoringsAt(snapshot: Snapshot, path: string, selection: Span, check: Check): readonly Refactoring[] {
  const file = snapshot.files.get(path);
  if (file === undefined) return [];
  const owner = ownerAt(file, selection);
  const here = owner === null ? [] : [extractBlock(snapshot, owner, selection), repeatLayers(snapshot, owner, selection)];
  return [...here.filter((offered) => offered !== null), ...inlineBlock(snapshot, file, selection), ...makeFusable(snapshot, file, selection, check)];
}
