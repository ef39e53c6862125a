// The weights of the target out of those of the sources, and norms with the segments that they need.

import type { FusedInitializer, PlainInitializer, Rest } from "../../ir/initializers.js";
import type { Graph, Module, Op, Weight } from "../../ir/module.js";
import { scalar } from "../../ir/value-types.js";
import type { Aligned, NamedModule } from "./alignment.js";
import type { Claim } from "./claims.js";
import type { Layouts } from "./follow.js";
import { isShared, toAxisRuns } from "./layout.js";
import type { Reduced } from "./new-layers.js";
import type { Contraction, Flow } from "./step.js";

/** What the program says of new weights and of the optimizer's state. */
interface Given {
  readonly newWeights: Rest;
  readonly moments?: FusedInitializer["moments"];
}

/** The target with initial values and segments. */
export function construct(target: Module, sources: readonly NamedModule[], aligned: Aligned, reduced: Reduced, layouts: Layouts, flow: Flow, claims: readonly Claim[], { newWeights, moments = "fresh" }: Given): Module {
  const byWeight = new Map<string, Contraction[]>();
  for (const contraction of flow.contractions) byWeight.set(contraction.weight, [...(byWeight.get(contraction.weight) ?? []), contraction]);
  const shares = flow.factors.values(flow.shares);
  const inputs = aligned.graph.inputs.length;
  const segments = new Map([...flow.segments].map(([index, each]) => [reduced.values[index + inputs], each]));
  const init = (weight: Weight): FusedInitializer => {
    const axes = layouts.weights.get(weight.path) ?? [];
    const isPlain = axes.every(isShared);
    const factors = isPlain ? shares.map(() => 1) : flow.factors.values(flow.factors.of(weight.path));
    const uses = byWeight.get(weight.path) ?? [];
    return {
      kind: "fused",
      from: sources.map(({ name }, index) => ({ source: name, weight: weight.path, factor: factors[index] ?? 1, share: shares[index] ?? 0 })),
      axes: axes.map(toAxisRuns),
      contracts: uses[0]?.axis ?? null,
      rest: restOf(newWeights, weight.path, aligned, uses, flow),
      moments,
      plain: plainOf(weight),
    };
  };
  return {
    ...target,
    weights: target.weights.map((weight) => {
      if (aligned.weights.has(weight.path)) return { ...weight, init: init(weight) };
      return reduced.zeros.has(weight.path) ? { ...weight, init: { kind: "zeros" } } : weight;
    }),
    graphs: target.graphs.map((graph) => {
      if (graph.name !== "forward") return graph;
      return multiplied({ ...graph, ops: graph.ops.map((op, index) => segmented(op, segments.get(index + graph.inputs.length))) }, claims);
    }),
  };
}

/** With the numbers that outputs have to be multiplied by. */
function multiplied(graph: Graph, claims: readonly Claim[]): Graph {
  const ops: Op[] = [...graph.ops];
  const outputs = graph.outputs.map((output) => {
    const claim = claims.find((each) => each.output === output.name);
    const op = graph.ops[output.value - graph.inputs.length];
    if (claim?.kind !== "mean" || claim.inserted === 1 || op === undefined) return output;
    const value = graph.inputs.length + ops.length;
    const place = { path: "", hint: null, origin: op.origin };
    ops.push({ kind: "constant", operands: [], attributes: { value: claim.inserted }, type: scalar("f32"), ...place }, { kind: "mul", operands: [output.value, value], attributes: {}, type: op.type, ...place });
    return { ...output, value: value + 1 };
  });
  return { ...graph, ops, outputs };
}

function segmented(op: Op, segments: readonly number[] | undefined): Op {
  return segments === undefined ? op : { ...op, attributes: { ...op.attributes, segments } };
}

/** Noise that cancels needs copies that are equal, read by products only. */
function restOf(rest: Rest, path: string, aligned: Aligned, uses: readonly Contraction[], flow: Flow): Rest {
  if (rest.kind !== "antisymmetric") return rest;
  const reads = aligned.ops.filter(({ op }) => op.operands.some((operand) => isWeight(aligned, operand, path))).length;
  const isEqual = uses.every((use) => use.reads !== null && new Set(flow.factors.values(use.reads).map((factor) => factor.toPrecision(12))).size === 1);
  return uses.length > 0 && uses.length === reads && isEqual ? rest : { kind: "zeros" };
}

function isWeight({ graph, ops }: Aligned, value: number, path: string): boolean {
  const op = ops[value - graph.inputs.length]?.op;
  return op?.kind === "weight" && op.attributes["path"] === path;
}

function plainOf({ init }: Weight): PlainInitializer {
  return init.kind === "fused" ? init.plain : init;
}
