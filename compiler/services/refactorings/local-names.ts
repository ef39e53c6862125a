// The names in one block or model, and names that are still free there. Only this declaration is walked, so that a long file costs no more.

import type { Block, Body, Model, Name } from "../../ast/ast.js";
import { walk, type Node } from "../../ast/visit.js";
import { functions } from "../../semantics/functions.js";
import type { FileScope } from "../../semantics/files.js";
import { isLayerName } from "../../semantics/layers/layers.js";
import { remembered } from "../../semantics/remembered.js";
import { Scope } from "../../semantics/scope.js";
import type { Span } from "../../source/source.js";
import { body } from "../names/bodies.js";
import { expression, layerExpression } from "../names/expressions.js";
import { Sink } from "../names/sink.js";
import type { NamedSymbol, Reference } from "../names/symbols.js";

/** A block or model with a body, in its file. */
export interface Owner<N extends Block | Model = Block | Model> {
  readonly file: FileScope;
  readonly node: N;
}

/** The body of a block or model; null of a model that stands for another. */
export function bodyOf(node: Block | Model): Body | null {
  if (node.kind === "block") return node.body;
  return node.definition.kind === "body" ? node.definition.body : null;
}

const known = new WeakMap<Block | Model, { readonly file: FileScope; readonly references: readonly Reference[] }>();

/** What the names in a declaration stand for, in order of position. */
export function referencesOf({ file, node }: Owner): readonly Reference[] {
  const earlier = known.get(node);
  if (earlier?.file === file) return earlier.references;
  const sink = new Sink(file.path);
  body({ sink, file, names: new Scope(), within: null, rules: { expression, layer: layerExpression } }, node);
  const references = sink.references().filter((reference) => reference.file === file.path);
  known.set(node, { file, references });
  return references;
}

/** Those in a stretch of text. */
export function within(references: readonly Reference[], { start, end }: Span): readonly Reference[] {
  let [from, to] = [0, references.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((references[middle]?.span.start ?? 0) < start) from = middle + 1;
    else to = middle;
  }
  let until = from;
  while ((references[until]?.span.start ?? end) < end) until++;
  return references.slice(from, until);
}

const kinds: ReadonlySet<NamedSymbol["kind"]> = new Set<NamedSymbol["kind"]>(["parameter", "dimension", "value", "layer", "counter", "input", "output"]);

/** The name of the body that a reference stands for; null where it is of the file, built in, an option of something else. */
export function localOf({ node }: Owner, { symbols }: Reference): NamedSymbol | null {
  const [symbol] = symbols;
  return symbol !== undefined && kinds.has(symbol.kind) && symbol.container?.node === node ? symbol : null;
}

/** All names that are written in a node. */
export const textsIn = remembered((node: Node): ReadonlySet<string> => {
  const texts = new Set<string>();
  walk(node, (inner) => void (inner.kind === "name" && texts.add((inner satisfies Name).text)));
  return texts;
});

/** `name`, or `name_2` and so on, so that it is not taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name.replace(/_\d+$/, "")}_${count}`;
    if (!isTaken(candidate)) return candidate;
  }
}

/** Does the name stand for something wherever it is written in the file? */
export function isOfFile({ entries, broken }: FileScope, name: string): boolean {
  return entries.has(name) || broken.has(name) || isLayerName(name) || Object.hasOwn(functions, name);
}

/** Is it a name of the declaration, or one that stands for something in the file? */
export function isTakenIn({ file, node }: Owner, name: string): boolean {
  return textsIn(node).has(name) || isOfFile(file, name);
}
