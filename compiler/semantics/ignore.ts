// `// sop-ignore <id>: reason`: silences warnings of one id on the next line that is no comment. One that has no reason, or nothing to
// silence, is a warning itself.

import type { Block, Comment, Model } from "../ast/ast.js";
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
  /** The line whose warnings it silences. */
  readonly line: number;
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
  const maps = new Map<string, LineMap>();
  for (const [path, { program }] of files) {
    const comments = program.comments.filter(isIgnore);
    const text = comments.length === 0 ? null : read(path);
    if (text === null) continue;
    const map = lineMap(text);
    maps.set(path, map);
    for (const comment of comments) ignores.push(readIgnore(comment, path, text, map));
  }
  if (ignores.length === 0) return diagnostics;
  const kept = diagnostics.filter(({ id, severity, origin }) => {
    const map = maps.get(origin.file);
    if (severity !== "warning" || map === undefined) return true;
    const { line } = map.position(origin.span.start);
    const silencing = ignores.filter((ignore) => ignore.id === id && ignore.origin.file === origin.file && ignore.line === line);
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

function readIgnore(comment: Comment, file: string, text: string, map: LineMap): Ignore {
  const [, id = "", reason = ""] = /^sop-ignore\s*([^\s:]*)\s*:?(.*)$/.exec(comment.text) ?? [];
  let line = map.position(comment.span.start).line + 1;
  const textOf = (number: number): string => text.slice(map.line(number).start, map.line(number).end).trim();
  while (line < map.lineCount && textOf(line).startsWith("//")) line++;
  return { id, reason: reason.trim(), origin: { file, span: comment.span }, line, text, isUsed: false };
}

// Only of what was built is it known that it has no such warning.
function isSeen(file: FileScope | undefined, { line, text }: Ignore, elaborated: ReadonlySet<Block | Model>): boolean {
  const { start, end } = lineMap(text).line(line);
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
