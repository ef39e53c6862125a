// Deep Fusion as a rewrite of weights: those of a fused model begin with the weights of its sources, and its norms keep statistics of each
// source. Which values and which statistics was found out on the model by itself; here it is said of the module that holds it.

import type { Module, Op } from "../ir/module.js";
import { rewriteGraph } from "../ir/rewrite.js";
import type { Pass } from "./pass.js";

/** A fused model by itself, and the path of the call that it stands in for; "": the module is the model. */
export interface FusedModel {
  readonly prefix: string;
  readonly module: Module;
}

/** The pass for the models of a module that start from others. */
export function deepFusion(models: readonly FusedModel[]): Pass {
  const inits = new Map(models.flatMap(({ prefix, module }) => module.weights.map(({ path, init }) => [joined(prefix, path), init] as const)));
  const segments = new Map(models.flatMap(({ prefix, module }) => module.graphs.flatMap(({ ops }) => segmentsOf(ops).map(([key, value]) => [joined(prefix, key), value] as const))));
  const whole = models.find(({ prefix }) => prefix === "")?.module;
  return {
    name: "deep-fusion",
    doc: "lets weights of fused models begin with those of their sources, and norms keep each source's statistics",
    run: (module: Module) => ({
      ...module,
      weights: module.weights.map((weight) => ({ ...weight, init: inits.get(weight.path) ?? weight.init })),
      graphs: module.graphs.map((graph) => {
        // The model itself may have a constant behind an output, without which it would be a multiple of the mean.
        const own = graph.name === "forward" ? whole?.graphs.find(({ name }) => name === "forward") : undefined;
        if (own !== undefined) return own;
        const seen = new Map<string, number>();
        return rewriteGraph(graph, (op, { add }) => {
          const found = segments.get(keyOf(op, seen));
          return add(found === undefined ? op : { ...op, attributes: { ...op.attributes, segments: found } });
        });
      }),
    }),
  };
}

function segmentsOf(ops: readonly Op[]): readonly (readonly [string, readonly number[]])[] {
  const seen = new Map<string, number>();
  return ops.flatMap((op) => {
    const key = keyOf(op, seen);
    const value = op.attributes["segments"];
    return Array.isArray(value) ? [[key, value as readonly number[]] as const] : [];
  });
}

/** A layer that is applied twice has two ops of one path. */
function keyOf({ path, kind }: Op, seen: Map<string, number>): string {
  const name = `${path} ${kind}`;
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  return `${name} ${count}`;
}

/** The path of a weight or layer of the model within the module. */
export function joined(prefix: string, path: string): string {
  return prefix === "" ? path : `${prefix}.${path}`;
}
