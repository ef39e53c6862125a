// Which layers a loss depends on. One that depends on no weight trains nothing; layers that it does not depend on stay as they begin.

import { layers } from "../layers/layers.js";
import type { Application, Graph, Instance } from "../semantic-model.js";
import type { TensorType } from "../types.js";

/**
 * The applications with trained weights, by whether the loss is computed from them. A path counts as read if one of its uses is; what no
 * output depends on is neither: a rule of its own tells of results that nothing uses.
 */
export function trainedLayers(loss: Graph, instance: Instance): { readonly read: readonly Application[]; readonly unread: readonly Application[] } {
  const outputs = new Map(instance.graph.outputs.map(({ name, value }) => [name, value]));
  const { inputs, applications } = instance.graph;
  const from = reached(loss, loss.outputs.map(({ value }) => value));
  const values = reached(instance.graph, [...from].flatMap((value) => outputs.get(loss.inputs[value]?.name ?? "") ?? []));
  const isAllRead = [...outputs.values()].every((value) => values.has(value));
  const useful = isAllRead ? values : reached(instance.graph, [...outputs.values()]);
  const typeOf = (value: number): TensorType => (inputs[value] ?? applications[value - inputs.length])?.type ?? { dtype: "f32", shape: [], batched: true, below: null };
  const isTrained = ({ layer, operands, options, frozen }: Application): boolean => !frozen && layers[layer].weights(operands.map(typeOf), options).some(({ role }) => role !== "statistic");
  const read: Application[] = [];
  const others: Application[] = [];
  applications.forEach((application, index) => {
    const value = index + inputs.length;
    const isRead = values.has(value);
    if ((isRead || useful.has(value)) && isTrained(application)) (isRead ? read : others).push(application);
  });
  const paths = new Set(read.map(({ path }) => path));
  return { read, unread: others.filter(({ path }) => !paths.has(path)) };
}

/** The given values of a graph and all that they are computed from. */
function reached(graph: Graph, from: readonly number[]): ReadonlySet<number> {
  const seen = new Set<number>();
  const waiting = [...from];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    for (const operand of graph.applications[value - graph.inputs.length]?.operands ?? []) waiting.push(operand);
  }
  return seen;
}
