// The names of a file: what each declares, and what each name in its text stands for. Made in one walk, and kept as long as the file's scope.

import type { Import, WordClause } from "../../ast/ast.js";
import type { FileScope } from "../../semantics/files.js";
import { remembered } from "../../semantics/remembered.js";
import { Scope } from "../../semantics/scope.js";
import { body } from "./bodies.js";
import { dataset } from "./data-clauses.js";
import { expression, layerExpression, type } from "./expressions.js";
import { recipe, run } from "./run-clauses.js";
import { Sink, type Place, type WordPlace } from "./sink.js";
import { declarationSymbol, symbolOf, type NamedSymbol, type Reference } from "./symbols.js";

export interface Names {
  readonly path: string;
  /** What the file declares, in order of position; each once. */
  readonly symbols: readonly NamedSymbol[];
  /** All names of the file that stand for something, in order of position; declaring names are among them. */
  readonly references: readonly Reference[];
  /** Names in recipes of other files, for what they stand in runs of this one. */
  readonly elsewhere: readonly Reference[];
  /** Where `overparam`, `frozen` and `fuse` stand. */
  readonly words: readonly WordPlace[];
}

const rules: Place["rules"] = { expression, layer: layerExpression };

/** The names of a file. On a file with mistakes: those of what recovery kept. */
export const namesOf: (file: FileScope) => Names = remembered((file: FileScope): Names => {
  const sink = new Sink(file.path);
  const at = (): Place => ({ sink, file, names: new Scope(), within: null, rules });
  const { declarations } = file.program;
  const seen = new Set<WordClause>();
  imports(sink, file);
  for (const node of declarations) {
    if (node.kind === "import") continue;
    sink.symbol(file, node.name, declarationSymbol({ file, node }));
    if (node.kind === "let") {
      if (node.type !== null) type(at(), node.type);
      expression(at(), node.value);
    } else if (node.kind === "data") dataset(at(), node);
    else if (node.kind === "block" || node.kind === "model") body(at(), node);
    else if (node.kind === "train") run(at(), node).forEach((clause) => seen.add(clause));
  }
  for (const node of declarations) if (node.kind === "recipe") recipe(at(), node, seen);
  const found = sink.references();
  const references = found.filter((reference) => reference.file === file.path);
  const symbols = references.flatMap((reference) => (reference.role === "declaration" ? [reference.alias ?? ownOf(reference)] : []));
  return { path: file.path, symbols: symbols.filter((symbol) => symbol !== null), references, elsewhere: found.filter((reference) => reference.file !== file.path), words: sink.words() };
});

function ownOf({ file, span, symbols }: Reference): NamedSymbol | null {
  return symbols.find(({ origin }) => origin.file === file && origin.span.start === span.start) ?? null;
}

function imports(sink: Sink, file: FileScope): void {
  const named = file.program.declarations.flatMap((node) => (node.kind === "import" ? node.names.map((each) => ({ each, node, local: each.alias ?? each.name })) : []));
  const brought = named.map(({ each, node, local }) => {
    const entry = file.entries.get(local.text);
    return entry !== undefined && entry.file !== file && entry.node.name.text === each.name.text && isFirst(file, node, local.text) ? entry : null;
  });
  const aliases = new Map<string, NamedSymbol>();
  named.forEach(({ each, local }, index) => {
    if ((each.alias !== null || brought[index] === null) && local.text !== "" && !aliases.has(local.text)) aliases.set(local.text, symbolOf(file, local, "alias", each, null));
  });
  sink.setAliases(file, aliases);
  named.forEach(({ each, local }, index) => {
    const entry = brought[index] ?? null;
    if (entry === null) return sink.symbol(file, local, symbolOf(file, local, "alias", each, null));
    const symbol = declarationSymbol(entry);
    sink.symbol(file, each.name, symbol);
    if (each.alias !== null) sink.symbol(file, each.alias, symbol, "read", symbolOf(file, each.alias, "alias", each, null));
  });
}

// Of two imports of one name the first counts.
function isFirst(file: FileScope, node: Import, local: string): boolean {
  return file.program.declarations.find((other) => other.kind === "import" && other.names.some(({ name, alias }) => (alias ?? name).text === local)) === node;
}

/** The name at an offset, or that ends there; null where none stands for something. */
export function referenceAt({ references }: Names, offset: number): Reference | null {
  let [from, to] = [0, references.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((references[middle]?.span.start ?? 0) <= offset) from = middle + 1;
    else to = middle;
  }
  const found = references[from - 1];
  return found !== undefined && offset <= found.span.end ? found : null;
}
