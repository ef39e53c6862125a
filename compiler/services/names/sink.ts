// Where the walk over a file puts what it finds, and what it looks names up in.

import type { Expression, Name } from "../../ast/ast.js";
import type { FileScope } from "../../semantics/files.js";
import type { Span } from "../../source/source.js";
import type { Scope } from "../../semantics/scope.js";
import type { Callable } from "./callees.js";
import { declarationSymbol, type BuiltIn, type BuiltInKind, type NamedSymbol, type Reference } from "./symbols.js";

/** Names of a body, or of a clause in a run; of several symbols none comes first. */
export type Names = Scope<readonly NamedSymbol[]>;

/** Where names are looked up. */
export interface Place {
  readonly sink: Sink;
  readonly file: FileScope;
  readonly names: Names;
  /** The declaration around. */
  readonly within: NamedSymbol | null;
  /** The walk over expressions, for what expressions are made of themselves. */
  readonly rules: {
    readonly expression: (place: Place, value: Expression) => void;
    readonly layer: (place: Place, value: Expression) => void;
  };
}

/** `overparam`, `frozen` or `fuse`, and where the word stands. */
export interface WordPlace {
  readonly kind: "overparam" | "frozen" | "fuse";
  readonly span: Span;
}

export class Sink {
  readonly #path: string;
  readonly #words = new Map<number, WordPlace>();
  /** By file and by where they start. */
  readonly #references = new Map<string, Map<number, Reference>>();
  /** What the named layers of bodies call. */
  readonly layers = new Map<NamedSymbol, Callable | null>();
  readonly #aliases = new Map<string, ReadonlyMap<string, NamedSymbol>>();

  /** `path`: the file that is walked over. */
  constructor(path: string) {
    this.#path = path;
  }

  /** All that was found, in order of position in each file. */
  references(): readonly Reference[] {
    return [...this.#references.values()].flatMap((found) => [...found.values()].sort((a, b) => a.span.start - b.span.start));
  }

  /** The names that imports of a file give: to what is called otherwise where it is declared, and those that stand for nothing. */
  setAliases(file: FileScope, aliases: ReadonlyMap<string, NamedSymbol>): void {
    this.#aliases.set(file.path, aliases);
  }

  symbol(file: FileScope, name: Name, symbols: NamedSymbol | readonly NamedSymbol[], role: "read" | "write" = "read", alias: NamedSymbol | null = null): void {
    const found = "id" in symbols ? [symbols] : symbols;
    if (found.length > 0) this.#add(file, name, found, null, alias, isDeclaring(file, name, alias === null ? found : [alias]) ? "declaration" : role);
  }

  /** A name of the file, through the import that brought it. Is there one? */
  ofFile(file: FileScope, name: Name): boolean {
    const entry = file.entries.get(name.text);
    const alias = this.#aliases.get(file.path)?.get(name.text) ?? null;
    if (entry !== undefined) this.symbol(file, name, declarationSymbol(entry), "read", entry.file === file ? null : alias);
    else if (alias !== null) this.symbol(file, name, alias);
    return entry !== undefined || alias !== null;
  }

  /** Where an annotation or `fuse` stands. */
  word({ path }: FileScope, { kind, span: { start } }: WordPlace): void {
    if (path === this.#path) this.#words.set(start, { kind, span: { start, end: start + kind.length } });
  }

  /** The annotations of the file, in order of position. */
  words(): readonly WordPlace[] {
    return [...this.#words.values()].sort((a, b) => a.span.start - b.span.start);
  }

  builtIn(file: FileScope, name: Name, kind: BuiltInKind, owner: string | null = null, doc: string | null = null): void {
    this.#add(file, name, [], { kind, name: name.text, owner, doc }, null, "read");
  }

  #add({ path }: FileScope, { text, span }: Name, symbols: readonly NamedSymbol[], builtIn: BuiltIn | null, alias: NamedSymbol | null, role: Reference["role"]): void {
    if (text === "") return;
    let found = this.#references.get(path);
    if (found === undefined) this.#references.set(path, (found = new Map()));
    // A name in a recipe is met once for each run that uses it.
    const others = found.get(span.start)?.symbols.filter(({ id }) => symbols.every((symbol) => symbol.id !== id)) ?? [];
    found.set(span.start, { file: path, span, symbols: others.length === 0 ? symbols : [...others, ...symbols], builtIn, alias, role });
  }
}

function isDeclaring(file: FileScope, name: Name, symbols: readonly NamedSymbol[]): boolean {
  return symbols.some(({ origin }) => origin.file === file.path && origin.span.start === name.span.start);
}
