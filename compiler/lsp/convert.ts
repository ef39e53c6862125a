// Between offsets and the protocol's positions, and what else the compiler's data look like in the protocol. Positions count UTF-16 units, as
// offsets do.

import { DiagnosticSeverity, DiagnosticTag, type Diagnostic, type DiagnosticRelatedInformation, type Location, type Position, type Range, type TextEdit } from "vscode-languageserver";
import type { Diagnostic as Found } from "../diagnostics/diagnostic.js";
import type { Snapshot } from "../services/snapshot.js";
import type { LineMap } from "../source/line-map.js";
import type { Origin, Span } from "../source/source.js";
import { pageLink } from "./pages.js";
import { uriOf } from "./paths.js";

/** The offset of a position; one beyond its line is at the line's end. */
export function offsetAt(map: LineMap, { line, character }: Position): number {
  const { start, end } = map.line(line + 1);
  return Math.min(start + character, end);
}

export function positionAt(map: LineMap, offset: number): Position {
  const { line, column } = map.position(offset);
  return { line: line - 1, character: column - 1 };
}

export function rangeOf(map: LineMap, { start, end }: Span): Range {
  return { start: positionAt(map, start), end: positionAt(map, end) };
}

export function spanOf(map: LineMap, { start, end }: Range): Span {
  return { start: offsetAt(map, start), end: offsetAt(map, end) };
}

export function locationOf(snapshot: Snapshot, { file, span }: Origin): Location {
  return { uri: uriOf(file), range: rangeOf(snapshot.linesOf(file), span) };
}

export function editOf(map: LineMap, { span, text }: { readonly span: Span; readonly text: string }): TextEdit {
  return { range: rangeOf(map, span), newText: text };
}

/** Warnings about what is there without need, which editors show faded. */
const unnecessary: ReadonlySet<string> = new Set(["unused-ignore", "unused-layer", "unused-parameter", "unused-result", "option-without-effect"]);

/** A diagnostic with its help, its page and the places that explain it. */
export function diagnosticOf(snapshot: Snapshot, { id, severity, origin, message, help, notes }: Found): Diagnostic {
  const related = notes.map((note): DiagnosticRelatedInformation => ({ location: locationOf(snapshot, note.origin), message: note.message }));
  const href = pageLink(id);
  return {
    range: rangeOf(snapshot.linesOf(origin.file), origin.span),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: id,
    ...(href === null ? {} : { codeDescription: { href } }),
    source: "sop",
    message: help === null ? message : `${message}\n${help}`,
    ...(unnecessary.has(id) ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related.length === 0 ? {} : { relatedInformation: related }),
  };
}
