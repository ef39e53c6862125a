// Refactorings at a place: changes of a program that keep what it means, and one that makes a fusion possible.

import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../source/source.js";
import type { Workspace } from "../names/workspace.js";
import type { Snapshot } from "../snapshot.js";
import { extractBlock } from "./extract.js";
import { makeFusable } from "./fusable.js";
import { inlineBlock } from "./inline/inline-block.js";
import type { Refactoring } from "./refactoring.js";
import { repeatLayers } from "./repeat.js";
import { ownerAt } from "./selection.js";

/** What else can be asked. */
export interface Around {
  /** The diagnostics of the program with other texts for some files. */
  readonly check: (texts: ReadonlyMap<string, string>) => readonly Diagnostic[];
  /** All files that are known: others may import what one declares. */
  readonly workspace: () => Pick<Workspace, "files">;
}

/** What can be done with what is selected, or stands at the cursor. */
export function refactoringsAt(snapshot: Snapshot, path: string, selection: Span, around: Around): readonly Refactoring[] {
  const file = snapshot.files.get(path);
  if (file === undefined) return [];
  const owner = ownerAt(file, selection);
  const here = owner === null ? [] : [extractBlock(snapshot, owner, selection), repeatLayers(snapshot, owner, selection)];
  return [...here.filter((offered) => offered !== null), ...inlineBlock(snapshot, file, selection, around.workspace), ...makeFusable(snapshot, file, selection, around.check)];
}
