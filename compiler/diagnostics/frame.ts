// The frame of a diagnostic: the source lines of a span with carets under it, in the manner of rustc.
// However long a line is, only a window around the span is shown.

import { lineMap } from "../source/line-map.js";
import type { LineMap } from "../source/line-map.js";
import type { Origin } from "../source/source.js";
import { expand, printable } from "./printable.js";

/** UTF-16 units of a source line that are shown at most, and how many of them stand before the span. */
const WINDOW = 120;
const BEFORE = 40;

export interface SourceView {
  readonly text: string;
  readonly lines: LineMap;
}

/** Gives the text of a file with its lines, or null where it cannot be read; each file is looked at once. */
export type Sources = (path: string) => SourceView | null;

/** Remembers the lines of each file that `read` gives. */
export function sources(read: (path: string) => string | null): Sources {
  const known = new Map<string, SourceView | null>();
  return (path) => {
    const seen = known.get(path);
    if (seen !== undefined) return seen;
    const text = read(path);
    const view = text === null ? null : { text, lines: lineMap(text) };
    known.set(path, view);
    return view;
  };
}

/** A row of a frame: with a line number, or a row of carets below one. */
export interface FrameRow {
  readonly label: string;
  readonly text: string;
  readonly isMark: boolean;
}

/** `file:line:column` of an origin, or the file alone where its text is gone. */
export function place(origin: Origin, at: Sources): string {
  const view = at(origin.file);
  const file = printable(origin.file);
  if (view === null) return file;
  const { line, column } = view.lines.position(origin.span.start);
  return `${file}:${line}:${column}`;
}

/** The rows of an origin's frame: its line with `mark` under the span; of several lines the first and the last. */
export function frame(origin: Origin, at: Sources, mark: string): readonly FrameRow[] {
  const view = at(origin.file);
  if (view === null) return [];
  const { text, lines } = view;
  const start = Math.min(origin.span.start, text.length);
  const end = Math.max(start, Math.min(origin.span.end, text.length));
  const first = lines.position(start).line;
  // A span that ends with a line break belongs to the line it breaks.
  const last = Math.max(first, lines.position(end > start ? end - 1 : end).line);
  const one = marked(view, first, start, end, mark);
  if (last === first) return one;
  const final = lines.line(last);
  const indent = /^[ \t]*/.exec(text.slice(final.start, final.start + WINDOW))?.[0].length ?? 0;
  const from = Math.min(final.start + indent, end);
  return [
    ...one,
    ...(last > first + 1 ? [{ label: "...", text: "", isMark: false }] : []),
    ...marked(view, last, from, end, mark),
  ];
}

function marked(view: SourceView, line: number, from: number, to: number, mark: string): readonly FrameRow[] {
  const bounds = view.lines.line(line);
  const start = Math.min(Math.max(from, bounds.start), bounds.end);
  const end = Math.min(Math.max(to, start), bounds.end);
  const shown = windowed(view.text, bounds, start);
  const before = expand(view.text.slice(shown.from, start));
  const inside = expand(view.text.slice(start, Math.max(start, Math.min(end, shown.to))), before.width);
  const pad = " ".repeat((shown.cutBefore ? 1 : 0) + before.width);
  return [
    { label: String(line), text: shown.text, isMark: false },
    { label: "", text: pad + mark.repeat(Math.max(1, inside.width)), isMark: true },
  ];
}

/** A line as it is shown, cut to a window that starts before `around`. */
export function windowed(
  text: string,
  bounds: { readonly start: number; readonly end: number },
  around: number,
): { readonly from: number; readonly to: number; readonly cutBefore: boolean; readonly text: string } {
  if (bounds.end - bounds.start <= WINDOW) {
    return { from: bounds.start, to: bounds.end, cutBefore: false, text: expand(text.slice(bounds.start, bounds.end)).text };
  }
  let from = Math.max(bounds.start, Math.min(around - BEFORE, bounds.end - WINDOW));
  let to = Math.min(bounds.end, from + WINDOW);
  if (isLowSurrogate(text, from) && from > bounds.start) from -= 1;
  if (isLowSurrogate(text, to) && to < bounds.end) to += 1;
  const cutBefore = from > bounds.start;
  return { from, to, cutBefore, text: (cutBefore ? "…" : "") + expand(text.slice(from, to)).text + (to < bounds.end ? "…" : "") };
}

function isLowSurrogate(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
}
