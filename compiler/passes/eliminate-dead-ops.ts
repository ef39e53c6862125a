// Drops what no output depends on: ops, and then weights that no op reads. A weight that is never read would be trained by decay alone.

import type { Graph, Module } from "../ir/module.js";
import { rewriteGraph } from "../ir/rewrite.js";
import type { Pass } from "./pass.js";

export const eliminateDeadOps: Pass = {
  name: "eliminate-dead-ops",
  doc: "drops ops that no output depends on, and weights that no op reads",
  run: (module: Module) => {
    const graphs = module.graphs.map(liveGraph);
    const read = new Set(graphs.flatMap((graph) => graph.ops.filter((op) => op.kind === "weight").map((op) => op.attributes["path"])));
    return { ...module, weights: module.weights.filter((weight) => read.has(weight.path)), graphs };
  },
};

function liveGraph(graph: Graph): Graph {
  const live = new Set(graph.outputs.map((output) => output.value));
  for (let index = graph.ops.length - 1; index >= 0; index--) {
    const op = graph.ops[index];
    if (op !== undefined && live.has(graph.inputs.length + index)) op.operands.forEach((operand) => live.add(operand));
  }
  return rewriteGraph(graph, (op, { add }, index) => (live.has(graph.inputs.length + index) ? add(op) : null));
}
