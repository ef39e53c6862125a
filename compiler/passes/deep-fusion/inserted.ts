// Numbers that an earlier fusion put behind outputs: a source that has them is compared without, and its outputs are so many times what is left.

import { numberAttribute } from "../../ir/attributes.js";
import type { Graph } from "../../ir/module.js";

/** A graph without such numbers, and what its outputs are times, by name. */
export interface Stripped {
  readonly graph: Graph;
  readonly multiples: ReadonlyMap<string, number>;
}

/** Takes products with a constant off the end of a graph that is longer than the target's. */
export function withoutInserted(graph: Graph, target: Graph): Stripped {
  const multiples = new Map<string, number>();
  let { ops, outputs } = graph;
  while (ops.length > target.ops.length) {
    const [constant, product] = ops.slice(-2);
    const value = graph.inputs.length + ops.length - 1;
    const output = outputs.find((each) => each.value === value);
    const [operand, factor] = product?.operands ?? [];
    const isInserted = constant?.kind === "constant" && product?.kind === "mul" && constant.path === "" && product.path === "" && factor === value - 1 && output !== undefined;
    if (!isInserted || constant === undefined || operand === undefined) break;
    multiples.set(output.name, numberAttribute(constant.attributes, "value"));
    outputs = outputs.map((each) => (each === output ? { ...each, value: operand } : each));
    ops = ops.slice(0, -2);
  }
  return { graph: { ...graph, ops, outputs }, multiples };
}
