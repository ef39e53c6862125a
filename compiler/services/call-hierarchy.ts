// Who calls whom among blocks, models and runs: a run calls its model, and a body what it applies or hands on as a layer.

import type { Declaration } from "../ast/ast.js";
import type { Span } from "../source/source.js";
import { namesOf } from "./names/names.js";
import { declarationSymbol, type NamedSymbol } from "./names/symbols.js";
import { allReferences, meaningAt, type Workspace } from "./names/workspace.js";
import type { Place } from "./snapshot.js";
import { detailOf } from "./symbols.js";

export interface CallItem {
  readonly name: string;
  readonly kind: "block" | "model" | "run";
  readonly detail: string;
  readonly file: string;
  /** The declaring name. */
  readonly span: Span;
  readonly extent: Span;
}

export interface Calls {
  readonly item: CallItem;
  /** Where the calls stand: in the item's file for callers, in that of who was asked about for what it calls. */
  readonly ranges: readonly Span[];
}

/** The block, model or run that the name at a place stands for. */
export function prepareCalls(workspace: Workspace, place: Place): readonly CallItem[] {
  return (meaningAt(workspace, place)?.symbols ?? []).flatMap((symbol) => itemOf(workspace, symbol) ?? []);
}

/** Who calls the block or model whose declaring name starts at the place. */
export function incomingCalls(workspace: Workspace, place: Place): readonly Calls[] {
  const id = `${place.path}:${place.offset}`;
  const callers = new Map<string, { readonly item: CallItem; readonly ranges: Span[] }>();
  for (const { file, span, symbols, role } of allReferences(workspace)) {
    if (role === "declaration" || !symbols.some((symbol) => symbol.id === id)) continue;
    const around = declarationAround(workspace, file, span);
    const item = around === null ? null : itemOf(workspace, around);
    if (around === null || item === null) continue;
    const known = callers.get(around.id);
    if (known === undefined) callers.set(around.id, { item, ranges: [span] });
    else known.ranges.push(span);
  }
  return [...callers.values()];
}

/** What the block, model or run whose declaring name starts at the place calls. */
export function outgoingCalls(workspace: Workspace, place: Place): readonly Calls[] {
  const file = workspace.files.get(place.path);
  const node = file?.program.declarations.find((each) => each.kind !== "import" && each.name.span.start === place.offset);
  const called = new Map<string, { readonly item: CallItem; readonly ranges: Span[] }>();
  if (file === undefined || node === undefined) return [];
  for (const { span, symbols, role } of namesOf(file).references) {
    if (role === "declaration" || span.start < node.span.start || span.end > node.span.end) continue;
    for (const symbol of symbols) {
      const item = symbol.kind === "block" || symbol.kind === "model" ? itemOf(workspace, symbol) : null;
      if (item === null) continue;
      const known = called.get(symbol.id);
      if (known === undefined) called.set(symbol.id, { item, ranges: [span] });
      else known.ranges.push(span);
    }
  }
  return [...called.values()];
}

function declarationAround({ files }: Workspace, path: string, { start, end }: Span): NamedSymbol | null {
  const file = files.get(path);
  const node = file?.program.declarations.find((each): each is Exclude<Declaration, { kind: "import" }> => each.kind !== "import" && each.span.start <= start && end <= each.span.end);
  return file === undefined || node === undefined ? null : declarationSymbol({ file, node });
}

function itemOf(workspace: Workspace, { name, kind, node, origin, extent }: NamedSymbol): CallItem | null {
  if (node.kind !== "block" && node.kind !== "model" && node.kind !== "train") return null;
  if (kind !== "block" && kind !== "model" && kind !== "run") return null;
  return { name, kind, detail: detailOf(workspace.textOf(origin.file), node), file: origin.file, span: origin.span, extent };
}
