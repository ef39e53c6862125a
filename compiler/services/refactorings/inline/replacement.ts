// Text that takes the place of a name or a call, and whether it needs parentheses there.

import type { Expression } from "../../../ast/ast.js";
import type { Node } from "../../../ast/visit.js";

/** How tightly a text holds together: by itself, as a pipe, or less. */
export type Tightness = "atom" | "pipe" | "loose";

export interface Replacement {
  readonly text: string;
  readonly tightness: Tightness;
  /** What it was written as; null for a name or a size that was made up. */
  readonly written: Expression | null;
}

export function nameReplacement(text: string): Replacement {
  return { text, tightness: "atom", written: null };
}

export function tightnessOf({ kind }: Expression): Tightness {
  if (kind === "pipe") return "pipe";
  return kind === "binary" || kind === "unary" || kind === "conditional" || kind === "annotated" ? "loose" : "atom";
}

const anything: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>(["argument", "list", "group", "bind", "output", "return", "size", "assert", "if", "repeat", "param"]);

/** The text as it can stand in the place of `child`. */
export function inPlace({ text, tightness }: Replacement, parent: Node | undefined, child: Node): string {
  const fits = tightness === "atom" || parent === undefined || anything.has(parent.kind) || (tightness === "pipe" && parent.kind === "pipe" && parent.left === child);
  return fits ? text : `(${text})`;
}
