// Reads the changed texts and compares: each name must stand for what it stood for.

import { parseOnce } from "../../ast/parse-once.js";
import type { Host } from "../../host.js";
import { loadFiles, type FileScope } from "../../semantics/files.js";
import { createReport } from "../../semantics/report.js";
import { lineMap } from "../../source/line-map.js";
import { allReferences, type Workspace } from "../names/workspace.js";
import type { NamedSymbol, Reference } from "../names/symbols.js";
import type { Edit } from "../formatting.js";

type Edits = ReadonlyMap<string, readonly Edit[]>;

/** What would stand for something else after the edits, in words; or null. `name` is the new name. */
export function changedMeaning(workspace: Workspace, edits: Edits, name: string): string | null {
  const after = changed(workspace, edits);
  const place = (file: string, offset: number): string => `${file}:${moved(edits, file, offset)}`;
  const found = new Map(allReferences(after).map((reference) => [`${reference.file}:${reference.span.start}`, reference]));
  for (const reference of allReferences(workspace)) {
    const key = place(reference.file, reference.span.start);
    const now = found.get(key);
    found.delete(key);
    if (now === undefined || meaningOf(now, plainly) !== meaningOf(reference, place)) return inWords(workspace, reference, name);
  }
  const more = [...found.values()].find(({ file, span }) => !isInserted(edits, file, span.start));
  return more === undefined ? null : `\`${name}\` would stand for something in \`${more.file}\` that it does not stand for now.`;
}

function inWords({ textOf }: Workspace, { file, span, role }: Reference, name: string): string {
  const text = textOf(file);
  const { line } = lineMap(text).position(span.start);
  const written = text.slice(span.start, span.end);
  return role === "declaration" ? `\`${name}\` is taken where \`${written}\` is declared, in line ${line} of \`${file}\`.` : `\`${written}\` in line ${line} of \`${file}\` would stand for something else.`;
}

function plainly(file: string, offset: number): string {
  return `${file}:${offset}`;
}

// All that a reference stands for, in places; `place` says where one lies after the edits.
function meaningOf({ symbols, builtIn, alias }: Reference, place: (file: string, offset: number) => string): string {
  const idOf = ({ kind, origin }: NamedSymbol): string => `${kind} ${place(origin.file, origin.span.start)}`;
  return [...symbols.map(idOf).sort(), alias === null ? "" : idOf(alias), builtIn === null ? "" : `${builtIn.kind} ${builtIn.name} ${builtIn.owner ?? ""}`].join("; ");
}

function changed(workspace: Workspace, edits: Edits): Workspace {
  const texts = new Map([...edits].map(([path, each]) => [path, applied(workspace.textOf(path), each)]));
  const textOf = (path: string): string => texts.get(path) ?? workspace.textOf(path);
  const host: Host = { ...workspace.host, read: (path) => texts.get(path) ?? (workspace.files.has(path) ? workspace.textOf(path) : workspace.host.read(path)) };
  const files = new Map<string, FileScope>();
  for (const path of workspace.files.keys()) {
    if (files.has(path)) continue;
    for (const [each, file] of loadFiles(path, host, parseOnce, createReport())) if (!files.has(each)) files.set(each, file);
  }
  return { files, textOf, host };
}

function applied(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { span, text: instead } of edits) {
    parts.push(text.slice(from, span.start), instead);
    from = span.end;
  }
  return [...parts, text.slice(from)].join("");
}

/** Where an offset lies after the edits. */
function moved(edits: Edits, file: string, offset: number): number {
  let by = 0;
  for (const { span, text } of edits.get(file) ?? []) {
    if (span.end > offset) break;
    by += text.length - (span.end - span.start);
  }
  return offset + by;
}

// Does an offset of the changed text lie in text that was put in?
function isInserted(edits: Edits, file: string, offset: number): boolean {
  let by = 0;
  for (const { span, text } of edits.get(file) ?? []) {
    const start = span.start + by;
    if (span.start === span.end && start <= offset && offset < start + text.length) return true;
    by += text.length - (span.end - span.start);
  }
  return false;
}
