// What the engine throws, with the op at fault and what the recording program was doing.

import { nodeNamed } from "./compile.js";
import type { Graph, GraphNode } from "./graph.js";

/** A run that the engine could not do. */
export class EngineFailure extends Error {
  constructor(
    message: string,
    /** TensorFlow.js's name of the op at fault; null if the engine names none. */
    readonly op: string | null,
    /** The label under which the op, or the nearest one before it, was recorded. */
    readonly label: string | null,
  ) {
    super(message);
  }
}

export function engineFailure(error: unknown, { nodes }: Graph): EngineFailure {
  const message = error instanceof Error ? error.message : String(error);
  const place = nodeNamed(message);
  const node = place === null ? undefined : nodes[place];
  if (node === undefined) return new EngineFailure(`ONNX Runtime failed in a run of ${nodes.length} ops (${opNames(nodes)}): ${message}`, null, null);
  const kernel = node.definition.kernel;
  return new EngineFailure(`ONNX Runtime failed in ${kernel} on ${node.inputs.map(({ shape }) => `[${shape}]`).join(" and ")}: ${reason(message)}`, kernel, labelOf(node, nodes));
}

/** Gradients are recorded under no label: what they are the gradients of is among what they read. */
function labelOf(node: GraphNode, nodes: readonly GraphNode[]): string | null {
  const seen = new Set<GraphNode>();
  const queue = [node];
  for (const each of queue) {
    if (each.label !== null) return each.label;
    seen.add(each);
    for (const { slot } of each.inputs) {
      const maker = nodes.find(({ outputs }) => outputs.includes(slot));
      if (maker !== undefined && !seen.has(maker)) queue.push(maker);
    }
  }
  return null;
}

/** The engine's sentence without its own source lines. */
function reason(message: string): string {
  return message.split("Status Message:").at(-1)?.trim() ?? message;
}

function opNames(nodes: readonly GraphNode[]): string {
  const names = [...new Set(nodes.map(({ definition }) => definition.kernel))];
  return names.length > 8 ? `${names.slice(0, 8).join(", ")}, ...` : names.join(", ");
}
