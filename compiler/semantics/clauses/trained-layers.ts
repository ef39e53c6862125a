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
  const values = new Set(reached(instance.graph, from.flatMap((value) => outputs.get(loss.inputs[value]?.name ?? "") ?? [])));
  const useful = new Set(reached(instance.graph, [...outputs.values()]));
  const typeOf = (value: number): TensorType => (inputs[value] ?? applications[value - inputs.length])?.type ?? { dtype: "f32", shape: [], batched: true, below: null };
  const trained = applications
    .map((application, index) => ({ application, isRead: values.has(index + inputs.length), isUseful: useful.has(index + inputs.length) }))
    .filter(({ application: { layer, operands, options, frozen } }) => !frozen && layers[layer].weights(operands.map(typeOf), options).some(({ role }) => role !== "statistic"));
  const read = trained.filter(({ isRead }) => isRead).map(({ application }) => application);
  const paths = new Set(read.map(({ path }) => path));
  return { read, unread: trained.filter(({ isUseful }) => isUseful).map(({ application }) => application).filter(({ path }) => !paths.has(path)) };
}

/** The given values of a graph and all that they are computed from. */
function reached(graph: Graph, from: readonly number[]): readonly number[] {
  const seen = new Set<number>();
  const waiting = [...from];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    waiting.push(...(graph.applications[value - graph.inputs.length]?.operands ?? []));
  }
  return [...seen];
}
