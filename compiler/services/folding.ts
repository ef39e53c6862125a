// What can be folded: declarations and bodies that take several lines, imports in a row, comments in a row.

import { walk } from "../ast/visit.js";
import type { FileScope } from "../semantics/files.js";
import type { LineMap } from "../source/line-map.js";
import type { Span } from "../source/source.js";

export interface Fold {
  readonly kind: "region" | "imports" | "comment";
  /** From the line that stays visible to the last one that goes with it. */
  readonly span: Span;
}

export function foldsOf({ program }: FileScope, lines: LineMap): readonly Fold[] {
  const folds: Fold[] = [];
  const lineOf = (offset: number): number => lines.position(offset).line;
  const add = (kind: Fold["kind"], span: Span): void => {
    if (lineOf(span.end) > lineOf(span.start)) folds.push({ kind, span });
  };
  walk(program, (node) => {
    if (["program", "import", "name"].includes(node.kind)) return;
    const isWhole = node.kind === "let" || node.kind === "data" || node.kind === "block" || node.kind === "model" || node.kind === "recipe" || node.kind === "train";
    if (isWhole || node.kind === "repeat" || node.kind === "if" || node.kind === "fields" || node.kind === "fuse") add("region", node.span);
  });
  for (const span of rows(program.declarations.filter(({ kind }) => kind === "import").map(({ span }) => span), lineOf)) add("imports", span);
  for (const span of rows(program.comments.map(({ span }) => span), lineOf)) add("comment", span);
  return folds;
}

/** Spans that stand on lines below each other, put together. */
function rows(spans: readonly Span[], lineOf: (offset: number) => number): readonly Span[] {
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && lineOf(span.start) <= lineOf(last.end) + 1) joined[joined.length - 1] = { start: last.start, end: span.end };
    else joined.push(span);
  }
  return joined;
}
