// A text after edits, with the declarations that they changed in the canonical form where their syntax is right; what was not touched stays as it
// was written.

import { format } from "../../ast/format.js";
import { parse } from "../../ast/parse.js";
import { walk } from "../../ast/visit.js";
import type { Declaration } from "../../ast/ast.js";
import type { Span } from "../../source/source.js";
import { editsBetween, type Edit } from "../formatting.js";
import type { Change } from "./refactoring.js";

/** The text with edits that do not touch each other. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const { span, text: by } of [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    result += text.slice(at, span.start) + by;
    at = span.end;
  }
  return result + text.slice(at);
}

/** Where the comments right above a declaration begin: they belong to it. */
export function startWithComments(text: string, declaration: Span): number {
  let start = declaration.start;
  for (;;) {
    const line = text.lastIndexOf("\n", start - 2) + 1;
    if (start === 0 || line >= start || !/^[ \t]*\/\//.test(text.slice(line, start))) return start;
    start = line;
  }
}

/** The text after edits, in the canonical form where they changed something. */
export function rewritten(path: string, text: string, edits: readonly Edit[]): string {
  const raw = applyEdits(text, edits);
  let shift = 0;
  const changed = [...edits].sort((a, b) => a.span.start - b.span.start).map(({ span, text: by }): Span => {
    const start = span.start + shift;
    shift += by.length - (span.end - span.start);
    return { start, end: start + by.length };
  });
  const { declarations } = parse({ path, text: raw }).value;
  const touched = declarations.filter(({ span }) => changed.some(({ start, end }) => start < span.end && end > span.start));
  return applyEdits(raw, touched.flatMap((declaration) => canonical(path, raw, declaration)));
}

function canonical(path: string, text: string, { span }: Declaration): readonly Edit[] {
  const start = startWithComments(text, span);
  const section = text.slice(start, span.end);
  const { value, diagnostics } = parse({ path, text: section });
  if (diagnostics.length > 0) return [];
  return [{ span: { start, end: span.end }, text: format(value, section).trimEnd() }];
}

/** The change of one file; `name` was made up: it is found where it is read in the text after it. */
export function changeOf(path: string, before: string, after: string, name: string | null = null): Change {
  return { edits: new Map([[path, editsBetween(before, after)]]), name: name === null ? null : useOf(path, after, name) };
}

function useOf(path: string, text: string, name: string): Change["name"] {
  let found: number | null = null;
  walk(parse({ path, text }).value, (node, parents) => {
    if (node.kind === "name" && node.text === name && parents[parents.length - 1]?.kind !== "block") found ??= node.span.start;
  });
  return found === null ? null : { path, offset: found };
}
