// What files declare for others, as plain data: for names that a file does not import yet. A text is read once; where it is the same again, what
// was found is too.

import { parse } from "../../ast/parse.js";
import { parseOnce } from "../../ast/parse-once.js";
import type { Host } from "../../host.js";
import { loadFiles, resolvePath, specifierOf, type Entry, type FileScope, type Parse } from "../../semantics/files.js";
import { createReport } from "../../semantics/report.js";
import type { SourceFile } from "../../source/source.js";
import { declaredSignature, type Signature } from "../signatures/signature.js";

/** A name that others may import. */
export interface Exported {
  readonly name: string;
  readonly kind: Entry["node"]["kind"];
  /** Of what takes options. */
  readonly signature: Signature | null;
  readonly doc: string | null;
}

export interface Exports {
  readonly names: readonly Exported[];
  /** Files that it imports by their paths. */
  readonly imports: readonly string[];
}

/** A file of the open folders as an import of one file would name it. */
export interface OtherFile extends Exports {
  readonly specifier: string;
  readonly path: string;
}

/** Of so many files what they declare is remembered. */
const MOST_KNOWN = 1000;
/** So many files are looked at and so many names are offered: who has more knows what to import. */
const MOST_FILES = 500;
const MOST_NAMES = 500;

const known = new Map<string, { readonly text: string; readonly exports: Exports }>();

/** What the file declares for others. Of a model that stands for one of another file the inputs are not known. */
export function exportsOf({ path, text }: SourceFile, read: Parse = parse): Exports {
  const earlier = knownOf({ path, text });
  if (earlier !== null) return earlier;
  const exports = readExports({ path, text }, read);
  known.delete(path);
  known.set(path, { text, exports });
  for (const first of known.keys()) {
    if (known.size <= MOST_KNOWN) break;
    known.delete(first);
  }
  return exports;
}

function knownOf({ path, text }: SourceFile): Exports | null {
  const earlier = known.get(path);
  return earlier?.text === text ? earlier.exports : null;
}

/** What a file of the standard library declares for others. */
export function libraryExports(host: Host, specifier: string, from: string): Exports {
  const path = host.library(specifier, from);
  const text = path === null ? null : host.read(path);
  // Where a program imports it the tree is there.
  return path === null || text === null ? { names: [], imports: [] } : exportsOf({ path, text }, parseOnce);
}

function readExports({ path, text }: SourceFile, read: Parse): Exports {
  // It alone: what it imports is read where that is its own turn.
  const alone: Host = { read: (other) => (other === path ? text : null), library: () => null, package: () => null, hash: () => "" };
  const file = loadFiles(path, alone, read, createReport()).get(path);
  if (file === undefined) return { names: [], imports: [] };
  const names = [...file.entries].flatMap(([name, { node, file: owner }]): Exported[] => {
    if (owner !== file || name.startsWith("_")) return [];
    const takesOptions = node.kind === "block" || node.kind === "model" || node.kind === "recipe";
    return [{ name, kind: node.kind, signature: takesOptions ? declaredSignature(() => text, file, node) : null, doc: node.doc }];
  });
  return { names, imports: importsOf(file) };
}

/** The files that a file imports by their paths. */
export function importsOf({ path, program }: FileScope): readonly string[] {
  return program.declarations.flatMap((node) => (node.kind === "import" && !/^(?:std\/|pkg:|$)/.test(node.from.value) ? [resolvePath(path, node.from.value)] : []));
}

/** The file itself and all that import it, at once or by others. */
export function importersOf(from: string, files: readonly Pick<OtherFile, "path" | "imports">[]): ReadonlySet<string> {
  const found = new Set([from]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const { path, imports } of files) if (imports.some((each) => found.has(each))) found.add(path);
  }
  return found;
}

/** The files among `paths` that an import can name, the nearest first. */
export function nearestFiles(from: string, paths: Iterable<string>): readonly { readonly specifier: string; readonly path: string }[] {
  const named = [...paths].flatMap((path) => {
    const specifier = path === from ? null : specifierOf(from, path);
    // What a string could not hold as it is stays out.
    return specifier === null || /["\\\n\r]/.test(specifier) ? [] : [{ specifier, path, steps: specifier.replace(/^\.\//, "").split("/").length }];
  });
  return named.sort((a, b) => a.steps - b.steps || (a.specifier < b.specifier ? -1 : 1)).slice(0, MOST_FILES).map(({ specifier, path }) => ({ specifier, path }));
}

/** Reads one of these files that `otherFiles` would read and that is not known yet; false where there is none. For times when nobody waits. */
export function readNext(files: ReturnType<typeof nearestFiles>, read: (path: string) => string | null): boolean {
  let left = MOST_NAMES;
  for (const { path } of files) {
    if (left <= 0) return false;
    const text = read(path);
    if (text === null) continue;
    const exports = knownOf({ path, text });
    if (exports === null) {
      exportsOf({ path, text });
      return true;
    }
    left -= exports.names.length;
  }
  return false;
}

/** What these files, in this order, have for the one at `from`. Those that import it are left out: an import would go round in a circle. */
export function otherFiles(from: string, files: ReturnType<typeof nearestFiles>, read: (path: string) => string | null): readonly OtherFile[] {
  let left = MOST_NAMES;
  const found = files.flatMap(({ specifier, path }): OtherFile[] => {
    if (left === 0) return [{ specifier, path, names: [], imports: [] }];
    const text = read(path);
    if (text === null) return [];
    const { names, imports } = exportsOf({ path, text });
    const offered = names.slice(0, left);
    left -= offered.length;
    return [{ specifier, path, names: offered, imports }];
  });
  const above = importersOf(from, found);
  return found.filter(({ path }) => !above.has(path));
}
