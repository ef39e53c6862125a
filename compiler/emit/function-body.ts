// A graph as the body of a function: one constant per layer call, with its shape in a comment, and a result object.
// Used for forward, loss and metrics functions alike.

import { invariant } from "../invariant.js";
import type { Graph, Op, ValueType } from "../ir/module.js";
import { printShape } from "../ir/value-types.js";
import type { Origin } from "../source/source.js";
import { number, object } from "./literals.js";
import { Names } from "./names.js";
import { emitOp, isFree, takesNumbers } from "./op-emitters.js";

/** What became of a graph. */
export interface FunctionBody {
  readonly statements: readonly string[];
  /** Constants in order of the statements, with the source of each: what the source map goes by. */
  readonly constants: readonly { readonly name: string; readonly origin: Origin }[];
  /** Runtime calls in order of execution. */
  readonly calls: readonly Op[];
}

/** How a graph reads as a function. */
export interface BodyStyle {
  /** The expression for an input of the graph. */
  readonly input: (name: string) => string;
  /** Names in scope. */
  readonly reserved: readonly string[];
  /** Does each output have a constant of its own, or may it stand in the result object? */
  readonly results: "named" | "inline";
}

/** An expression, how deep it nests, and the runtime calls in it in order of execution. */
interface Expression {
  readonly code: string;
  readonly depth: number;
  readonly calls: readonly Op[];
}

/** How far an expression may nest before a constant is made of a part of it. */
const deepest = 4;

/** Emits the ops of a graph and its result. */
export function emitBody(graph: Graph, style: BodyStyle): FunctionBody {
  const names = new Names(style.reserved);
  const uses = findUses(graph);
  const expressions: Expression[] = graph.inputs.map((each) => ({ code: style.input(each.name), depth: 0, calls: [] }));
  const statements: string[] = [];
  const constants: { readonly name: string; readonly origin: Origin }[] = [];
  const calls: Op[] = [];

  graph.ops.forEach((op, index) => {
    const value = graph.inputs.length + index;
    const operands = op.operands.map((operand) => numeral(op, graph.ops[operand - graph.inputs.length]) ?? at(expressions, operand));
    const expression = combine(op, operands, op.operands.map((operand) => typeOf(graph, operand)));
    if (isPartOfUse(op, expression, uses.get(value), style.results)) {
      expressions.push(expression);
      return;
    }
    const name = names.take(op.hint ?? outputName(graph, value) ?? lastSegment(op));
    statements.push(`const ${name} = ${expression.code}; // ${printShape(op.type)}`);
    constants.push({ name, origin: op.origin });
    calls.push(...expression.calls);
    expressions.push({ code: name, depth: 0, calls: [] });
  });

  const results = graph.outputs.map((output) => ({ name: output.name, expression: at(expressions, output.value) }));
  calls.push(...results.flatMap((result) => result.expression.calls));
  return { statements: [...statements, `return ${object(results.map(({ name, expression }) => [name, expression.code]))};`], constants, calls };
}

function combine(op: Op, operands: readonly Expression[], types: readonly ValueType[]): Expression {
  const code = emitOp(operands.map((operand) => operand.code), op, types);
  const calls = operands.flatMap((operand) => operand.calls);
  if (isFree.has(op.kind)) return { code, depth: 0, calls };
  return { code, depth: 1 + Math.max(0, ...operands.map((operand) => operand.depth)), calls: [...calls, op] };
}

/** A constant beside a tensor is a number of JavaScript. */
function numeral(user: Op, operand: Op | undefined): Expression | null {
  const value = operand?.kind === "constant" ? operand.attributes["value"] : undefined;
  return typeof value === "number" && takesNumbers.has(user.kind) ? { code: number(value), depth: 0, calls: [] } : null;
}

interface Uses {
  readonly ops: Op[];
  outputs: number;
}

function findUses(graph: Graph): ReadonlyMap<number, Uses> {
  const uses = new Map<number, Uses>();
  const of = (value: number): Uses => {
    const known = uses.get(value) ?? { ops: [], outputs: 0 };
    uses.set(value, known);
    return known;
  };
  for (const op of graph.ops) for (const operand of op.operands) of(operand).ops.push(op);
  for (const output of graph.outputs) of(output.value).outputs++;
  return uses;
}

/** May the op stand where it is used? So do weights and numbers, parts of one layer call, arithmetic, and losses. */
function isPartOfUse(op: Op, expression: Expression, uses: Uses | undefined, results: BodyStyle["results"]): boolean {
  if (uses === undefined) return false;
  if (isFree.has(op.kind) || op.kind === "constant") return uses.outputs === 0;
  if (uses.ops.length + uses.outputs > 1 || expression.depth >= deepest) return false;
  const [user] = uses.ops;
  if (user === undefined) return results === "inline";
  if (op.hint !== null) return false;
  return op.path === "" || (op.path === user.path && sameOrigin(op.origin, user.origin));
}

function sameOrigin(a: Origin, b: Origin): boolean {
  return a.file === b.file && a.span.start === b.span.start && a.span.end === b.span.end;
}

function outputName(graph: Graph, value: number): string | undefined {
  return graph.outputs.find((output) => output.value === value)?.name;
}

function lastSegment(op: Op): string {
  return op.path.split(".").at(-1) || op.kind;
}

function at(expressions: readonly Expression[], value: number): Expression {
  const expression = expressions[value];
  invariant(expression !== undefined, `value ${value} is emitted before its use`);
  return expression;
}

function typeOf(graph: Graph, value: number): ValueType {
  const type = (graph.inputs[value] ?? graph.ops[value - graph.inputs.length])?.type;
  invariant(type !== undefined, `value ${value} has a type`);
  return type;
}
