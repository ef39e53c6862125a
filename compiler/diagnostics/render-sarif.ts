// Diagnostics as a SARIF 2.1.0 log (OASIS, sarif-v2.1.0), for code scanning services and editors.

import type { Span } from "../source/source.js";
import { catalog } from "./catalog.js";
import type { Diagnostic, DiagnosticId } from "./diagnostic.js";
import { sources } from "./frame.js";
import type { Sources } from "./frame.js";
import type { Problem } from "./render-json.js";
import type { Row } from "./rows/row.js";

/** Renders one run of the tool; files that could not be read are notifications of the run. */
export function renderSarif(
  diagnostics: readonly Diagnostic[],
  problems: readonly Problem[],
  read: (path: string) => string | null,
  version: string,
): string {
  const at = sources(read);
  const ids = [...new Set(diagnostics.map((diagnostic) => diagnostic.id))].sort();
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "sop", version, semanticVersion: version, rules: ids.map(rule) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            toolExecutionNotifications: problems.map((problem) => ({
              level: "error",
              message: { text: problem.message },
              locations: [{ physicalLocation: { artifactLocation: { uri: uri(problem.file) } } }],
            })),
          },
        ],
        results: diagnostics.map((diagnostic) => result(diagnostic, ids.indexOf(diagnostic.id), at)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(id: DiagnosticId) {
  const row: Pick<Row<never>, "severity" | "page"> = catalog[id];
  return {
    id,
    shortDescription: { text: id },
    fullDescription: { text: row.page },
    help: { text: row.page },
    defaultConfiguration: { level: row.severity },
  };
}

function result(diagnostic: Diagnostic, ruleIndex: number, at: Sources) {
  const { file } = diagnostic.origin;
  const fixes = diagnostic.fixes.filter((fix) => fix.edits.length > 0);
  return {
    ruleId: diagnostic.id,
    ruleIndex,
    level: diagnostic.severity,
    message: { text: diagnostic.help === null ? diagnostic.message : `${diagnostic.message} ${diagnostic.help}` },
    locations: [{ physicalLocation: location(file, diagnostic.origin.span, at) }],
    relatedLocations: diagnostic.notes.map((note, id) => ({
      id,
      message: { text: note.message },
      physicalLocation: location(note.origin.file, note.origin.span, at),
    })),
    ...(fixes.length === 0
      ? {}
      : {
          fixes: fixes.map((fix) => ({
            description: { text: fix.title },
            artifactChanges: [
              {
                artifactLocation: { uri: uri(file) },
                replacements: fix.edits.map((edit) => ({ deletedRegion: region(file, edit.span, at), insertedContent: { text: edit.text } })),
              },
            ],
          })),
        }),
  };
}

function location(file: string, span: Span, at: Sources) {
  return { artifactLocation: { uri: uri(file) }, region: region(file, span, at) };
}

function region(file: string, span: Span, at: Sources) {
  const lines = at(file)?.lines;
  if (lines === undefined) return { startLine: 1 };
  const start = lines.position(span.start);
  const end = lines.position(span.end);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column, charOffset: span.start, charLength: span.end - span.start };
}

/** A path as a URI reference; a path that begins with a slash becomes a file URI. */
function uri(path: string): string {
  const escaped = encodeURI(path.replace(/\p{Surrogate}/gu, "\ufffd")).replaceAll("#", "%23").replaceAll("?", "%3F");
  if (path.startsWith("/")) return `file://${escaped}`;
  return /^[A-Za-z]:\//.test(path) ? `file:///${escaped}` : escaped.replace(/^([^/]*):/, "./$1:");
}
