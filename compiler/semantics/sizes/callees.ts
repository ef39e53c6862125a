// What names and options of calls stand for where sizes are symbols.

import type { Path } from "../../ast/ast.js";
import { functions } from "../functions.js";
import { isLayerName } from "../layers/layers.js";
import type { Inspection, Place } from "./inspection.js";
import { ofAtom, type Size } from "./size.js";
import type { SymbolicLayer, SymbolicValue } from "./symbolic-value.js";

/** The layer, block or model that a name stands for; null where it is none, or a function on numbers. */
export function calleeOf(place: Place, path: Path): SymbolicLayer | null {
  const texts = path.names.map(({ text }) => text);
  const [name = ""] = texts;
  const local = place.names.lookup(name);
  if (texts.length > 1) {
    const isTable = local?.kind === "layer" && local.callable.kind === "built-in" && local.callable.name === "embedding" && texts.length === 2 && texts[1] === "unembed";
    return isTable ? { ...local, callable: { kind: "built-in", name: "unembed" } } : null;
  }
  if (local?.kind === "layer") return local;
  // An option that takes a layer, or what has no value, hides what the file declares and what is built in.
  if (local?.kind === "unknown") return null;
  const entry = place.file.entries.get(name);
  if (entry !== undefined) {
    if (entry.file.tainted.has(entry.node.span.start)) return null;
    if (entry.node.kind === "block") return { kind: "layer", callable: { kind: "block", file: entry.file, node: entry.node }, bound: null };
    if (entry.node.kind === "model") return { kind: "layer", callable: { kind: "model", file: entry.file, node: entry.node }, bound: null };
  }
  if (place.file.broken.has(name) || Object.hasOwn(functions, name) || !isLayerName(name)) return null;
  return { kind: "layer", callable: { kind: "built-in", name }, bound: null };
}

/** Whole numbers as sizes: `[2, d]`, one number, an option `ints` of that count; null where they are not known to be such. */
export function sizesOf(by: Inspection, value: SymbolicValue, count: number | undefined, isOneEnough: boolean): readonly Size[] | null {
  if (value.kind === "number") return isOneEnough ? Array.from({ length: count ?? 1 }, () => value.size) : null;
  if (value.kind === "numbers") return count === undefined ? null : Array.from({ length: count }, () => ofAtom(by.atoms.symbol(value.name, null, true)));
  if (value.kind !== "list" || (count !== undefined && value.items.length !== count)) return null;
  const sizes = value.items.flatMap((item) => (item.kind === "number" ? [item.size] : []));
  return sizes.length === value.items.length ? sizes : null;
}
