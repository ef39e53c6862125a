// What the name in a call stands for, as semantics/callables.ts has it, without values: the file shadows what is built in, layers of the
// body shadow the file.

import type { Call, Expression, Path } from "../../ast/ast.js";
import { isTensorParameter, tensorsOf } from "../../semantics/callables.js";
import { parameterKind } from "../../semantics/declared-types.js";
import { functions } from "../../semantics/functions.js";
import { categoryOf, isLayerName, layers, type LayerKind } from "../../semantics/layers/layers.js";
import { inputsOf, parameterSymbol, type Owner } from "./members.js";
import type { Place } from "./sink.js";
import type { NamedSymbol } from "./symbols.js";

export type Callable =
  | { readonly kind: "own"; readonly owner: Owner }
  | { readonly kind: "built-in"; readonly name: LayerKind }
  | { readonly kind: "function" };

/** What a call calls; null where that is not known. Notes the names of the path. */
export function resolveCallee({ sink, file, names }: Place, path: Path): Callable | null {
  const [first, second] = path.names;
  if (first === undefined || first.text === "") return null;
  const local = names.lookup(first.text) ?? [];
  const entry = file.entries.get(first.text);
  if (second !== undefined) {
    if (local.length > 0) sink.symbol(file, first, local);
    else sink.ofFile(file, first);
    if (!local.some(isLayer) || second.text !== "unembed" || path.names.length > 2) return null;
    sink.builtIn(file, second, "layer", null, layers.unembed.doc);
    return { kind: "built-in", name: "unembed" };
  }
  if (local.some(isLayer)) {
    sink.symbol(file, first, local);
    return sink.layers.get(local.find(isLayer) as NamedSymbol) ?? null;
  }
  if (entry?.node.kind === "block" || entry?.node.kind === "model") {
    sink.ofFile(file, first);
    return { kind: "own", owner: { file: entry.file, node: entry.node } };
  }
  if (file.broken.has(first.text)) {
    sink.ofFile(file, first);
    return null;
  }
  const isFunction = Object.hasOwn(functions, first.text);
  if (isLayerName(first.text)) {
    const { text } = first;
    const category = categoryOf(text);
    sink.builtIn(file, first, category === "operator" ? "layer" : category, null, layers[text].doc);
    // `sqrt` and others are functions of numbers too, and have no options either way.
    return isFunction ? { kind: "function" } : { kind: "built-in", name: text };
  }
  if (isFunction) {
    sink.builtIn(file, first, "function", null, functions[first.text]?.doc ?? null);
    return { kind: "function" };
  }
  // What cannot be called is a name all the same.
  if (!sink.ofFile(file, first) && local.length > 0) sink.symbol(file, first, local);
  return null;
}

/** Can the symbol be called: a named layer, or a parameter that takes one? */
export function isLayer({ kind, node }: NamedSymbol): boolean {
  return kind === "layer" || (kind === "parameter" && node.kind === "param" && parameterKind(node.type)?.kind === "layer");
}

/** The call of `layer name = call`, and of `Model frozen` where a model is meant: without its annotations and parentheses around it. */
export function calledIn(expression: Expression): Call | Path | null {
  if (expression.kind === "annotated" || expression.kind === "group") return calledIn(expression.value);
  return expression.kind === "call" || expression.kind === "path" ? expression : null;
}

/** The tensors that a call takes. */
export interface Tensors {
  /** How many by position; of some layers any number. */
  readonly count: number;
  /** Those that may be given by name, with their symbols; null of a built-in layer. */
  readonly byName: ReadonlyMap<string, NamedSymbol | null>;
}

export function tensorsTaken(callable: Exclude<Callable, { kind: "function" }>): Tensors {
  if (callable.kind === "built-in") {
    const { tensors, optionalTensors = [] } = layers[callable.name];
    return { count: countOf(tensors), byName: new Map(optionalTensors.map(({ name }) => [name, null])) };
  }
  const { owner } = callable;
  const count = countOf(tensorsOf(owner));
  if (owner.node.kind === "model") return { count, byName: inputsOf({ file: owner.file, node: owner.node }) };
  const { node } = owner;
  const params = node.params.filter((param) => isTensorParameter(node, param));
  return { count, byName: new Map(params.map((param) => [param.name.text, parameterSymbol(owner, param)])) };
}

function countOf(tensors: readonly string[]): number {
  return tensors.length === 1 && tensors[0]?.endsWith("...") === true ? Number.POSITIVE_INFINITY : tensors.length;
}
