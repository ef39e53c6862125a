// What must keep one name: outputs and fields that one clause of a recipe names for several runs, and inputs, outputs and layers of models of
// which one starts from trained weights of the other, which are put side by side by name.

import type { Fuse, Model } from "../../ast/ast.js";
import type { FileScope } from "../../semantics/files.js";
import { calleeName } from "../../semantics/read-options.js";
import { calledModel, modelOfCall, modelWithBody, type Owner } from "../names/members.js";
import { namesOf } from "../names/names.js";
import { declarationSymbol, type NamedSymbol, type Reference } from "../names/symbols.js";
import type { Workspace } from "../names/workspace.js";

/** The symbols with all that must be renamed with them. */
export function renamedTogether(workspace: Workspace, all: readonly Reference[], symbols: readonly NamedSymbol[]): readonly NamedSymbol[] {
  const groups = [...all.filter((reference) => reference.symbols.length > 1).map((reference) => reference.symbols), ...fusedPairs(workspace)];
  const found = new Map(symbols.map((symbol) => [symbol.id, symbol]));
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const group of groups) if (group.some(({ id }) => found.has(id))) for (const symbol of group) found.set(symbol.id, symbol);
  }
  return [...found.values()];
}

// Equal names of a target and of a source, where the two are models of their own.
function fusedPairs({ files }: Workspace): readonly (readonly NamedSymbol[])[] {
  const pairs: (readonly NamedSymbol[])[] = [];
  for (const file of files.values()) {
    for (const node of file.program.declarations) {
      if (node.kind !== "model" || node.definition.kind !== "instance" || node.definition.fuse === null) continue;
      const target = modelWithBody({ file, node });
      for (const source of target === null ? [] : sourceModels(file, node.definition.fuse)) if (target !== null && source.node !== target.node) pairs.push(...namesakes(target, source));
    }
  }
  return pairs;
}

function sourceModels(file: FileScope, fuse: Fuse): readonly Owner<Model>[] {
  return fuse.sources.flatMap(({ source, as }) => {
    const run = file.entries.get(calleeName(source) ?? "");
    const model = as !== null ? calledModel(file, as) : run?.node.kind === "train" ? modelOfCall(run.file, run.node.model) : null;
    return (model === null ? null : modelWithBody(model)) ?? [];
  });
}

function namesakes(a: Owner<Model>, b: Owner<Model>): readonly (readonly NamedSymbol[])[] {
  const others = aligned(b);
  return aligned(a).flatMap((symbol) => others.filter(({ kind, name }) => kind === symbol.kind && name === symbol.name).map((other) => [symbol, other]));
}

function aligned({ file, node }: Owner<Model>): readonly NamedSymbol[] {
  const { id } = declarationSymbol({ file, node });
  return namesOf(file).symbols.filter(({ kind, container }) => container?.id === id && (kind === "input" || kind === "output" || kind === "layer"));
}
