// The folded model: what evaluation, inference and exports use. Kernel sets become the kernels they stand for and mixes disappear, so
// that fold(majority-kernels(m)) is m: the same architecture, the same size, the same text.

import { invariant } from "../invariant.js";
import type { Graph, Module, Weight } from "../ir/module.js";
import { rewriteGraph } from "../ir/rewrite.js";
import type { Pass } from "./pass.js";

export const fold: Pass = {
  name: "fold",
  doc: "takes each kernel set to the one kernel that ships",
  run: (module: Module) => {
    const sets = new Map(module.weights.filter((weight) => weight.set !== null).map((weight) => [weight.path, weight]));
    return {
      ...module,
      weights: module.weights.map((weight) => ({ ...weight, set: null })),
      graphs: module.graphs.map((graph) => folded(graph, sets)),
    };
  },
};

function folded(graph: Graph, sets: ReadonlyMap<string, Weight>): Graph {
  return rewriteGraph(graph, (op, { add }) => {
    if (op.kind === "mix") {
      const [kernel] = op.operands;
      invariant(kernel !== undefined, "a mix has an operand");
      return kernel;
    }
    const path = op.attributes["path"];
    const weight = op.kind === "weight" && typeof path === "string" ? sets.get(path) : undefined;
    return add(weight === undefined ? op : { ...op, type: { ...op.type, shape: weight.shape } });
  });
}
