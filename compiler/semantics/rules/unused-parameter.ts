// A parameter of a block, model or recipe, or an input of a model, that nothing reads.

import type { Name } from "../../ast/ast.js";
import { walk, type Node } from "../../ast/visit.js";
import { modelInputs } from "../callables.js";
import type { Linted } from "./rule.js";

/** Warns of names that the declaration takes and never names again. A leading underscore says that it is meant. */
export function unusedParameter({ own, say }: Linted): void {
  for (const { path: file, program } of own) {
    for (const node of program.declarations) {
      if (node.kind !== "block" && node.kind !== "model" && node.kind !== "recipe") continue;
      const taken = [...node.params.map(({ name }) => ({ name, what: "parameter" })), ...(node.kind === "model" ? modelInputs(node).map(({ name }) => ({ name, what: "input" })) : [])];
      const candidates = taken.filter(({ name: { text } }) => text !== "" && !text.startsWith("_"));
      const unread = unreadIn(node, candidates.map(({ name }) => name));
      for (const { name, what } of candidates) if (unread.has(name.text)) say("unused-parameter", { file, span: name.span }, { what, name: name.text, owner: node.name.text });
    }
  }
}

/** Those of the names that no path of the declaration begins with. */
function unreadIn(declaration: Node, names: readonly Name[]): ReadonlySet<string> {
  const unread = new Set(names.map(({ text }) => text));
  walk(declaration, (node) => {
    if (node.kind === "path") unread.delete(node.names[0]?.text ?? "");
    // Most are read early.
    return unread.size > 0;
  });
  return unread;
}
