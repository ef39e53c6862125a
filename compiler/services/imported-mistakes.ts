// Mistakes in files that are imported and that nobody has open: an editor shows them at the import that leads to them, or they would be seen nowhere.

import type { Import } from "../ast/ast.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { FileScope } from "../semantics/files.js";
import { importedPath } from "./links.js";
import type { Snapshot } from "./snapshot.js";

/** Each mistake of another file where it is imported, with its own place as a note. `isShown`: a file whose mistakes are told of by themselves. */
export function importedMistakes(snapshot: Snapshot, isShown: (path: string) => boolean): readonly Diagnostic[] {
  const opened = snapshot.files.get(snapshot.path);
  if (opened === undefined) return [];
  const told = new Set<string>();
  return snapshot.diagnostics.flatMap((diagnostic): Diagnostic[] => {
    const { origin, severity, id, message } = diagnostic;
    // Each file of a circle of imports finds the mistake in another one.
    if (origin.file === snapshot.path || severity !== "error" || (isShown(origin.file) && id !== "import-cycle")) return [];
    const node = opened.program.declarations.find((each): each is Import => each.kind === "import" && leadsTo(snapshot, opened, each, origin.file));
    const key = `${node?.span.start} ${id === "import-cycle" ? id : origin.file}`;
    // The first of a file is enough.
    if (node === undefined || told.has(key)) return [];
    told.add(key);
    return [{ ...diagnostic, origin: { file: snapshot.path, span: node.from.span }, message: id === "import-cycle" ? message : `\`${node.from.value}\` has a mistake: ${message}`, help: null, fixes: [], notes: [{ origin, message: "It is here." }] }];
  });
}

function leadsTo({ files, host }: Snapshot, from: FileScope, node: Import, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [importedPath(from.path, node.from.value, host)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (path === null || seen.has(path)) continue;
    if (path === to) return true;
    seen.add(path);
    for (const other of files.get(path)?.program.declarations ?? []) if (other.kind === "import") waiting.push(importedPath(path, other.from.value, host));
  }
  return false;
}
