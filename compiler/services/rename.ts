// A name changed wherever it stands. What would mean something else afterwards is refused with a reason: the changed texts are read again, and
// every name in them must stand for what it stood for.

import type { Span } from "../source/source.js";
import type { NamedSymbol, Reference } from "./names/symbols.js";
import { allReferences, idsOf, libraryFiles, meaningAt, standsFor, type Workspace } from "./names/workspace.js";
import { columnEdits, feedEdits } from "./rename/links.js";
import { nameProblem, siblingProblem } from "./rename/new-name.js";
import { renamedTogether } from "./rename/together.js";
import { changedMeaning } from "./rename/verify.js";
import type { Edit } from "./formatting.js";
import type { Place } from "./snapshot.js";

/** Why a name cannot be changed, or not to that: one or two sentences. */
export interface Refused {
  readonly refused: string;
}

export interface Renaming {
  /** By file, in order of position. */
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  /** What else changes with the name, outside of the text; or null. */
  readonly note: string | null;
}

/** The name at a place if it can be changed, with its text. */
export function prepareRename(workspace: Workspace, place: Place): { readonly span: Span; readonly name: string } | Refused {
  const meaning = meaningAt(workspace, place);
  if (meaning === null) return { refused: "There is no name here that could be changed." };
  const renamed = renamedAt(workspace, meaning);
  return "refused" in renamed ? renamed : { span: meaning.span, name: workspace.textOf(place.path).slice(meaning.span.start, meaning.span.end) };
}

/** The edits that give the name at a place another text, in all files of the workspace. */
export function rename(workspace: Workspace, place: Place, name: string): Renaming | Refused {
  const meaning = meaningAt(workspace, place);
  if (meaning === null) return { refused: "There is no name here that could be changed." };
  const renamed = renamedAt(workspace, meaning);
  if ("refused" in renamed) return renamed;
  const { symbols, places } = renamed;
  if (workspace.textOf(place.path).slice(meaning.span.start, meaning.span.end) === name) return { edits: new Map(), note: null };
  const problem = nameProblem(symbols, places, name) ?? siblingProblem(workspace, symbols, places, name);
  if (problem !== null) return { refused: problem };
  const feeds = feedEdits(workspace, symbols, name);
  const columns = columnEdits(symbols);
  if ("refused" in feeds) return feeds;
  if ("refused" in columns) return columns;
  const edits = byFile([...places.map(({ file, span }) => ({ file, span, text: name })), ...feeds, ...columns]);
  const changed = changedMeaning(workspace, edits, name);
  return changed === null ? { edits, note: noteOn(symbols) } : { refused: changed };
}

interface Renamed {
  readonly symbols: readonly NamedSymbol[];
  readonly places: readonly Reference[];
}

// What carries the name, and all places where it is written.
function renamedAt(workspace: Workspace, meaning: Reference): Renamed | Refused {
  const { builtIn, alias } = meaning;
  if (builtIn !== null) return { refused: `\`${builtIn.name}\` is a name of the language.` };
  const all = allReferences(workspace);
  // A name after `as` is the file's own.
  if (alias !== null) return { symbols: [alias], places: all.filter((reference) => reference.alias?.id === alias.id) };
  const symbols = renamedTogether(workspace, all, meaning.symbols);
  const ids = idsOf(symbols);
  const places = all.filter((reference) => reference.alias === null && standsFor(reference, ids));
  const libraries = libraryFiles(workspace);
  const [theirs] = symbols.flatMap(({ name, origin, container }) => (libraries.has(origin.file) ? [{ name, from: libraries.get(origin.file) ?? "", isDeclared: container === null }] : []));
  if (theirs !== undefined) return { refused: `\`${theirs.name}\` belongs to \`${theirs.from}\`${theirs.isDeclared ? "; import it with `as` for another name" : ""}.` };
  const written = places.find(({ file }) => libraries.has(file));
  if (written !== undefined) return { refused: `\`${symbols[0]?.name ?? ""}\` is named by a recipe of \`${libraries.get(written.file) ?? ""}\`, which cannot be changed; give the run clauses of its own in the place of the recipe's first.` };
  return { symbols, places };
}

function byFile(edits: readonly (Edit & { readonly file: string })[]): ReadonlyMap<string, readonly Edit[]> {
  const files = new Map<string, Edit[]>();
  for (const { file, span, text } of edits) {
    const known = files.get(file);
    if (known === undefined) files.set(file, [{ span, text }]);
    else known.push({ span, text });
  }
  for (const each of files.values()) each.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return files;
}

function noteOn(symbols: readonly NamedSymbol[]): string | null {
  const [first] = symbols;
  if (first?.kind === "run") return `What \`runs/${first.name}\` holds stays there: the run of the new name begins anew.`;
  if (first?.kind === "layer" || first?.kind === "block" || first?.kind === "model") return "Weights are named by layers, blocks and models: what was trained before has the old names.";
  return null;
}
