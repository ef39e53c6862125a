// Simulated overparameterization as a rewrite of weights: a kernel in the reach of `overparam` becomes a kernel set, and whoever read the
// kernel reads a mix of the set. Layers do not change, and the mixing costs one weighted sum per kernel whatever the batch.

import type { Graph, KernelSet, Module } from "../ir/module.js";
import { rewriteGraph } from "../ir/rewrite.js";
import type { Pass } from "./pass.js";

/** The pass for the sets that `overparam` asks for, by path of the weight. */
export function majorityKernels(reach: ReadonlyMap<string, KernelSet>): Pass {
  return {
    name: "majority-kernels",
    doc: "turns each kernel in the reach of overparam into a mix of a kernel set",
    // A path in reach without a weight is one that nothing reads: dead ops went before.
    run: (module: Module) => ({
      ...module,
      weights: module.weights.map((weight) => ({ ...weight, set: reach.get(weight.path) ?? weight.set })),
      graphs: module.graphs.map((graph) => mixed(graph, reach)),
    }),
  };
}

function mixed(graph: Graph, reach: ReadonlyMap<string, KernelSet>): Graph {
  return rewriteGraph(graph, (op, { add }) => {
    const path = op.attributes["path"];
    const set = op.kind === "weight" && typeof path === "string" ? reach.get(path) : undefined;
    if (set === undefined) return add(op);
    const copies = add({ ...op, type: { ...op.type, shape: [set.copies, ...op.type.shape] } });
    return add({ ...op, kind: "mix", operands: [copies] });
  });
}
