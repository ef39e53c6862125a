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
      const named = namesIn(node);
      const sayUnused = (name: Name, what: string): void => {
        if (name.text !== "" && !name.text.startsWith("_") && !named.has(name.text)) say("unused-parameter", { file, span: name.span }, { what, name: name.text, owner: node.name.text });
      };
      for (const { name } of node.params) sayUnused(name, "parameter");
      if (node.kind === "model") for (const { name } of modelInputs(node)) sayUnused(name, "input");
    }
  }
}

/** First parts of all paths: what the declaration reads. */
function namesIn(declaration: Node): ReadonlySet<string> {
  const names = new Set<string>();
  walk(declaration, (node) => {
    if (node.kind === "path") names.add(node.names[0]?.text ?? "");
  });
  return names;
}
