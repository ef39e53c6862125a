// Computes with constants at compile time, where the result is the same to the last bit as at run time. See Note [Rounding].

import type { Module, Op } from "../ir/module.js";
import { rewriteGraph, type Rewriting } from "../ir/rewrite.js";
import type { Pass } from "./pass.js";

export const foldConstants: Pass = {
  name: "fold-constants",
  doc: "computes sums, products and the like of constants",
  run: (module: Module) => ({ ...module, graphs: module.graphs.map((graph) => rewriteGraph(graph, (op, rewriting) => rewriting.add(folded(op, rewriting)))) }),
};

function folded(op: Op, rewriting: Rewriting): Op {
  const constants = op.operands.map((operand) => {
    const source = rewriting.opOf(operand);
    const value = source?.kind === "constant" ? source.attributes["value"] : undefined;
    return typeof value === "number" ? Math.fround(value) : null;
  });
  const [a = null, b = null] = constants;
  const value = a === null ? null : b === null ? foldOne(op, a) : foldTwo(op, a, b);
  if (value === null || !Number.isFinite(Math.fround(value))) return op;
  return { ...op, kind: "constant", operands: [], attributes: { value: Math.fround(value) }, path: "" };
}

function foldOne(op: Op, a: number): number | null {
  switch (op.kind) {
    case "neg":
      return -a;
    case "sqrt":
      return Math.sqrt(a);
    default:
      return null;
  }
}

function foldTwo(op: Op, a: number, b: number): number | null {
  switch (op.kind) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return a / b;
    default:
      return null;
  }
}

// Note [Rounding]
// Constants are float32 at run time. For + - * / and sqrt of float32 operands, computing in float64 and rounding once to float32 gives
// the correctly rounded float32 result, because 53 >= 2 * 24 + 2 (Figueroa 1995). Exponentials, logarithms and powers are not
// correctly rounded by any backend, so they stay. A result that is not finite stays too: the run reports where it arises.
