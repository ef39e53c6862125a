// What each name of a file is, for colors: what follows from words alone a grammar of text colors already.

import type { Node } from "../ast/visit.js";
import { walk } from "../ast/visit.js";
import type { Span } from "../source/source.js";
import { namesOf } from "./names/names.js";
import type { BuiltInKind, Reference, SymbolKind } from "./names/symbols.js";
import { libraryFiles, type Workspace } from "./names/workspace.js";

export type TokenType = "class" | "function" | "struct" | "macro" | "parameter" | "typeParameter" | "variable" | "property" | "enumMember" | "type" | "keyword" | "decorator";
export type TokenModifier = "declaration" | "readonly" | "modification" | "defaultLibrary";

/** All types and modifiers that tokens can have. */
export const semanticTokenLegend: { readonly types: readonly TokenType[]; readonly modifiers: readonly TokenModifier[] } = {
  types: ["class", "function", "struct", "macro", "parameter", "typeParameter", "variable", "property", "enumMember", "type", "keyword", "decorator"],
  modifiers: ["declaration", "readonly", "modification", "defaultLibrary"],
};

/** A name on one line; tokens do not overlap. */
export interface SemanticToken {
  readonly start: number;
  readonly length: number;
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

// Models are what values are made by, recipes stand for the clauses that they bring, sizes of signatures for what each call gives.
const ofSymbols: { readonly [K in SymbolKind]: readonly [TokenType, ...TokenModifier[]] } = {
  constant: ["variable", "readonly"],
  dataset: ["struct"],
  block: ["function"],
  model: ["class"],
  recipe: ["macro"],
  run: ["variable", "readonly"],
  alias: ["variable"],
  parameter: ["parameter"],
  word: ["enumMember"],
  dimension: ["typeParameter", "readonly"],
  value: ["variable"],
  layer: ["function"],
  counter: ["variable", "readonly"],
  input: ["parameter"],
  output: ["property"],
  field: ["property"],
  measure: ["property"],
};

const ofBuiltIns: { readonly [K in BuiltInKind]: TokenType } = {
  layer: "function",
  loss: "function",
  metric: "function",
  function: "function",
  optimizer: "function",
  source: "function",
  selection: "function",
  augmentation: "function",
  "option-function": "function",
  option: "parameter",
  word: "enumMember",
  clause: "keyword",
  type: "type",
  unit: "keyword",
  figure: "property",
  split: "enumMember",
  row: "variable",
};

/** The tokens of a file, or of those of its text that touch `range`, in order of position. */
export function semanticTokens(workspace: Workspace, path: string, range: Span | null = null): readonly SemanticToken[] {
  const file = workspace.files.get(path);
  if (file === undefined) return [];
  const isIn = ({ start, end }: Span): boolean => range === null || (start < range.end && range.start < end);
  const libraries = libraryFiles(workspace);
  const tokens = namesOf(file).references.filter(({ span }) => isIn(span)).map((reference) => tokenOf(reference, libraries));
  const text = workspace.textOf(path);
  walk(file.program, (node) => {
    if (!isIn(node.span)) return false;
    const word = decoratorOf(node);
    if (word !== null && text.startsWith(word, node.span.start)) tokens.push({ start: node.span.start, length: word.length, type: "decorator", modifiers: ["defaultLibrary"] });
    return true;
  });
  return tokens.sort((a, b) => a.start - b.start);
}

function decoratorOf({ kind }: Node): string | null {
  return kind === "frozen" || kind === "overparam" || kind === "fuse" ? kind : null;
}

function tokenOf({ span, symbols: [symbol], builtIn, role }: Reference, libraries: ReadonlyMap<string, string>): SemanticToken {
  const place = { start: span.start, length: span.end - span.start };
  if (symbol === undefined) return { ...place, type: builtIn === null ? "variable" : ofBuiltIns[builtIn.kind], modifiers: ["defaultLibrary"] };
  const [type, ...modifiers] = ofSymbols[symbol.kind];
  const isLibrary = libraries.get(symbol.origin.file)?.startsWith("std/") === true;
  return { ...place, type, modifiers: [...(role === "declaration" ? ["declaration" as const] : []), ...modifiers, ...(role === "write" ? ["modification" as const] : []), ...(isLibrary ? ["defaultLibrary" as const] : [])] };
}
