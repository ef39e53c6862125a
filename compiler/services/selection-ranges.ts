// What a selection grows to, step by step: the word, the call, the expression, the statement, the body, the declaration, the file.

import { walk } from "../ast/visit.js";
import type { FileScope } from "../semantics/files.js";
import type { Span } from "../source/source.js";

/** Spans around an offset from the inside out, each larger than the one before. */
export function selectionsAt({ program }: FileScope, offset: number): readonly Span[] {
  const around: Span[] = [program.span];
  walk(program, ({ kind, span }) => {
    if (kind === "program") return true;
    if (offset < span.start || offset > span.end) return false;
    const outer = around.at(-1);
    if (outer !== undefined && (span.start > outer.start || span.end < outer.end) && span.end > span.start) around.push(span);
    return true;
  });
  return around.reverse();
}
