// A `layer` that has a name and that nothing applies.

import { walk, walkStatements, type Node } from "../../ast/visit.js";
import type { Linted } from "./rule.js";

/** Warns of named layers that the block or model never names again; a leading underscore says that it is meant. */
export function unusedLayer({ own, say }: Linted): void {
  for (const { path: file, program } of own) {
    for (const owner of program.declarations) {
      if (owner.kind !== "block" && owner.kind !== "model") continue;
      const layers: Extract<Node, { readonly kind: "layer" }>[] = [];
      walkStatements(owner, (node) => {
        if (node.kind === "layer") layers.push(node);
      });
      if (layers.length === 0) continue;
      const named = new Set<string>();
      walk(owner, (node) => {
        if (node.kind === "path") named.add(node.names[0]?.text ?? "");
      });
      for (const { name } of layers) {
        if (name.text !== "" && !name.text.startsWith("_") && !named.has(name.text)) say("unused-layer", { file, span: name.span }, { layer: name.text, owner: owner.name.text });
      }
    }
  }
}
