// A view of a model as the text of a Mermaid flowchart, which GitHub and many editors draw. https://mermaid.js.org/syntax/flowchart.html

import { linesOf, type GraphItem, type GraphNode, type GraphView } from "./graph-view.js";

/** The flowchart; `title` stands above it. */
export function mermaid({ nodes, edges, items }: GraphView, title: string): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = (item: GraphItem, indent: string): readonly string[] => {
    if (item.kind === "node") {
      const node = byId.get(item.id);
      return node === undefined ? [] : [`${indent}${nodeText(node)}`];
    }
    return [`${indent}subgraph ${item.id}["${escaped(item.title)}"]`, ...item.items.flatMap((inner) => lines(inner, `${indent}  `)), `${indent}end`];
  };
  const arrows = edges.map(({ from, to, again }) => `  ${from} ${again ? "-. next turn .->" : "-->"} ${to}`);
  return `---\ntitle: ${JSON.stringify(title)}\n---\nflowchart TB\n${[...items.flatMap((item) => lines(item, "  ")), ...arrows].join("\n")}\n`;
}

function nodeText(node: GraphNode): string {
  const label = `"${linesOf(node).map(escaped).join("<br>")}"`;
  switch (node.kind) {
    case "input":
    case "output":
      return `${node.id}([${label}])`;
    case "operator":
      return `${node.id}((${label}))`;
    case "layer":
      return `${node.id}[${label}]`;
  }
}

/** Characters that mean something in a quoted label, as entities. */
function escaped(text: string): string {
  return text.replace(/[#"<>&`\\]/g, (character) => `#${character.codePointAt(0) ?? 0};`).replace(/[\p{Cc}\u2028\u2029]/gu, " ");
}
