// What has to be checked again after a change: declarations that were typed in, those that name them, and so on; and what all of these lead to.
// Names alone decide, whatever they mean at their places, so that rather too much is checked than too little.

import type { Declaration } from "../ast/ast.js";
import { originalOf } from "../ast/parse-sections.js";
import { walk } from "../ast/visit.js";
import type { FileScope } from "../semantics/files.js";
import type { Span } from "../source/source.js";

const known = new WeakMap<Declaration, ReadonlySet<string>>();

/** All names in a declaration. */
function namesIn(declaration: Declaration): ReadonlySet<string> {
  const original = originalOf(declaration);
  let names = known.get(original);
  if (names === undefined) {
    const found = new Set<string>();
    walk(original, (node) => void (node.kind === "name" && found.add(node.text)));
    known.set(original, (names = found));
  }
  return names;
}

/** The names that a declaration gives something. */
export function declaredNames(declaration: Declaration): readonly string[] {
  return declaration.kind === "import" ? declaration.names.map(({ name, alias }) => (alias ?? name).text) : [declaration.name.text];
}

/** Declarations that a stretch of text touches, or what stands before them. */
export function touching(declarations: readonly Declaration[], { start, end }: Span): readonly Declaration[] {
  return declarations.filter(({ span }, index) => span.end >= start && (declarations[index - 1]?.span.end ?? 0) <= end);
}

/** `changed` with all declarations of the file that name one of them, or one of the names that are gone, and so on. */
export function dependents(declarations: readonly Declaration[], changed: Iterable<Declaration>, gone: readonly string[]): ReadonlySet<Declaration> {
  const found = new Set(changed);
  const waiting = new Set([...gone, ...[...found].flatMap(declaredNames)]);
  for (const name of waiting) {
    for (const declaration of declarations) {
      if (found.has(declaration) || !namesIn(declaration).has(name)) continue;
      found.add(declaration);
      for (const other of declaredNames(declaration)) waiting.add(other);
    }
  }
  return found;
}

/** The declarations with all that they name, in this file and in others. */
export function reachedFrom(file: FileScope, roots: ReadonlySet<Declaration>): ReadonlySet<Declaration> {
  const reached = new Set<Declaration>(roots);
  const waiting = [...roots].map((node) => ({ file, node }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of namesIn(next.node)) {
      const entry = next.file.entries.get(name);
      if (entry === undefined || reached.has(entry.node)) continue;
      reached.add(entry.node);
      waiting.push({ file: entry.file, node: entry.node });
    }
  }
  return reached;
}
