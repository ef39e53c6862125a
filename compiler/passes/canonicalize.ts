// One form for modules that mean the same: each weight is read once per graph, and no reshape does nothing. Operands keep their order,
// also those of sums and products: another order would add up gradients in another order, and results must stay equal to the last bit.

import type { Graph, Module, Op } from "../ir/module.js";
import { rewriteGraph, type Rewriting } from "../ir/rewrite.js";
import { sameShape } from "../ir/value-types.js";
import type { Pass } from "./pass.js";

export const canonicalize: Pass = {
  name: "canonicalize",
  doc: "reads each weight once, joins reshapes of reshapes and drops those that change nothing",
  run: (module: Module) => ({ ...module, graphs: module.graphs.map(canonicalGraph) }),
};

function canonicalGraph(graph: Graph): Graph {
  const weights = new Map<unknown, number>();
  return rewriteGraph(graph, (op, rewriting) => {
    if (op.kind === "weight") {
      const path = op.attributes["path"];
      const known = weights.get(path);
      if (known !== undefined) return known;
      const value = rewriting.add(op);
      weights.set(path, value);
      return value;
    }
    return op.kind === "reshape" ? canonicalReshape(graph, op, rewriting) : rewriting.add(op);
  });
}

function canonicalReshape(graph: Graph, op: Op, rewriting: Rewriting): number {
  const [operand = 0] = op.operands;
  const inner = rewriting.opOf(operand);
  const source = inner?.kind === "reshape" ? (inner.operands[0] ?? operand) : operand;
  const sourceShape = rewriting.opOf(source)?.type.shape ?? graph.inputs[source]?.type.shape ?? [];
  return sameShape(sourceShape, op.type.shape) ? source : rewriting.add({ ...op, operands: [source] });
}
