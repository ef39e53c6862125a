// The canonical form as edits, so that what an editor keeps beside the text (cursors, folds, marks) stays where it is.

import { diffLines } from "diff";
import { parse } from "../ast/parse.js";
import { format } from "../ast/format.js";
import type { LineMap } from "../source/line-map.js";
import type { Span } from "../source/source.js";

export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** So many lines that differ and more: the whole text is replaced. */
const MOST_CHANGED = 2000;

/** What makes a text canonical; null where it has mistakes of syntax, since then nothing is known of what was meant. */
export function formattingEdits(path: string, text: string): readonly Edit[] | null {
  const { value, diagnostics } = parse({ path, text });
  if (diagnostics.some(({ severity }) => severity === "error")) return null;
  const formatted = format(value, text);
  // Lines end as those of the file do.
  return editsBetween(text, /\r\n/.test(text) ? formatted.replace(/\n/g, "\r\n") : formatted);
}

/** Edits of whole lines that make one text of another. */
export function editsBetween(before: string, after: string): readonly Edit[] {
  if (before === after) return [];
  const parts = diffLines(before, after, { maxEditLength: MOST_CHANGED });
  if (parts === undefined) return [{ span: { start: 0, end: before.length }, text: after }];
  const edits: Edit[] = [];
  let at = 0;
  for (const { value, added, removed } of parts) {
    const last = edits.at(-1);
    const touches = last !== undefined && last.span.end === at;
    if (removed) {
      if (touches) edits[edits.length - 1] = { span: { start: last.span.start, end: at + value.length }, text: last.text };
      else edits.push({ span: { start: at, end: at + value.length }, text: "" });
      at += value.length;
    } else if (added) {
      if (touches) edits[edits.length - 1] = { span: last.span, text: last.text + value };
      else edits.push({ span: { start: at, end: at }, text: value });
    } else at += value.length;
  }
  return edits.flatMap((edit) => byLines(edit, before.slice(edit.span.start, edit.span.end)));
}

/** As many lines for as many: each is an edit of its own, so that those of a selection can be told from the others. */
function byLines({ span, text }: Edit, replaced: string): readonly Edit[] {
  const [olds, news] = [replaced, text].map((lines) => lines.match(/[^\n]*\n|[^\n]+$/g) ?? []);
  if (olds === undefined || news === undefined || olds.length !== news.length) return [{ span, text }];
  let at = span.start;
  return olds.map((old, index) => {
    const start = at;
    at += old.length;
    return { span: { start, end: at }, text: news[index] ?? "" };
  });
}

/** The edits that touch the lines of a selection. */
export function rangeFormattingEdits(path: string, text: string, lines: LineMap, { start, end }: Span): readonly Edit[] | null {
  const from = lines.line(lines.position(start).line).start;
  // What ends where a line begins takes nothing of that line.
  const to = lines.line(lines.position(Math.max(start, end - 1)).line).end;
  return formattingEdits(path, text)?.filter(({ span }) => span.start <= to && span.end > from) ?? null;
}

/** After a newline or a closing brace: the canonical form of what was completed, up to the line of the cursor, which itself stays. Other declarations may be broken. */
export function typingEdits(path: string, text: string, lines: LineMap, offset: number, typed: string): readonly Edit[] {
  const { line } = lines.position(offset);
  const own = lines.line(line);
  // The line with the brace is complete. A new one has nothing in it yet and would be taken away.
  const isBlank = typed !== "}" && text.slice(own.start, own.end).trim() === "";
  const until = typed === "}" ? own.end + 1 : own.start;
  const { start, end } = sectionAround(text, until);
  const section = isBlank ? text.slice(start, own.start) + text.slice(Math.min(end, own.end + 1), end) : text.slice(start, end);
  const edits = formattingEdits(path, section) ?? [];
  // A line that ends the file gets no end from being typed.
  const isLast = (span: Span): boolean => span.end + start === text.length && !/[\r\n]$/.test(text);
  return edits.map(({ span, text: by }) => ({ span: { start: span.start + start, end: span.end + start }, text: isLast(span) ? by.trimEnd() : by })).filter(({ span }) => span.end <= until);
}

/** The lines from the declaration at or before an offset to the next one. */
function sectionAround(text: string, offset: number): Span {
  const heads = [...text.matchAll(/^(?:import|let|data|block|model|recipe|train)\b/gm)].map(({ index }) => index);
  const start = heads.filter((head) => head < offset).at(-1) ?? 0;
  const end = heads.find((head) => head > start && head >= offset) ?? text.length;
  return { start, end };
}
