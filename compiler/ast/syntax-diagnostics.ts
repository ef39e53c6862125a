// Problems of the grammar as diagnostics, and the choice among all of them: one mistake, one message.

import type { SyntaxProblem } from "../../grammar/problems.js";
import { diagnose } from "../diagnostics/catalog.js";
import type { Diagnostic, DiagnosticId } from "../diagnostics/diagnostic.js";
import type { SourceFile, Span } from "../source/source.js";
import { hidesBracket, hintFor, hintForCharacter, hintForNumber, hintForReserved, hintForString, hintForSurplus, lacksColon } from "./syntax-hints.js";

/** More messages than this about one file help nobody. */
const MOST = 200;

/** The diagnostic of one problem. */
export function describeProblem(file: SourceFile, problem: SyntaxProblem): Diagnostic {
  const span: Span = { start: problem.start, end: problem.end };
  const origin = { file: file.path, span };
  const at = (place: Span): { file: string; span: Span } => ({ file: file.path, span: { start: place.start, end: place.end } });
  switch (problem.id) {
    case "unknown-character": {
      const text = problem.text.length > 40 ? `${problem.text.slice(0, 37)}...` : problem.text;
      return diagnose("unknown-character", origin, { text }, hintForCharacter(problem, file.text));
    }
    case "unterminated-string":
      return diagnose("unterminated-string", origin, {}, hintForString(span, file.text));
    case "foreign-spelling": {
      const { found, meant } = problem;
      const isComment = found === "#" || found === "/*";
      const params = isComment ? { found, meant: "//" } : { found: shorten(found), meant: shorten(meant) };
      // `!x` is `not x`.
      const written = /\w$/.test(meant) && /\w/.test(file.text.charAt(span.end)) ? `${meant} ` : meant;
      return diagnose("foreign-spelling", origin, params, { fixes: [{ title: `Write \`${params.meant}\`.`, edits: [{ span, text: written }] }] });
    }
    case "malformed-number":
      return diagnose("malformed-number", origin, { text: shorten(problem.text) }, hintForNumber(problem.text, span));
    case "reserved-name": {
      const instead = `${problem.word}_`;
      const meant = hintForReserved(problem.word, span, file.text);
      if (meant !== null) return diagnose("reserved-name", origin, { word: problem.word, instead }, meant);
      const edits = problem.uses.map((use) => ({ span: at(use).span, text: instead }));
      return diagnose("reserved-name", origin, { word: problem.word, instead }, { fixes: [{ title: `Name it \`${instead}\`.`, edits }] });
    }
    case "unclosed-bracket": {
      const { open, close, opener } = problem;
      const notes = [{ origin: at(opener), message: `\`${open}\` is opened here.` }];
      const text = close.replace("}", "\n}");
      if (hidesBracket(close, file.text.slice(span.start, span.start + 200)))
        return diagnose("unclosed-bracket", origin, { open, close }, { notes, help: "Write a whole quotient as `floor(a / b)`: a comment begins with `//`." });
      return diagnose("unclosed-bracket", origin, { open, close }, { notes, fixes: [{ title: `Write \`${close}\`.`, edits: [{ span, text }] }] });
    }
    case "unmatched-bracket":
      return diagnose("unmatched-bracket", origin, { text: problem.text }, hintForSurplus(problem.text, span, file.text));
    case "wrong-bracket": {
      const { found, expected, opener } = problem;
      const notes = [{ origin: at(opener), message: "The bracket is opened here." }];
      return diagnose("wrong-bracket", origin, { found, expected }, { notes, fixes: [{ title: `Write \`${expected}\`.`, edits: [{ span, text: expected }] }] });
    }
    case "missing-brace":
      return diagnose("missing-brace", origin, { name: problem.name, found: problem.found }, { fixes: [{ title: "Write `{`.", edits: [{ span, text: " {" }] }] });
    case "text-too-long":
      return diagnose("text-too-long", origin, { limit: problem.limit.toLocaleString("en-US"), unit: problem.unit });
    case "nesting-too-deep":
      return diagnose("nesting-too-deep", origin, { limit: problem.limit });
    case "expression-too-long":
      return diagnose("expression-too-long", origin, { limit: problem.limit });
    case "expected-syntax":
      if (problem.found === "`else`" && problem.expected === "the end of the line") return diagnose("else-without-if", origin, {});
      return diagnose("expected-syntax", origin, { expected: lacksColon(problem, file.text) ? "`:`" : problem.expected, found: problem.found }, hintFor(problem, file.text));
  }
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

// What the parser says where it lost its way; on a line with a message that knows better, it is an echo.
const echoes: ReadonlySet<DiagnosticId> = new Set<DiagnosticId>([
  "expected-syntax", "unknown-statement", "unknown-clause", "unknown-declaration", "operator-after-pipe", "comparison-chain",
]);

const aboutBrackets: ReadonlySet<DiagnosticId> = new Set<DiagnosticId>(["unclosed-bracket", "unmatched-bracket", "wrong-bracket", "missing-brace"]);

/** Leaves out what follows from a string that swallowed the rest of its line: brackets of the line, and the one that ends the block whose brace it swallowed. */
function withoutSwallowed(file: SourceFile, all: readonly Diagnostic[]): readonly Diagnostic[] {
  const ends = all.flatMap(({ id, origin }) => (id === "unterminated-string" ? [{ from: file.text.lastIndexOf("\n", origin.span.start) + 1, to: endOfLine(file.text, origin.span.start) }] : []));
  if (ends.length === 0) return all;
  const isIn = ({ span }: { readonly span: Span }): boolean => ends.some(({ from, to }) => span.start >= from && span.start <= to);
  return all.filter((diagnostic) => !aboutBrackets.has(diagnostic.id) || !(isIn(diagnostic.origin) || diagnostic.notes.some(({ origin }) => isIn(origin))));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Orders diagnostics by position, keeps one of the parser's on each line, and counts what is too much. */
export function chooseDiagnostics(file: SourceFile, all: readonly Diagnostic[]): Diagnostic[] {
  const sorted = withoutSwallowed(file, all).map((diagnostic) => ({ diagnostic, line: 0 })).sort((a, b) => a.diagnostic.origin.span.start - b.diagnostic.origin.span.start);
  let line = 0;
  let at = 0;
  for (const entry of sorted) {
    for (; at < entry.diagnostic.origin.span.start; at++) if (file.text.charCodeAt(at) === 10) line++;
    entry.line = line;
  }
  const assigned = new Set(all.flatMap(({ id, origin }) => (id === "assign-in-clause" ? [origin.span.start] : [])));
  const told = new Set(sorted.filter(({ diagnostic }) => !echoes.has(diagnostic.id)).map((entry) => entry.line));
  const chosen: Diagnostic[] = [];
  for (const { diagnostic, line: own } of sorted) {
    // `fields: x: f32` is a clause with a sign too many, and no field of that name.
    if (diagnostic.id === "reserved-name" && assigned.has(diagnostic.origin.span.end)) continue;
    if (echoes.has(diagnostic.id)) {
      if (told.has(own)) continue;
      told.add(own);
    }
    chosen.push(diagnostic);
  }
  const next = chosen[MOST];
  if (next === undefined) return chosen;
  return [...chosen.slice(0, MOST), diagnose("too-many-mistakes", next.origin, { shown: MOST })];
}
