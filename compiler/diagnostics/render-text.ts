// Diagnostics for people at a terminal: message, frame with carets, notes with their own frames, help, and fixes as a diff.

import type { Diagnostic, Fix } from "./diagnostic.js";
import { frame, place, sources, windowed } from "./frame.js";
import type { FrameRow, Sources } from "./frame.js";
import { plainPaint } from "./paint.js";
import type { Paint } from "./paint.js";
import { expand, printableMessage } from "./printable.js";

/** More than this many diagnostics are counted, not shown: a file that is no `.sop` file at all gives thousands. */
const MOST_SHOWN = 50;
const MOST_FIX_LINES = 6;

/** Renders all diagnostics, a blank line after each; `read` gives the text of a file as it was checked. */
export function renderText(diagnostics: readonly Diagnostic[], read: (path: string) => string | null, paint: Paint = plainPaint): string {
  const at = sources(read);
  const shown = diagnostics.slice(0, MOST_SHOWN).map((diagnostic) => `${renderOne(diagnostic, at, paint)}\n\n`);
  const rest = diagnostics.length - shown.length;
  return shown.join("") + (rest > 0 ? `${paint.strong(`... and ${rest} more`)}\n\n` : "");
}

/** A fix that was made: its place and title, and the lines that it changed, before and after. */
export function renderFix(diagnostic: Diagnostic, fix: Fix, read: (path: string) => string | null): string {
  const at = sources(read);
  const rows = fixRows(fix, diagnostic.origin.file, at);
  const width = Math.max(1, ...rows.map((row) => row.label.length));
  return `${place(diagnostic.origin, at)}: ${printableMessage(fix.title)} (${diagnostic.id})\n${rows.map((row) => `${row.label.padStart(width)} ${row.text}\n`).join("")}`;
}

/** A fix that was tried and not made, in one line. */
export function renderRefusal(diagnostic: Diagnostic, fix: Fix, read: (path: string) => string | null): string {
  return `${place(diagnostic.origin, sources(read))}: not changed, since no fewer mistakes would be left: ${printableMessage(fix.title)} (${diagnostic.id})\n`;
}

/** "2 errors, 1 warning", or "no errors". */
export function countText(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const warnings = diagnostics.length - errors;
  const parts = [errors > 0 ? plural(errors, "error") : "", warnings > 0 ? plural(warnings, "warning") : ""].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(", ") : "no errors";
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function renderOne(diagnostic: Diagnostic, at: Sources, paint: Paint): string {
  const color = diagnostic.severity === "error" ? paint.error : paint.warning;
  const main = frame(diagnostic.origin, at, "^");
  const notes = diagnostic.notes.map((note) => ({ note, rows: frame(note.origin, at, "-") }));
  const fixes = diagnostic.fixes.map((fix) => ({ fix, rows: fixRows(fix, diagnostic.origin.file, at) }));
  const width = Math.max(1, ...[...main, ...notes.flatMap(({ rows }) => rows), ...fixes.flatMap(({ rows }) => rows)].map((row) => (row.label === "..." ? 0 : row.label.length)));

  const lines = [`${color(`${diagnostic.severity}[${diagnostic.id}]`)}${paint.strong(`: ${printableMessage(diagnostic.message)}`)}`];
  lines.push(...framed(place(diagnostic.origin, at), main, width, color, paint));
  for (const { note, rows } of notes) {
    lines.push(`${paint.note("note")}: ${printableMessage(note.message)}`);
    lines.push(...framed(place(note.origin, at), rows, width, paint.note, paint));
  }
  if (diagnostic.help !== null) lines.push(`${paint.help("help")}: ${printableMessage(diagnostic.help)}`);
  for (const { fix, rows } of fixes) {
    if (fix.title !== diagnostic.help) lines.push(`${paint.help("fix")}: ${printableMessage(fix.title)}`);
    for (const row of rows) {
      const text = `${row.label.padStart(width)} ${row.text}`;
      lines.push(row.text.startsWith("-") ? paint.removed(text) : paint.added(text));
    }
  }
  return lines.join("\n");
}

function framed(where: string, rows: readonly FrameRow[], width: number, color: (text: string) => string, paint: Paint): readonly string[] {
  const head = `${" ".repeat(width)}${paint.gutter("-->")} ${where}`;
  if (rows.length === 0) return [head];
  const bar = paint.gutter(`${" ".repeat(width)} |`);
  return [
    head,
    bar,
    ...rows.map((row) => {
      if (row.label === "...") return paint.gutter("...");
      const text = row.isMark ? color(row.text) : row.text;
      return text === "" ? paint.gutter(`${row.label.padStart(width)} |`) : `${paint.gutter(`${row.label.padStart(width)} |`)} ${text}`;
    }),
  ];
}

/** The lines that a fix changes, before (`-`) and after (`+`). */
function fixRows(fix: Fix, file: string, at: Sources): readonly FrameRow[] {
  const view = at(file);
  const edits = [...fix.edits].sort((a, b) => a.span.start - b.span.start);
  const firstEdit = edits[0];
  const lastEdit = edits.at(-1);
  if (view === null || firstEdit === undefined || lastEdit === undefined) return [];
  const first = view.lines.position(firstEdit.span.start).line;
  const last = view.lines.position(lastEdit.span.end).line;
  const from = view.lines.line(first).start;
  const to = view.lines.line(last).end;

  // Only what lies near the edits is put together, so that a fix in a line of a megabyte stays cheap.
  const before = windowed(view.text, { start: from, end: Math.max(to, from) }, firstEdit.span.start);
  let after = view.text.slice(before.from, firstEdit.span.start);
  let done = firstEdit.span.start;
  for (const edit of edits) {
    after += view.text.slice(done, Math.max(done, edit.span.start)) + edit.text;
    done = Math.max(done, edit.span.end);
  }
  after += view.text.slice(done, Math.max(done, before.to));
  const cut = (text: string): string => (before.cutBefore ? "…" : "") + text;
  const rows = (sign: string, text: string): readonly FrameRow[] =>
    cut(text)
      .split(/\r\n|\n|\r/)
      .slice(0, MOST_FIX_LINES)
      .map((line, index) => ({ label: String(first + index), text: `${sign} ${expand(line.slice(0, 200)).text}`, isMark: false }));
  return [...rows("-", view.text.slice(before.from, before.to)), ...rows("+", after)];
}
