// Names in expressions, types and annotations.

import type { Annotation, Binary, Block, Call, Expression, Model, Name, Path, Pipe, Recipe, Type } from "../../ast/ast.js";
import { isFigurePath } from "../../semantics/budgets.js";
import { layers } from "../../semantics/layers/layers.js";
import { overparamOptions } from "../../semantics/overparam.js";
import { calledIn, resolveCallee, tensorsTaken, type Callable } from "./callees.js";
import { wordSymbols, type Owner } from "./members.js";
import { builtInArguments, nameIn, ownArguments } from "./options.js";
import type { Place } from "./sink.js";
import { symbolOf, type NamedSymbol } from "./symbols.js";

/** How a call stands: by itself, behind `|>`, or where a layer is named, without its tensors. */
type Standing = "plain" | "piped" | "named";

/** All names of an expression. */
export function expression(place: Place, root: Expression, standing: Standing = "plain"): void {
  // Chains lean to the left and can be long: they are walked without recursion, and from their beginning.
  const rights: (Pipe | Binary)[] = [];
  let first = root;
  while (first.kind === "pipe" || (first.kind === "binary" && !isEquality(first))) {
    rights.push(first);
    first = first.left;
  }
  link(place, first, rights.length === 0 ? standing : "plain");
  for (let at = rights.length - 1; at >= 0; at--) {
    const step = rights[at];
    if (step !== undefined) expression(place, step.right, step.kind === "pipe" ? "piped" : "plain");
  }
}

function link(place: Place, node: Exclude<Expression, Pipe>, standing: Standing): void {
  switch (node.kind) {
    case "path":
      if (standing === "plain") path(place, node);
      else call(place, node, standing);
      return;
    case "call":
      call(place, node, standing);
      return;
    case "annotated":
      expression(place, node.value, standing);
      return annotations(place, node.annotations);
    case "binary":
      return equality(place, node);
    case "list":
      for (const item of node.items) expression(place, item);
      return;
    case "group":
      return expression(place, node.value);
    case "unary":
      return expression(place, node.operand);
    case "conditional":
      expression(place, node.condition);
      expression(place, node.then);
      return expression(place, node.else);
    case "number":
      if (node.unit !== null) place.sink.builtIn(place.file, node.unit, "unit");
      return;
    default:
      return;
  }
}

function isEquality({ operator }: Binary): boolean {
  return operator === "==" || operator === "!=";
}

// Beside a parameter of words a bare name is one of its words first: `norm == layer`.
function equality(place: Place, { left, right }: Binary): void {
  const [leftName, rightName] = [bareNameIn(left), bareNameIn(right)];
  const rightWord = rightName === null ? null : wordOf(place, leftName, rightName);
  const leftWord = leftName === null || rightWord !== null || isKnown(place, leftName) ? null : wordOf(place, rightName, leftName);
  if (rightWord !== null && rightName !== null) place.sink.symbol(place.file, rightName, rightWord);
  else expression(place, right);
  if (leftWord !== null && leftName !== null) place.sink.symbol(place.file, leftName, leftWord);
  else expression(place, left);
}

function isKnown({ file, names }: Place, name: Name): boolean {
  return names.lookup(name.text) !== undefined || file.entries.get(name.text)?.node.kind === "let";
}

function bareNameIn(value: Expression): Name | null {
  return value.kind === "path" ? nameIn(value) : null;
}

function wordOf(place: Place, parameter: Name | null, word: Name): NamedSymbol | null {
  const [symbol] = parameter === null ? [] : (place.names.lookup(parameter.text) ?? []);
  if (symbol?.node.kind !== "param") return null;
  const { node } = symbol;
  const owner = ownerOf(place, symbol);
  return owner === null ? null : (wordSymbols(owner, node).find(({ name }) => name === word.text) ?? null);
}

function ownerOf({ file }: Place, { container }: NamedSymbol): Owner<Block | Model | Recipe> | null {
  const node = container?.node;
  return node?.kind === "block" || node?.kind === "model" || node?.kind === "recipe" ? { file, node } : null;
}

/** A name where a value stands: of the body, then of the file. */
export function path({ sink, file, names }: Place, { names: parts }: Path): void {
  const [first, second] = parts;
  if (first === undefined) return;
  const figure: Path = { kind: "path", span: first.span, names: parts };
  const joined = parts.length === 1 ? undefined : names.lookup(parts.map(({ text }) => text).join("."));
  if (second !== undefined && joined !== undefined) {
    sink.builtIn(file, first, "row");
    return sink.symbol(file, second, joined);
  }
  const local = names.lookup(first.text);
  if (local !== undefined) sink.symbol(file, first, local);
  else if (isFigurePath(figure)) for (const part of parts) sink.builtIn(file, part, "figure", parts.map(({ text }) => text).join("."));
  else sink.ofFile(file, first);
}

/** A layer where one is meant: `relu`, `leaky_relu(slope: 0.2)`, a block, a named layer. What it calls, if that is known. */
export function layerExpression(place: Place, value: Expression): Callable | null {
  if (value.kind === "annotated") annotations(place, value.annotations);
  const called = calledIn(value);
  if (called !== null) return call(place, called, "named");
  expression(place, value);
  return null;
}

/** A call and its arguments; what it calls, if that is known. */
export function call(place: Place, node: Call | Path, standing: Standing): Callable | null {
  const callee = node.kind === "path" ? node : node.callee;
  const args = node.kind === "path" ? [] : (node.arguments ?? []);
  const isNamed = callee.names.length === 1 && (place.names.lookup(callee.names[0]?.text ?? "") ?? []).some(({ kind }) => kind === "layer");
  const callable = resolveCallee(place, callee);
  if (callable === null || callable.kind === "function") {
    args.forEach((argument) => expression(place, argument.value));
    return callable;
  }
  const { count, byName } = tensorsTaken(callable);
  const rest = args.filter(({ name, value }) => {
    const symbol = name === null ? undefined : byName.get(name.text);
    if (name === null || symbol === undefined) return true;
    if (symbol !== null) place.sink.symbol(place.file, name, symbol);
    else if (callable.kind === "built-in") place.sink.builtIn(place.file, name, "option", callable.name, optionalTensor(callable.name, name.text));
    expression(place, value);
    return false;
  });
  const given = args.length - rest.length;
  const slots = standing === "named" ? 0 : Math.max(0, count - (standing === "piped" ? 1 : 0) - (callable.kind === "own" ? given : 0));
  // A named layer has its options already.
  if (isNamed) rest.forEach((argument) => expression(place, argument.value));
  else if (callable.kind === "own") ownArguments(place, callable.owner, rest, slots);
  else builtInArguments(place, callable.name, layers[callable.name].options, rest, slots);
  return callable;
}

function optionalTensor(layer: keyof typeof layers, name: string): string | null {
  return layers[layer].optionalTensors?.find((tensor) => tensor.name === name)?.doc ?? null;
}

export function annotations(place: Place, all: readonly Annotation[]): void {
  for (const annotation of all) {
    place.sink.word(place.file, annotation);
    if (annotation.kind === "overparam") builtInArguments(place, "overparam", overparamOptions, annotation.arguments);
  }
}

/** A type where it is used: its dtype, sizes and bound. */
export function type(place: Place, { name, sizes, alternatives, below }: Type): void {
  if (alternatives.length === 0) place.sink.builtIn(place.file, name, "type");
  for (const { value } of sizes ?? []) expression(place, value);
  if (below !== null) expression(place, below);
}

/** The name that a size binds, if nothing else gives it: neither the body, nor a constant, nor one of `taken`. */
export function bindSizes({ file, names, within }: Place, { sizes }: Type, taken: ReadonlySet<string>): void {
  for (const size of sizes ?? []) {
    const name = nameIn(size.value);
    if (size.value.kind !== "path" || name === null || name.text === "" || taken.has(name.text) || file.broken.has(name.text)) continue;
    if (names.lookup(name.text) !== undefined || file.entries.get(name.text)?.node.kind === "let") continue;
    names.define(name.text, [symbolOf(file, name, "dimension", size, within)]);
  }
}
