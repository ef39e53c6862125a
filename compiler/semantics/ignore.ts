// `// sop-ignore <id>: reason`: silences warnings of one id on the next line that is no comment, and on the lines on which what begins there goes on,
// so that a longer line may be broken. One that has no reason, or nothing to silence, is a warning itself.

import type { Block, Comment, Model, Program } from "../ast/ast.js";
import { children, walk, type Node } from "../ast/visit.js";
import { catalog, diagnose } from "../diagnostics/catalog.js";
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { lineMap, type LineMap } from "../source/line-map.js";
import type { Origin, Span } from "../source/source.js";
import type { FileScope } from "./files.js";

interface Ignore {
  readonly id: string;
  readonly reason: string;
  readonly origin: Origin;
  /** Where it silences warnings. */
  readonly reach: Span;
  readonly text: string;
  isUsed: boolean;
}

export interface Ignoring {
  readonly files: ReadonlyMap<string, FileScope>;
  readonly read: (path: string) => string | null;
  /** The file whose comments are told of if they silence nothing: all of it was looked at. */
  readonly main: string;
  /** Bodies that were; what nothing instantiates has no warnings of its own. */
  readonly elaborated: ReadonlySet<Block | Model>;
}

/** The diagnostics without those that are silenced, and with those about the comments. */
export function withoutIgnored(diagnostics: readonly Diagnostic[], { files, read, main, elaborated }: Ignoring): readonly Diagnostic[] {
  const ignores: Ignore[] = [];
  for (const [path, { program }] of files) {
    const comments = program.comments.filter(isIgnore);
    const text = comments.length === 0 ? null : read(path);
    if (text === null) continue;
    const map = lineMap(text);
    for (const comment of comments) ignores.push(readIgnore(comment, path, program, text, map));
  }
  if (ignores.length === 0) return diagnostics;
  const kept = diagnostics.filter(({ id, severity, origin }) => {
    if (severity !== "warning") return true;
    const { start } = origin.span;
    const silencing = ignores.filter((ignore) => ignore.id === id && ignore.origin.file === origin.file && ignore.reach.start <= start && start <= ignore.reach.end);
    for (const ignore of silencing) ignore.isUsed = true;
    return silencing.length === 0;
  });
  const hasErrors = diagnostics.some(({ severity }) => severity === "error");
  const made = ignores.flatMap((ignore): Diagnostic[] => {
    if (ignore.isUsed) return ignore.reason === "" ? [diagnose("ignore-without-reason", ignore.origin, { id: ignore.id })] : [];
    return hasErrors || ignore.origin.file !== main || !isSeen(files.get(main), ignore, elaborated) ? [] : [unused(ignore)];
  });
  return [...kept, ...made];
}

function isIgnore({ kind, text }: Comment): boolean {
  return kind === "comment" && /^sop-ignore(?![\w-])/.test(text);
}

function readIgnore(comment: Comment, file: string, program: Program, text: string, map: LineMap): Ignore {
  const [, id = "", reason = ""] = /^sop-ignore\s*([^\s:]*)\s*:?(.*)$/.exec(comment.text) ?? [];
  let line = map.position(comment.span.start).line + 1;
  const textOf = (number: number): string => text.slice(map.line(number).start, map.line(number).end).trim();
  while (line < map.lineCount && textOf(line).startsWith("//")) line++;
  return { id, reason: reason.trim(), origin: { file, span: comment.span }, reach: reachOf(program, text, map.line(line)), text, isUsed: false };
}

/** The line, and what begins on it to its end: of what has a body or clauses that is what stands before them. */
function reachOf(program: Program, text: string, { start, end }: Span): Span {
  const first = start + text.slice(start, end).search(/\S|$/);
  let last = end;
  walk(program, (node) => {
    if (node.kind === "program") return true;
    if (node.span.start === first) last = Math.max(last, headEnd(node));
    return node.span.start < first && first < node.span.end;
  });
  return { start, end: last };
}

function headEnd(node: Node): number {
  const inner = children(node).find(({ kind }) => kind === "body" || kind === "clause" || kind === "fields" || kind === "assert");
  return inner?.span.start ?? node.span.end;
}

// Only of what was built is it known that it has no such warning.
function isSeen(file: FileScope | undefined, { reach: { start, end } }: Ignore, elaborated: ReadonlySet<Block | Model>): boolean {
  const node = file?.program.declarations.find(({ span }) => span.start < end && span.end > start);
  return node === undefined || (node.kind !== "block" && node.kind !== "model") || elaborated.has(node);
}

function unused({ id, origin, text }: Ignore): Diagnostic {
  const warnings = Object.entries(catalog).flatMap(([name, row]) => (row.severity === "warning" ? [name] : []));
  const nearest = warnings.includes(id) ? null : suggest(id, warnings);
  const fix: Fix = { title: "Remove the comment", edits: [{ span: wholeLine(text, origin.span), text: "" }] };
  return diagnose("unused-ignore", origin, { id, nearest: nearest ?? "" }, { fixes: [fix] });
}

/** The comment with its line if it stands alone on it, else with the blanks before it. */
function wholeLine(text: string, { start, end }: Span): Span {
  let from = start;
  while (from > 0 && (text[from - 1] === " " || text[from - 1] === "\t")) from--;
  const isAlone = from === 0 || text[from - 1] === "\n" || text[from - 1] === "\r";
  const after = /^(\r\n|\n|\r)/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  return isAlone ? { start: from, end: end + after } : { start: from, end };
}
