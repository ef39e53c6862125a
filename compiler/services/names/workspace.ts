// Names across files: what a place stands for, and all places that stand for it, in all programs that an editor has open.

import type { Host } from "../../host.js";
import type { FileScope } from "../../semantics/files.js";
import { importedPath } from "../links.js";
import type { Place } from "../snapshot.js";
import { namesOf, referenceAt } from "./names.js";
import type { NamedSymbol, Reference } from "./symbols.js";

/** Files with their names. A snapshot is one: of the open file and what it imports. */
export interface Workspace {
  readonly files: ReadonlyMap<string, FileScope>;
  readonly textOf: (path: string) => string;
  readonly host: Host;
}

/** All files of several programs; of a file that several have, the first one's tree. */
export function workspaceOf(programs: readonly Workspace[], host: Host): Workspace {
  const files = new Map<string, FileScope>();
  const texts = new Map<string, Workspace>();
  for (const program of programs) {
    for (const [path, file] of program.files) {
      if (files.has(path)) continue;
      files.set(path, file);
      texts.set(path, program);
    }
  }
  return { files, textOf: (path) => texts.get(path)?.textOf(path) ?? "", host };
}

/** What the name at a place stands for; in a recipe, for whichever run of the workspace uses it. null where no name is. */
export function meaningAt({ files }: Workspace, { path, offset }: Place): Reference | null {
  const file = files.get(path);
  if (file === undefined) return null;
  const own = referenceAt(namesOf(file), offset);
  const others = elsewhere(files, path).filter(({ span }) => span.start <= offset && offset <= span.end);
  return [...(own === null ? [] : [own]), ...others].reduce<Reference | null>((all, each) => (all === null ? each : merged(all, each)), null);
}

/** All names of the workspace that stand for something, each place once, in order of files and positions. */
export function allReferences({ files }: Workspace): readonly Reference[] {
  return [...files].flatMap(([path, file]) => {
    const { references } = namesOf(file);
    const others = elsewhere(files, path);
    if (others.length === 0) return references;
    const byStart = new Map<number, Reference>();
    for (const each of [...references, ...others]) {
      const earlier = byStart.get(each.span.start);
      byStart.set(each.span.start, earlier === undefined ? each : merged(earlier, each));
    }
    return [...byStart.values()].sort((a, b) => a.span.start - b.span.start);
  });
}

function elsewhere(files: Workspace["files"], path: string): readonly Reference[] {
  return [...files.values()].flatMap((file) => namesOf(file).elsewhere.filter((reference) => reference.file === path));
}

function merged(a: Reference, b: Reference): Reference {
  const more = b.symbols.filter(({ id }) => a.symbols.every((symbol) => symbol.id !== id));
  return more.length === 0 ? a : { ...a, symbols: [...a.symbols, ...more], builtIn: null };
}

/** Does the reference stand for one of the symbols? */
export function standsFor({ symbols, alias }: Reference, ids: ReadonlySet<string>): boolean {
  return symbols.some(({ id }) => ids.has(id)) || (alias !== null && ids.has(alias.id));
}

export function idsOf(symbols: readonly NamedSymbol[]): ReadonlySet<string> {
  return new Set(symbols.map(({ id }) => id));
}

/** Files of the standard library and of packages, by how they are imported: they are not the program's own. */
export function libraryFiles({ files, host }: Workspace): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of files.values()) {
    for (const node of file.program.declarations) {
      if (node.kind !== "import" || !/^(?:std\/|pkg:)/.test(node.from.value)) continue;
      const path = importedPath(file.path, node.from.value, host);
      if (path !== null) found.set(path, node.from.value);
    }
  }
  // What they import by a path is theirs too.
  for (const [path, specifier] of found) {
    const file = files.get(path);
    for (const node of file?.program.declarations ?? []) {
      const inner = file === undefined || node.kind !== "import" ? null : importedPath(file.path, node.from.value, host);
      if (inner !== null && !found.has(inner)) found.set(inner, specifier);
    }
  }
  return found;
}
