// Fixes of diagnostics for editors: those at a place, all that can be applied without a choice, and the comment that silences a warning.

import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import type { Span } from "../source/source.js";
import { applyFixes } from "./apply-fixes.js";
import { editsBetween, type Edit } from "./formatting.js";
import type { Snapshot } from "./snapshot.js";

export interface OfferedFix {
  readonly diagnostic: Diagnostic;
  readonly title: string;
  readonly edits: Fix["edits"];
  /** Is it what is surely meant? */
  readonly isPreferred: boolean;
}

/** Fixes of the diagnostics that touch a selection, or another stretch of those that an editor shows them for. */
export function fixesAt(snapshot: Snapshot, path: string, places: readonly Span[]): readonly OfferedFix[] {
  const touching = snapshot.diagnostics.filter(({ origin }) => origin.file === path && places.some(({ start, end }) => origin.span.start <= end && origin.span.end >= start));
  return touching.flatMap((diagnostic) => [
    ...diagnostic.fixes.map((fix) => ({ diagnostic, title: fix.title.replace(/\.$/, ""), edits: fix.edits, isPreferred: diagnostic.fixes.length === 1 })),
    ...(diagnostic.severity === "warning" ? [silence(snapshot, diagnostic)] : []),
  ]);
}

/** `// sop-ignore id: reason` above the line, indented as it is. */
function silence({ linesOf, textOf }: Snapshot, diagnostic: Diagnostic): OfferedFix {
  const { file, span } = diagnostic.origin;
  const lines = linesOf(file);
  const { start, end } = lines.line(lines.position(span.start).line);
  const indent = /^[ \t]*/.exec(textOf(file).slice(start, end))?.[0] ?? "";
  const text = `${indent}// sop-ignore ${diagnostic.id}: reason\n`;
  return { diagnostic, title: `Silence \`${diagnostic.id}\` here, with a reason`, edits: [{ span: { start, end: start }, text }], isPreferred: false };
}

/** What `sop fix` does, for the text of one file; `check` gives the diagnostics of the program with another text in its place. */
export function allFixes({ textOf }: Snapshot, path: string, check: (text: string) => readonly Diagnostic[]): readonly Edit[] {
  const text = textOf(path);
  const { texts } = applyFixes(new Map([[path, text]]), (changed) => check(changed.get(path) ?? text));
  return editsBetween(text, texts.get(path) ?? text);
}
