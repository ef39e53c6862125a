// What is done with the nodes of a model when all are there: those that nothing needs go, and what follows a convolution of blocked channels
// directly - a bias, a sum with another image, relu - becomes a part of it, which saves a pass over memory each. Gradients of relu are masked by a
// comparison, which is several times faster than the sign of relu.

import { blockedDomain, elementTypes, type Attribute, type ModelNode } from "./model.js";

/** Names that the emitter notes because nodes do not tell. */
export interface Noted {
  /** Filters that pass each channel on as it is. */
  readonly units: ReadonlySet<string>;
  /** Sums of two images of the same shape, both with channels in blocks. */
  readonly sums: ReadonlySet<string>;
  /** A constant 0. */
  readonly zero: string;
}

/** The nodes that `outputs` need, in an order that computes them. */
export function tidied(nodes: readonly ModelNode[], outputs: readonly string[], noted: Noted): readonly ModelNode[] {
  return masked(needed(joined(needed(nodes, outputs), outputs, noted), outputs), outputs, noted.zero, nodes.length);
}

function needed(nodes: readonly ModelNode[], outputs: readonly string[]): readonly ModelNode[] {
  const wanted = new Set(outputs);
  const kept: ModelNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of readBy(node)) wanted.add(name);
    kept.push(node);
  }
  return kept.reverse();
}

/** Its inputs, and what its branches read. */
function readBy({ inputs, attributes }: ModelNode): readonly string[] {
  const branches = Object.values(attributes).flatMap((attribute: Attribute) => (typeof attribute === "object" && "graph" in attribute ? attribute.graph.nodes.flatMap(readBy) : []));
  return [...inputs, ...branches];
}

function joined(nodes: readonly ModelNode[], outputs: readonly string[], { units, sums }: Noted): readonly ModelNode[] {
  if (!nodes.some(isBlockedConvolution)) return nodes;
  const uses = new Map<string, number>();
  for (const name of [...outputs, ...nodes.flatMap(readBy)]) uses.set(name, (uses.get(name) ?? 0) + 1);
  const makers = new Map<string, ModelNode>();
  const gone = new Set<ModelNode>();
  const result: ModelNode[] = [];
  /** The convolution that makes a value for one reader alone and does nothing after its sum yet. */
  const convolution = (name: string | undefined): ModelNode | null => {
    const maker = name === undefined ? undefined : makers.get(name);
    return maker !== undefined && uses.get(name ?? "") === 1 && isBlockedConvolution(maker) && maker.attributes["activation"] === undefined ? maker : null;
  };
  const merged = (node: ModelNode): { readonly from: ModelNode; readonly inputs: readonly string[]; readonly attributes: ModelNode["attributes"] } | null => {
    const [first = "", second = "", bias = ""] = node.inputs;
    if (node.op === "Relu") {
      const from = convolution(first);
      return from === null ? null : { from, inputs: from.inputs, attributes: { ...from.attributes, activation: "Relu" } };
    }
    if (node.op === "Add" && sums.has(node.outputs[0] ?? "") && first !== second) {
      for (const [own, other] of [[second, first], [first, second]] as const) {
        const from = convolution(own);
        if (from === null || from.inputs[3] !== undefined) continue;
        return { from, inputs: [from.inputs[0] ?? "", from.inputs[1] ?? "", from.inputs[2] ?? "", other], attributes: from.attributes };
      }
    }
    if (isBlockedConvolution(node) && units.has(second) && bias !== "" && node.inputs[3] === undefined && node.attributes["activation"] === undefined) {
      const from = convolution(first);
      if (from === null || (from.inputs[2] ?? "") !== "" || from.inputs[3] !== undefined) return null;
      return { from, inputs: [from.inputs[0] ?? "", from.inputs[1] ?? "", bias], attributes: from.attributes };
    }
    return null;
  };
  for (const node of nodes) {
    const found = merged(node);
    const next = found === null ? node : { ...found.from, inputs: found.inputs, attributes: found.attributes, outputs: node.outputs };
    if (found !== null) gone.add(found.from);
    for (const name of next.outputs) makers.set(name, next);
    result.push(next);
  }
  return result.filter((node) => !gone.has(node));
}

/** Signs of relu that only multiply: where relu is NaN, the product is 0 or NaN then, as what is multiplied is. New nodes count from `free`. */
function masked(nodes: readonly ModelNode[], outputs: readonly string[], zero: string, free: number): readonly ModelNode[] {
  const isRelu = new Set(nodes.flatMap((node) => (node.op === "Relu" || node.attributes["activation"] === "Relu" ? node.outputs : [])));
  const others = new Set([...outputs, ...nodes.flatMap((node) => (node.op === "Mul" ? [] : readBy(node)))]);
  return nodes.flatMap((node, i) => {
    const [output = ""] = node.outputs;
    if (node.op !== "Sign" || !isRelu.has(node.inputs[0] ?? "") || others.has(output)) return [node];
    const positive = `${output}_positive`;
    return [
      { ...node, name: node.name.replace(/\d+$/, String(free + i)), op: "Greater", inputs: [node.inputs[0] ?? "", zero], outputs: [positive] },
      { ...node, op: "Cast", inputs: [positive], attributes: { to: elementTypes.float32 } },
    ];
  });
}

function isBlockedConvolution({ op, domain }: ModelNode): boolean {
  return op === "Conv" && domain === blockedDomain;
}
