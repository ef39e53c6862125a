// Diagnostics as one JSON document for other programs. The form carries a version; fields are only ever added to it.

import type { Origin, Span } from "../source/source.js";
import type { Diagnostic } from "./diagnostic.js";
import { sources } from "./frame.js";
import type { Sources } from "./frame.js";

/** A file that could not be read at all, and why. */
export interface Problem {
  readonly file: string;
  readonly message: string;
}

/** Renders `{ version, diagnostics, problems, errors, warnings }`; lines and columns count from 1, offsets and columns in UTF-16 units. */
export function renderJson(diagnostics: readonly Diagnostic[], problems: readonly Problem[], read: (path: string) => string | null): string {
  const at = sources(read);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const document = {
    version: 1,
    diagnostics: diagnostics.map((diagnostic) => ({
      id: diagnostic.id,
      severity: diagnostic.severity,
      message: diagnostic.message,
      help: diagnostic.help,
      ...located(diagnostic.origin, at),
      params: diagnostic.params,
      notes: diagnostic.notes.map((note) => ({ message: note.message, ...located(note.origin, at) })),
      fixes: diagnostic.fixes.map((fix) => ({
        title: fix.title,
        edits: fix.edits.map((edit) => ({ range: range(diagnostic.origin.file, edit.span, at), text: edit.text })),
      })),
    })),
    problems,
    errors: errors + problems.length,
    warnings: diagnostics.length - errors,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function located(origin: Origin, at: Sources): { readonly file: string; readonly range: ReturnType<typeof range> } {
  return { file: origin.file, range: range(origin.file, origin.span, at) };
}

function range(file: string, span: Span, at: Sources) {
  const lines = at(file)?.lines;
  const end = (offset: number) => ({ offset, ...(lines?.position(offset) ?? { line: 1, column: 1 }) });
  return { start: end(span.start), end: end(span.end) };
}
