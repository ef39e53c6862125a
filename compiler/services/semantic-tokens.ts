// What each name of a file is, for colors: what follows from words alone a grammar of text colors already.

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
  const standard = new Set([...libraryFiles(workspace)].flatMap(([library, from]) => (from.startsWith("std/") ? [library] : [])));
  const { references, words } = namesOf(file);
  const tokens: SemanticToken[] = [];
  let next = 0;
  // They say what becomes of the weights of what they stand behind.
  const addWords = (before: number): void => {
    for (let each = words[next]; each !== undefined && each.span.start < before; each = words[++next]) {
      if (isIn(each.span)) tokens.push({ start: each.span.start, length: each.kind.length, type: "decorator", modifiers: ofLanguage });
    }
  };
  for (const reference of references) {
    const { span } = reference;
    if (!isIn(span)) continue;
    addWords(span.start);
    const { type, modifiers } = looksOf(reference, standard);
    tokens.push({ start: span.start, length: span.end - span.start, type, modifiers });
  }
  addWords(Number.POSITIVE_INFINITY);
  return tokens;
}

type Looks = Pick<SemanticToken, "type" | "modifiers">;

const ofLanguage: readonly TokenModifier[] = ["defaultLibrary"];
/** There are few, and thousands of tokens. */
const known = new Map<string, Looks>();

function looksOf({ symbols: [symbol], builtIn, role }: Reference, standard: ReadonlySet<string>): Looks {
  const isStandard = symbol !== undefined && standard.has(symbol.origin.file);
  const key = `${symbol?.kind ?? ""} ${builtIn?.kind ?? ""} ${role} ${isStandard}`;
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const looks = symbol === undefined ? { type: builtIn === null ? ("variable" as const) : ofBuiltIns[builtIn.kind], modifiers: ofLanguage } : looksOfSymbol(symbol.kind, role, isStandard);
  known.set(key, looks);
  return looks;
}

function looksOfSymbol(kind: SymbolKind, role: Reference["role"], isStandard: boolean): Looks {
  const [type, ...modifiers] = ofSymbols[kind];
  const first: readonly TokenModifier[] = role === "declaration" ? ["declaration"] : [];
  const last: readonly TokenModifier[] = role === "write" ? ["modification"] : [];
  return { type, modifiers: [...first, ...modifiers, ...last, ...(isStandard ? ofLanguage : [])] };
}
