// Rewrites a graph op by op, renumbering values as it goes: the loop that all passes share.

import { invariant } from "../invariant.js";
import type { Graph, Op } from "./module.js";

/** The number of a value that a rule dropped. */
const gone = -1;

/** A graph under rewriting, as a rule sees it. */
export interface Rewriting {
  /** Appends an op and returns its value. */
  readonly add: (op: Op) => number;
  /** The new op that makes a value, or null for an input. */
  readonly opOf: (value: number) => Op | null;
}

/**
 * Calls `rule` for each op in order, with operands already renumbered; the value it returns stands for the op's result
 * from then on. A rule that returns null says that nobody reads the result.
 */
export function rewriteGraph(graph: Graph, rule: (op: Op, rewriting: Rewriting, index: number) => number | null): Graph {
  const ops: Op[] = [];
  const values: (number | null)[] = graph.inputs.map((_, index) => index);
  const rewriting: Rewriting = {
    add: (op) => graph.inputs.length + ops.push(op) - 1,
    opOf: (value) => ops[value - graph.inputs.length] ?? null,
  };
  const renumber = (value: number): number => {
    const renumbered = values[value] ?? null;
    invariant(renumbered !== null, `value ${value} of graph ${graph.name} is still there`);
    return renumbered;
  };
  graph.ops.forEach((op, index) => {
    // The operands of an op that nobody reads may be gone already; the rule drops it.
    const operands = op.operands.map((operand) => values[operand] ?? gone);
    const isSame = operands.every((operand, place) => operand === op.operands[place]);
    values.push(rule(isSame ? op : { ...op, operands }, rewriting, index));
  });
  invariant(
    ops.every((op, index) => op.operands.every((operand) => operand >= 0 && operand < graph.inputs.length + index)),
    `every op of graph ${graph.name} reads values before it`,
  );
  return { ...graph, ops, outputs: graph.outputs.map((output) => ({ ...output, value: renumber(output.value) })) };
}
