// What all parts of build-ast share: spans of concrete nodes, names, doc comments, and the diagnostics found on the way.
// Relies on the concrete tree's promise that what recovery could not find is absent, or a token without a place.

import type { CstNode, IToken, ParsedText } from "../../grammar/parse.js";
import { MAX_PROBLEMS } from "../../grammar/problems.js";
import { diagnose } from "../diagnostics/catalog.js";
import type { Diagnostic, DiagnosticId, DiagnosticParams, Fix } from "../diagnostics/diagnostic.js";
import type { Span } from "../source/source.js";
import type { Missing, Name } from "./ast.js";

/** One file on its way to the syntax tree. */
export interface Building {
  readonly path: string;
  readonly text: string;
  readonly diagnostics: Diagnostic[];
  /** Doc comments by the offset of the token that follows them. */
  readonly docs: ReadonlyMap<number, string>;
}

/** Collects the `///` comments that stand on lines of their own, by the token that follows them. */
export function docComments(parsed: ParsedText, text: string): ReadonlyMap<number, string> {
  const docs = new Map<number, string>();
  let next = 0;
  for (const token of parsed.tokens) {
    const waiting = parsed.comments[next];
    if (waiting === undefined) break;
    if (waiting.start >= token.startOffset || token.image === "") continue;
    const lines: string[] = [];
    for (let comment = parsed.comments[next]; comment !== undefined && comment.start < token.startOffset; comment = parsed.comments[++next]) {
      if (comment.doc && startsItsLine(text, comment.start)) lines.push(commentText(comment.text));
    }
    if (lines.length > 0) docs.set(token.startOffset, lines.join("\n"));
  }
  return docs;
}

/** The text of a comment without its slashes and one space. */
export function commentText(comment: string): string {
  return comment.replace(/^\/{2,} ?/, "").trimEnd();
}

/** Does nothing but space stand before this place on its line? */
export function startsItsLine(text: string, offset: number): boolean {
  let at = offset - 1;
  while (at >= 0 && (text.charAt(at) === " " || text.charAt(at) === "\t")) at--;
  return at < 0 || text.charAt(at) === "\n" || text.charAt(at) === "\r";
}

/** Adds a diagnostic at a span of the file. */
export function report<Id extends DiagnosticId>(
  building: Building,
  id: Id,
  span: Span,
  params: DiagnosticParams<Id>,
  more: { readonly fixes?: readonly Fix[]; readonly help?: string } = {},
): void {
  if (building.diagnostics.length > MAX_PROBLEMS) return;
  building.diagnostics.push(diagnose(id, { file: building.path, span }, params, more));
}

/** The only or first of what the concrete tree has under one key. */
export function first<T>(list: readonly T[] | undefined): T | undefined {
  return list?.[0];
}

/** The span of a token; null for one that recovery made up. */
export function tokenSpan(token: IToken | undefined): Span | null {
  if (token === undefined || Number.isNaN(token.startOffset)) return null;
  return { start: token.startOffset, end: (token.endOffset ?? token.startOffset) + 1 };
}

/** The span of a concrete node; nothing at `at` where it has no token. */
export function spanOf(node: CstNode | undefined, at: number): Span {
  const location = node?.location;
  if (location === undefined || Number.isNaN(location.startOffset)) return { start: at, end: at };
  const end = location.endOffset ?? location.startOffset;
  return { start: location.startOffset, end: Math.max(location.startOffset, end + 1) };
}

/** A name, with no text where there is none. */
export function nameOf(token: IToken | undefined, at: number): Name {
  const span = tokenSpan(token) ?? { start: at, end: at };
  return { kind: "name", span, text: token === undefined ? "" : token.image };
}

/** A place where recovery found nothing. */
export function missing(at: number): Missing {
  return { kind: "missing", span: { start: at, end: at } };
}

/** A token in a message: its text, shortened. */
export function quoted(token: IToken): string {
  const line = token.image.split(/[\r\n]/, 1)[0] ?? "";
  return `\`${line.length > 40 ? `${line.slice(0, 37)}...` : line}\``;
}
