// What `sop summary` says of a model: one row per layer, and totals. From the semantic model only.

import { costsOf, isMade, type LayerCost } from "../semantics/costs.js";
import { asTrained } from "../semantics/fusion/fused-reach.js";
import type { Instance } from "../semantics/semantic-model.js";

/** One layer call. */
export type SummaryRow = LayerCost;

export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly totals: Pick<SummaryRow, "weightsTrained" | "weightsShipped" | "flops" | "activationBytes">;
}

/** Summarizes a model layer by layer, in order of the graph. What the compiler put in by itself has no row and no cost. */
export function summarize(instance: Pick<Instance, "graph" | "starts">): Summary {
  const { graph } = instance;
  const rows = costsOf(graph)
    .filter((_, index) => !isMade(graph.applications[index] ?? { layer: "constant", path: "" }))
    .map((row) => ({ ...row, overparam: asTrained(instance, row.path, row.overparam) }));
  const sum = (of: (row: SummaryRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    rows,
    totals: {
      weightsTrained: sum((row) => row.weightsTrained),
      weightsShipped: sum((row) => row.weightsShipped),
      flops: sum((row) => row.flops),
      activationBytes: sum((row) => row.activationBytes),
    },
  };
}
