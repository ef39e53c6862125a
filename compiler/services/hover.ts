// What stands at a place, in Markdown: what a word means, what a declaration takes and gives, and what the checker found there.

import type { Declaration } from "../ast/ast.js";
import type { Node } from "../ast/visit.js";
import type { FileScope } from "../semantics/files.js";
import type { Span } from "../source/source.js";
import { annotationMarkdown, fuseMarkdown } from "./hover/annotations.js";
import { builtInMarkdown } from "./hover/built-ins.js";
import { callPlace } from "./hover/call.js";
import { nodesAt } from "./hover/nodes-at.js";
import { numberMarkdown } from "./hover/numbers.js";
import { entryMarkdown, pageOf } from "./hover/pages.js";
import { symbolMarkdown, withCall } from "./hover/symbols.js";
import { namesOf, referenceAt } from "./names/names.js";
import type { Reference } from "./names/symbols.js";
import type { Place, Snapshot } from "./snapshot.js";

export interface Hover {
  /** What it is about. */
  readonly span: Span;
  readonly markdown: string;
}

/** null: nothing is known there. */
export function hover(snapshot: Snapshot, { path, offset }: Place): Hover | null {
  const file = snapshot.files.get(path);
  if (file === undefined) return null;
  const around = nodesAt(file.program, offset);
  const reference = referenceAt(namesOf(file), offset);
  const named = reference === null ? null : ofReference(snapshot, file, reference, around);
  return named ?? ofNode(snapshot, file, offset, around);
}

function ofReference(snapshot: Snapshot, file: FileScope, { span, symbols, builtIn, alias }: Reference, around: readonly Node[]): Hover | null {
  // In losses there is nothing to be said of one call.
  const place = around[1]?.kind === "block" || around[1]?.kind === "model" ? callPlace(around) : null;
  const here = { file: file.path, around };
  const texts = builtIn !== null ? [builtInMarkdown(snapshot, builtIn, around)] : [...(symbols.length === 0 && alias !== null ? [alias] : symbols)].map((symbol) => symbolMarkdown(snapshot, symbol, here));
  const found = [...new Set(texts.filter((text) => text !== null))];
  return found.length === 0 ? null : { span, markdown: withCall(snapshot, file.path, found.slice(0, 3).join("\n\n---\n\n"), place) };
}

/** Words of the grammar, numbers, annotations, files. */
function ofNode(snapshot: Snapshot, file: FileScope, offset: number, around: readonly Node[]): Hover | null {
  const node = around[around.length - 1];
  const parent = around[around.length - 2];
  if (node === undefined) return null;
  const annotation = [node, parent].find((each) => each?.kind === "overparam" || each?.kind === "frozen");
  if (annotation?.kind === "overparam" || annotation?.kind === "frozen") return { span: annotation.span, markdown: annotationMarkdown(snapshot, file.path, annotation) };
  if (node.kind === "number") {
    const inside = around[around.length - 3];
    if (inside?.kind === "overparam") return { span: inside.span, markdown: annotationMarkdown(snapshot, file.path, inside) };
    const markdown = numberMarkdown(node);
    return markdown === null ? null : { span: node.span, markdown };
  }
  const clause = around.find((each) => each.kind === "clause");
  if (node.kind === "linking-word" && clause?.kind === "clause") return page(snapshot, node.span, clause.word.text, ["clause"]);
  if (node.kind === "fuse") {
    const end = node.sources[0]?.span.start ?? node.span.end;
    return offset >= end ? null : { span: { start: node.span.start, end }, markdown: fuseMarkdown(snapshot, file.path, node) };
  }
  if (node.kind === "string" && parent?.kind === "import") return page(snapshot, node.span, node.value, ["library"]);
  if (node.kind === "string") return page(snapshot, node.span, node.value, ["generator"]);
  return ofWord(snapshot, file, offset, node);
}

const constructs: ReadonlySet<string> = new Set(["import", "let", "data", "block", "model", "recipe", "train", "input", "output", "layer", "repeat", "if", "return", "fuse"]);

// A word of the grammar: `repeat`, `train`, `every`.
function ofWord(snapshot: Snapshot, file: FileScope, offset: number, node: Node): Hover | null {
  const text = snapshot.textOf(file.path);
  let [start, end] = [offset, offset];
  while (start > 0 && /\w/.test(text.charAt(start - 1))) start--;
  while (end < text.length && /\w/.test(text.charAt(end))) end++;
  const word = text.slice(start, end);
  if (word === "" || node.kind === "name" || node.kind === "missing" || isInComment(file, offset)) return null;
  const span = { start, end };
  if (node.kind === "fields" || node.kind === "assert") return page(snapshot, span, word, ["clause"]);
  return constructs.has(word) && isOf(node, word) ? page(snapshot, span, word, ["construct"]) : null;
}

function isOf(node: Node, word: string): boolean {
  const kinds: Readonly<Record<string, readonly (Declaration["kind"] | Node["kind"])[]>> = { if: ["if", "conditional"], fuse: ["model", "fuse"] };
  return (kinds[word] ?? [word]).includes(node.kind);
}

function isInComment({ program }: FileScope, offset: number): boolean {
  return program.comments.some(({ span }) => span.start < offset && offset <= span.end);
}

function page({ host }: Snapshot, span: Span, word: string, kinds: readonly string[]): Hover | null {
  const found = pageOf(host, word, kinds);
  return found === null ? null : { span, markdown: entryMarkdown(found) };
}
