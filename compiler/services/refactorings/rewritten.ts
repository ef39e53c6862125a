// A text after edits, with the declarations that they changed in the canonical form where their syntax is right; what was not touched stays as it
// was written.

import { format } from "../../ast/format.js";
import { parse } from "../../ast/parse.js";
import { sectionStarts } from "../../ast/sections.js";
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

/** The text after edits, in the canonical form where they changed something. Sections are enough: a long file is not parsed. */
export function rewritten(path: string, text: string, edits: readonly Edit[]): string {
  const raw = applyEdits(text, edits);
  let shift = 0;
  const changed = [...edits].sort((a, b) => a.span.start - b.span.start).map(({ span, text: by }): Span => {
    const start = span.start + shift;
    shift += by.length - (span.end - span.start);
    return { start, end: start + by.length };
  });
  const starts = sectionStarts(raw);
  const sections = starts.map((start, i): Span => ({ start, end: starts[i + 1] ?? raw.length }));
  const touched = sections.filter(({ start, end }) => changed.some((span) => span.start < end && span.end > start));
  return applyEdits(raw, touched.flatMap((section) => canonical(path, raw, section)));
}

/** Space around the declaration stays. */
function canonical(path: string, text: string, { start, end }: Span): readonly Edit[] {
  const section = text.slice(start, end);
  const [before = ""] = /^\s*/.exec(section) ?? [];
  const inner = section.trim();
  const { value, diagnostics } = parse({ path, text: inner });
  if (diagnostics.length > 0) return [];
  return [{ span: { start: start + before.length, end: start + before.length + inner.length }, text: format(value, inner).trimEnd() }];
}

/** The change of one file; `name` was made up: it is found where it is used in the text after it. */
export function changeOf(path: string, before: string, after: string, name: string | null = null): Change {
  return { edits: new Map([[path, editsBetween(before, after)]]), name: name === null ? null : useOf(path, after, name) };
}

function useOf(path: string, text: string, name: string): Change["name"] {
  const use = [...text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].find(({ index }) => !/\bblock\s+$/.test(text.slice(Math.max(0, index - 12), index)));
  return use === undefined ? null : { path, offset: use.index };
}
