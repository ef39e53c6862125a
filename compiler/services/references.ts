// All places that stand for the same thing: over the whole workspace, or in one file with how each is used.

import type { Span } from "../source/source.js";
import { namesOf } from "./names/names.js";
import type { BuiltIn, Reference } from "./names/symbols.js";
import { allReferences, idsOf, meaningAt, standsFor, type Workspace } from "./names/workspace.js";
import type { Place } from "./snapshot.js";

/** Places that stand for what the name at `place` does, also where an import gives it another name; in order of files and positions. Empty for what is built in. */
export function references(workspace: Workspace, place: Place, options: { readonly declaration: boolean }): readonly Reference[] {
  const meaning = meaningAt(workspace, place);
  if (meaning === null) return [];
  const ids = idsOf(meaning.symbols);
  return allReferences(workspace).filter((reference) => standsFor(reference, ids) && (options.declaration || reference.role !== "declaration"));
}

export interface Highlight {
  readonly span: Span;
  /** `text`: a name of the language. */
  readonly kind: "read" | "write" | "text";
}

/** The places of the same file that stand for the same, also of what is built in. */
export function highlights(workspace: Workspace, place: Place): readonly Highlight[] {
  const file = workspace.files.get(place.path);
  const meaning = meaningAt(workspace, place);
  if (meaning === null || file === undefined) return [];
  const { builtIn } = meaning;
  if (builtIn !== null) return namesOf(file).references.flatMap((other) => (isSame(other.builtIn, builtIn) ? [{ span: other.span, kind: "text" as const }] : []));
  const ids = idsOf(meaning.symbols);
  return allReferences(workspace).flatMap((reference): readonly Highlight[] => {
    if (reference.file !== place.path || !standsFor(reference, ids)) return [];
    return [{ span: reference.span, kind: reference.role === "read" ? "read" : "write" }];
  });
}

function isSame(a: BuiltIn | null, b: BuiltIn): boolean {
  return a !== null && a.kind === b.kind && a.name === b.name && a.owner === b.owner;
}
