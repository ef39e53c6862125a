// A call of a block in a body, as it can be replaced: where it stands, and which argument goes to which parameter.

import type { Argument, Block, Call, Expression, Param, Statement } from "../../../ast/ast.js";
import { walk, type Node } from "../../../ast/visit.js";
import { isTensorParameter, optionParameters, tensorNames } from "../../../semantics/callables.js";
import { bodyOf, referencesOf, within, type Owner } from "../local-names.js";
import { trailTo, type Trail } from "../selection.js";

export interface CallSite {
  /** The declaration with the call. */
  readonly owner: Owner;
  readonly trail: Trail;
  readonly statement: Statement;
  readonly call: Call;
  /** What the block's result takes the place of: the call, or the pipe that ends with it. */
  readonly node: Expression;
  /** Nodes around it, the statement first. */
  readonly parents: readonly Node[];
  readonly block: Owner<Block>;
  /** What parameters are given; options that are not given are not there. */
  readonly given: ReadonlyMap<Param, Expression>;
}

/** The call of a block whose name is at an offset; null where none is, or where a layer is meant and not a value. */
export function callSiteAt(owner: Owner, offset: number): CallSite | null {
  const body = bodyOf(owner.node);
  const trail = body === null ? null : trailTo(body, { start: offset, end: offset });
  const statement = trail?.[trail.length - 1]?.statement;
  if (trail === null || trail === undefined || statement === undefined || statement.kind === "layer") return null;
  let found: CallSite | null = null;
  walk(statement, (node, parents) => {
    if (found !== null || offset < node.span.start || offset > node.span.end) return false;
    if (node.kind === "call" && offset >= node.callee.span.start && offset <= node.callee.span.end) found = siteOf(owner, trail, statement, node, parents);
    return found === null;
  });
  return found;
}

function siteOf(owner: Owner, trail: Trail, statement: Statement, call: Call, parents: readonly Node[]): CallSite | null {
  const block = calledBlock(owner, call);
  const parent = parents[parents.length - 1];
  // What is annotated is all of the block.
  if (block === null || parent?.kind === "annotated") return null;
  const pipe = parent?.kind === "pipe" && parent.right === call ? parent : null;
  const given = argumentsOf(block.node, call, pipe?.left ?? null);
  if (given === null || (given.size === 0 && parent?.kind === "argument")) return null;
  return { owner, trail, statement, call, node: pipe ?? call, parents: pipe === null ? parents : parents.slice(0, -1), block, given };
}

/** The block that a call names by itself; null for a layer, a model, a named layer. */
function calledBlock(owner: Owner, { callee }: Call): Owner<Block> | null {
  const [name, ...others] = callee.names;
  if (name === undefined || others.length > 0) return null;
  const [reference] = within(referencesOf(owner), name.span);
  const entry = owner.file.entries.get(name.text);
  if (entry?.node.kind !== "block" || reference?.symbols[0]?.node !== entry.node || entry.file.tainted.has(entry.node.span.start)) return null;
  return { file: entry.file, node: entry.node };
}

/** As semantics/calls.ts binds them: tensors by position and by name, then options. Null where they do not fit. */
function argumentsOf(block: Block, call: Call, piped: Expression | null): ReadonlyMap<Param, Expression> | null {
  const tensors = tensorNames(block);
  const params = block.params.filter((param) => isTensorParameter(block, param));
  const operands: Expression[] = piped === null ? [] : [piped];
  const byName = new Map<string, Expression>();
  const rest: Argument[] = [];
  for (const argument of call.arguments ?? []) {
    if (argument.name !== null && tensors.includes(argument.name.text)) byName.set(argument.name.text, argument.value);
    else if (argument.name === null && operands.length + byName.size < tensors.length) operands.push(argument.value);
    else rest.push(argument);
  }
  if (operands.length + byName.size !== tensors.length) return null;
  const given = new Map<Param, Expression>();
  for (const param of params) {
    const value = byName.get(param.name.text) ?? operands.shift();
    if (value !== undefined) given.set(param, value);
  }
  return bindOptions(block, rest, given) ? given : null;
}

function bindOptions(block: Block, args: readonly Argument[], given: Map<Param, Expression>): boolean {
  const options = optionParameters(block);
  const required = options.filter((param) => param.default === null);
  let position = 0;
  for (const { name, value } of args) {
    const param = name === null ? required[position++] : options.find((each) => each.name.text === name.text);
    if (param === undefined || given.has(param)) return false;
    given.set(param, value);
  }
  return required.every((param) => given.has(param));
}
