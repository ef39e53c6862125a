// Fixes of diagnostics for editors: those at a place, all that can be applied without a choice, and the comment that silences a warning.

import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import { importsInto, importTitle } from "../semantics/import-edit.js";
import type { Span } from "../source/source.js";
import { applyFixes } from "./apply-fixes.js";
import { editsBetween, type Edit } from "./formatting.js";
import type { Exported, OtherFile } from "./names/exports.js";
import type { Snapshot } from "./snapshot.js";

export interface OfferedFix {
  readonly diagnostic: Diagnostic;
  readonly title: string;
  readonly edits: Fix["edits"];
  /** Is it what is surely meant? */
  readonly isPreferred: boolean;
}

/** Fixes of the diagnostics that touch a selection, or another stretch of those that an editor shows them for. `others` gives files of the open folders, whose names can be imported. */
export function fixesAt(snapshot: Snapshot, path: string, places: readonly Span[], others: () => readonly OtherFile[] = () => []): readonly OfferedFix[] {
  const touching = snapshot.diagnostics.filter(({ origin }) => origin.file === path && places.some(({ start, end }) => origin.span.start <= end && origin.span.end >= start));
  return touching.flatMap((diagnostic) => {
    const imports = importFixes(snapshot, diagnostic, others);
    return [
      // A name that is there as it is written is meant before one that is like it.
      ...imports,
      ...diagnostic.fixes.map((fix) => ({ diagnostic, title: fix.title.replace(/\.$/, ""), edits: fix.edits, isPreferred: imports.length === 0 && diagnostic.fixes.length === 1 })),
      ...(diagnostic.severity === "warning" ? [silence(snapshot, diagnostic)] : []),
    ];
  });
}

/** What each message finds no declaration of. */
function missingKinds({ id, params }: Diagnostic): readonly Exported["kind"][] {
  switch (id) {
    case "unknown-name":
      return ["let", "block", "model"];
    case "unknown-layer":
    case "unknown-objective":
      return ["block", "model"];
    case "no-such-declaration":
      return params["what"] === "dataset" ? ["data"] : params["what"] === "recipe" ? ["recipe"] : ["train"];
    default:
      return [];
  }
}

/** The imports that bring the name that is lacking, from each file that has it. */
function importFixes({ files, textOf }: Snapshot, diagnostic: Diagnostic, others: () => readonly OtherFile[]): readonly OfferedFix[] {
  const kinds = missingKinds(diagnostic);
  const file = files.get(diagnostic.origin.file);
  if (kinds.length === 0 || file === undefined) return [];
  const { start, end } = diagnostic.origin.span;
  const written = textOf(file.path).slice(start, end);
  const having = others().filter(({ names }) => names.some(({ name, kind }) => name === written && kinds.includes(kind)));
  // Where none is like it but there is a fix, the standard library has the name as well.
  const isOnly = having.length === 1 && (diagnostic.fixes.length === 0 || diagnostic.params["nearest"] !== "");
  return having.map(({ specifier }) => ({ diagnostic, title: importTitle(written, specifier), edits: [importsInto(file)(written, specifier)], isPreferred: isOnly }));
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
