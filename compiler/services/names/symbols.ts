// What names stand for: symbols of programs, which can be found and renamed, and what is built in. Relies on the tree and on files' names alone.

import type { Name } from "../../ast/ast.js";
import type { Node } from "../../ast/visit.js";
import type { Entry, FileScope } from "../../semantics/files.js";
import type { Origin, Span } from "../../source/source.js";

export type SymbolKind =
  // declarations
  | "constant" | "dataset" | "block" | "model" | "recipe" | "run"
  // the name that an import gives: after `as`, or of what could not be brought
  | "alias"
  // `word`: one that a parameter takes (`none | rms`); `dimension`: a size that a signature or an input binds
  | "parameter" | "word" | "dimension"
  // of bodies
  | "value" | "layer" | "counter" | "input" | "output"
  // `measure`: a named item of `loss` or `metrics`
  | "field" | "measure";

/** Something that a program names. One declaring name of a tree has one symbol, as long as the tree stays. */
export interface NamedSymbol {
  /** Equal for the same name in whatever tree of the file as it is: the file and where the declaring name starts. */
  readonly id: string;
  readonly kind: SymbolKind;
  readonly name: string;
  /** The declaring name. */
  readonly origin: Origin;
  /** All of the declaration: the block, the parameter with its type, the statement. */
  readonly extent: Span;
  readonly doc: string | null;
  /** What it is declared in: the block of a parameter, the data of a field. */
  readonly container: NamedSymbol | null;
  /** The declaring node. */
  readonly node: Node;
}

export type BuiltInKind =
  | "layer" | "loss" | "metric" | "function" | "optimizer" | "source" | "selection" | "augmentation"
  // an option of any of these or of an annotation, a word that it takes, a function that it takes (schedules, initializers)
  | "option" | "word" | "option-function"
  // words in their places: of clauses, dtypes, `steps`, `shipped.weights`, `valid` of `valid.loss`, `row` of `row.field`
  | "clause" | "type" | "unit" | "figure" | "split" | "row";

/** Something that the language has. */
export interface BuiltIn {
  readonly kind: BuiltInKind;
  readonly name: string;
  /** What has the option, or takes the word: `dense`, `padding`; null where there is no such thing. */
  readonly owner: string | null;
  readonly doc: string | null;
}

/** A name in a text and what it stands for. */
export interface Reference {
  readonly file: string;
  readonly span: Span;
  /** Empty for what is built in. Several: a name in a recipe that runs give different meanings, none of which comes first. */
  readonly symbols: readonly NamedSymbol[];
  readonly builtIn: BuiltIn | null;
  /** The name of an import, where it differs from the declared one. */
  readonly alias: NamedSymbol | null;
  /** `declaration`: it is the declaring name; `write`: a value of a body is bound again. */
  readonly role: "declaration" | "write" | "read";
}

const known = new WeakMap<Name, NamedSymbol>();

/** The symbol that a name of the file declares. */
export function symbolOf(file: FileScope, name: Name, kind: SymbolKind, node: Node, container: NamedSymbol | null): NamedSymbol {
  const earlier = known.get(name);
  if (earlier !== undefined && earlier.kind === kind) return earlier;
  const doc = "doc" in node ? node.doc : null;
  const symbol: NamedSymbol = { id: `${file.path}:${name.span.start}`, kind, name: name.text, origin: { file: file.path, span: name.span }, extent: node.span, doc, container, node };
  known.set(name, symbol);
  return symbol;
}

const kindOfDeclaration: { readonly [K in Entry["node"]["kind"]]: SymbolKind } = { let: "constant", data: "dataset", block: "block", model: "model", recipe: "recipe", train: "run" };

/** The symbol of a declaration. */
export function declarationSymbol({ file, node }: Entry): NamedSymbol {
  return symbolOf(file, node.name, kindOfDeclaration[node.kind], node, null);
}
