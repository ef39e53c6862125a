// Which clauses count in a run: its own, and those of recipes that it uses, as semantics/clauses/collect.ts has it.

import type { Expression, Recipe, Train, WordClause } from "../../ast/ast.js";
import { clauseSpecs } from "../../semantics/clauses/clauses.js";
import type { FileScope } from "../../semantics/files.js";
import { limits } from "../../semantics/limits.js";
import { calleeName } from "../../semantics/read-options.js";
import type { Owner } from "./members.js";

/** A clause with the run or the recipe that it stands in. */
export interface CountingClause {
  readonly clause: WordClause;
  readonly owner: Owner<Train | Recipe>;
}

/** By slot: what stands in the block wins over what `use` brings. */
export function countingClauses(owner: Owner<Train | Recipe>, trail: readonly Recipe[] = []): ReadonlyMap<string, CountingClause> {
  const used = new Map<string, CountingClause>();
  const own = new Map<string, CountingClause>();
  for (const clause of owner.node.clauses) {
    if (clause.kind !== "clause") continue;
    if (clause.word.text !== "use") {
      const slot = (Object.hasOwn(clauseSpecs, clause.word.text) ? clauseSpecs[clause.word.text]?.slot : null) ?? clause.word.text;
      if (!own.has(slot)) own.set(slot, { clause, owner });
      continue;
    }
    for (const { parts: [part] } of clause.items) {
      const found = part === undefined || part.kind === "linking-word" ? null : usedRecipe(owner.file, part);
      if (found === null || trail.includes(found.node) || trail.length >= limits.recursion) continue;
      for (const [slot, counting] of countingClauses(found, [...trail, found.node])) used.set(slot, counting);
    }
  }
  return new Map([...used, ...own]);
}

/** The recipe that `use quick(lr: 1e-3)` names. */
export function usedRecipe(file: FileScope, part: Expression): Owner<Recipe> | null {
  const entry = file.entries.get(calleeName(part) ?? "");
  return entry?.node.kind === "recipe" ? { file: entry.file, node: entry.node } : null;
}
