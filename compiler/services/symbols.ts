// What files declare, as outlines and lists show it: a tree for one file, and names like a query for the whole workspace.

import type { Body, Clause, Data, Declaration, Expression, Field, Param, Type } from "../ast/ast.js";
import type { Span } from "../source/source.js";
import type { SymbolKind } from "./names/symbols.js";
import { libraryFiles, type Workspace } from "./names/workspace.js";

export interface OutlineEntry {
  readonly name: string;
  readonly kind: SymbolKind;
  /** The signature, the type, what is called; "" where there is nothing to say. On one line. */
  readonly detail: string;
  readonly extent: Span;
  /** The name, within the extent. */
  readonly span: Span;
  /** Within the extent. */
  readonly children: readonly OutlineEntry[];
}

/** Longer details are cut. */
const longestDetail = 120;

/** The declarations of a file with their inputs, outputs, named layers and fields. Names that are not typed yet are left out. */
export function documentSymbols(workspace: Workspace, path: string): readonly OutlineEntry[] {
  const file = workspace.files.get(path);
  const text = workspace.textOf(path);
  return (file?.program.declarations ?? []).flatMap((node) => (node.kind === "import" ? [] : entry(node, kinds[node.kind], detailOf(text, node), membersOf(text, node))));
}

const kinds: { readonly [K in Exclude<Declaration["kind"], "import">]: SymbolKind } = { let: "constant", data: "dataset", block: "block", model: "model", recipe: "recipe", train: "run" };

function entry({ name, span }: { readonly name: { readonly text: string; readonly span: Span }; readonly span: Span }, kind: SymbolKind, detail: string, children: readonly OutlineEntry[] = []): readonly OutlineEntry[] {
  return name.text === "" ? [] : [{ name: name.text, kind, detail, extent: span, span: name.span, children }];
}

function membersOf(text: string, node: Exclude<Declaration, { kind: "import" }>): readonly OutlineEntry[] {
  if (node.kind === "data") return node.clauses.flatMap((clause) => fieldsOf(text, clause));
  if (node.kind === "block") return statementsOf(text, node.body);
  return node.kind === "model" && node.definition.kind === "body" ? statementsOf(text, node.definition.body) : [];
}

function fieldsOf(text: string, clause: Clause): readonly OutlineEntry[] {
  return clause.kind === "fields" ? clause.fields.flatMap((field) => entry(field, "field", typed(text, field))) : [];
}

function typed(text: string, { type }: Field): string {
  return shown(text, type);
}

function statementsOf(text: string, body: Body): readonly OutlineEntry[] {
  return body.statements.flatMap((statement): readonly OutlineEntry[] => {
    switch (statement.kind) {
      case "input":
        return statement.fields.flatMap((field) => entry(field, "input", typed(text, field)));
      case "output":
        return entry(statement, "output", statement.type === null ? "" : shown(text, statement.type));
      case "layer":
        return entry(statement, "layer", shown(text, statement.value));
      case "repeat":
        return statementsOf(text, statement.body);
      case "if": {
        const inside = [...statementsOf(text, statement.then)];
        for (let next = statement.else; next !== null; next = next.kind === "if" ? next.else : null) inside.push(...statementsOf(text, next.kind === "if" ? next.then : next));
        return inside;
      }
      default:
        return [];
    }
  });
}

/** What a declaration is, on one line: the signature of a block, the source of a dataset, the model and data of a run. */
export function detailOf(text: string, node: Exclude<Declaration, { kind: "import" }>): string {
  switch (node.kind) {
    case "let":
      return `= ${shown(text, node.value)}`;
    case "data":
      return cut(sourceOf(text, node));
    case "block":
      return cut(`${signature(text, node.params)}${node.returns.length === 0 ? "" : ` -> ${node.returns.map((type) => shown(text, type)).join(", ")}`}`);
    case "model": {
      const { definition } = node;
      const params = node.params.length === 0 ? "" : signature(text, node.params);
      const fuse = definition.kind === "body" || definition.fuse === null ? "" : ` fuse from ${definition.fuse.sources.map((source) => shown(text, source)).join(", ")}`;
      return cut(`${params}${definition.kind === "instance" ? `= ${shown(text, definition.call)}` : ""}${fuse}`.trim());
    }
    case "recipe":
      return node.params.length === 0 ? "" : cut(signature(text, node.params));
    case "train":
      return cut(`${shown(text, node.model)} on ${shown(text, node.data)}`);
  }
}

function sourceOf(text: string, { source }: Data): string {
  return shown(text, source);
}

function signature(text: string, params: readonly Param[]): string {
  return `(${params.map((param) => `${param.name.text}: ${shown(text, param.type)}${param.default === null ? "" : ` = ${shown(text, param.default)}`}`).join(", ")})`;
}

/** The text of a node on one line. */
function shown(text: string, { span }: Type | Expression | { readonly span: Span }): string {
  return cut(text.slice(span.start, span.end).replace(/\/\/[^\n]*/g, " ").replace(/\s+/g, " ").trim());
}

function cut(text: string): string {
  return text.length <= longestDetail ? text : `${text.slice(0, longestDetail - 3)}...`;
}

/** A declaration, input, output, layer or field of some file of the workspace. */
export interface FoundSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  /** The declaration around, or null. */
  readonly container: string | null;
  readonly file: string;
  readonly span: Span;
}

/** Names that have the letters of the query in its order, the nearest first: equal ones, those that begin with it, those that have it. Libraries come last. */
export function workspaceSymbols(workspace: Workspace, query: string, most = 200): readonly FoundSymbol[] {
  const libraries = libraryFiles(workspace);
  const found: { readonly symbol: FoundSymbol; readonly rank: number }[] = [];
  for (const path of workspace.files.keys()) {
    const add = ({ name, kind, span, children }: OutlineEntry, container: string | null): void => {
      const rank = rankOf(name, query);
      if (rank !== null) found.push({ symbol: { name, kind, container, file: path, span }, rank: rank + (libraries.has(path) ? 10 : 0) });
      for (const child of children) add(child, name);
    };
    for (const each of documentSymbols(workspace, path)) add(each, null);
  }
  return found.sort((a, b) => a.rank - b.rank || a.symbol.name.length - b.symbol.name.length).slice(0, most).map(({ symbol }) => symbol);
}

// null: the name has not all letters of the query.
function rankOf(name: string, query: string): number | null {
  if (query === "") return 0;
  const [text, wanted] = [name.toLowerCase(), query.toLowerCase()];
  if (name === query) return 0;
  if (text === wanted) return 1;
  if (text.startsWith(wanted)) return 2;
  if (text.includes(wanted)) return 3;
  let at = -1;
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return null;
  }
  return 4;
}
