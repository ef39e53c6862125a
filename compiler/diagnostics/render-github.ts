// Diagnostics as workflow commands of GitHub Actions, one line each, which show up beside the changed lines of a pull request.

import type { Diagnostic } from "./diagnostic.js";
import { sources } from "./frame.js";
import type { Problem } from "./render-json.js";

/** Renders `::error file=...,line=...,col=...,endLine=...,endColumn=...,title=...::message` per diagnostic. */
export function renderGithub(diagnostics: readonly Diagnostic[], problems: readonly Problem[], read: (path: string) => string | null): string {
  const at = sources(read);
  const lines = diagnostics.map((diagnostic) => {
    const map = at(diagnostic.origin.file)?.lines;
    const start = map?.position(diagnostic.origin.span.start) ?? { line: 1, column: 1 };
    const end = map?.position(diagnostic.origin.span.end) ?? start;
    // GitHub takes columns only where a range stays on one line.
    const columns = start.line === end.line ? `,col=${start.column},endColumn=${Math.max(end.column, start.column)}` : "";
    const message = diagnostic.help === null ? diagnostic.message : `${diagnostic.message}\n${diagnostic.help}`;
    return `::${diagnostic.severity} file=${property(diagnostic.origin.file)},line=${start.line},endLine=${end.line}${columns},title=${property(`sop ${diagnostic.id}`)}::${data(message)}\n`;
  });
  return [...lines, ...problems.map((problem) => `::error file=${property(problem.file)}::${data(problem.message)}\n`)].join("");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
