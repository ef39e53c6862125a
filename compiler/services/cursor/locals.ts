// Names that a declaration binds before a place, with the braces in which they can be seen. By tokens, so that a broken line costs only itself.

import type { DeclarationWord, Frame, Lexeme } from "./cursor.js";

export interface Local {
  readonly kind: "parameter" | "dimension" | "input" | "output" | "value" | "layer" | "counter" | "field";
  readonly name: string;
  /** The type as it is written; null where none is. */
  readonly type: string | null;
  /** Where it was bound last. */
  readonly start: number;
}

type Item = readonly Lexeme[];

const reserved: ReadonlySet<string> = new Set(["if", "then", "else", "repeat", "return", "assert", "true", "false", "and", "or", "not", "frozen", "overparam"]);

export class Locals {
  readonly #declaration: DeclarationWord | null;
  readonly #scopes: Map<string, Local>[] = [new Map()];

  constructor(declaration: DeclarationWord | null) {
    this.#declaration = declaration;
  }

  /** All that can be seen, nearest first. */
  visible(): readonly Local[] {
    const seen = new Map<string, Local>();
    for (const scope of [...this.#scopes].reverse()) for (const [name, local] of scope) if (!seen.has(name)) seen.set(name, local);
    return [...seen.values()];
  }

  /** A brace opens behind `repeat 3 as i`, or whatever stands before it. */
  open(before: Item): void {
    const scope = new Map<string, Local>();
    const [word] = before;
    const last = before[before.length - 1];
    if (word?.text === "repeat" && before[before.length - 2]?.text === "as" && last?.kind === "name") scope.set(last.text, { kind: "counter", name: last.text, type: "int", start: last.start });
    this.#scopes.push(scope);
  }

  close(): void {
    if (this.#scopes.length > 1) this.#scopes.pop();
  }

  /** The parameters of the declaration. */
  parameters({ done, item }: Pick<Frame, "done" | "item">): void {
    if (this.#declaration !== "block" && this.#declaration !== "model" && this.#declaration !== "recipe") return;
    for (const each of [...done, item]) this.#typed("parameter", each);
  }

  /** A line of a body or of clauses: the items between its commas. */
  statement(items: readonly Item[]): void {
    const [first = [], ...others] = items;
    const [word, name, sign] = first;
    if (word?.kind !== "name") return;
    if (this.#declaration === "data") {
      if (word.text === "fields") for (const each of [first.slice(1), ...others]) this.#typed("field", each);
      return;
    }
    if (this.#declaration !== "block" && this.#declaration !== "model") return;
    if (word.text === "input" && name?.kind === "name") for (const each of [first.slice(1), ...others]) this.#typed("input", each);
    else if (word.text === "layer" && name?.kind === "name" && sign?.text === "=") this.#bind({ kind: "layer", name: name.text, type: null, start: name.start });
    else if (word.text === "output" && name?.kind === "name") this.#typed("output", first.slice(1));
    else this.#bound(items);
  }

  // `a, b = e`
  #bound(items: readonly Item[]): void {
    const at = items.findIndex((item) => item[1]?.text === "=");
    if (at < 0) return;
    for (const [name] of items.slice(0, at + 1)) if (name?.kind === "name" && name.text !== "_" && !reserved.has(name.text)) this.#bind({ kind: "value", name: name.text, type: null, start: name.start });
  }

  // `name: type = default`, with the sizes that the type binds.
  #typed(kind: Local["kind"], item: Item): void {
    const [name, colon, ...rest] = item;
    if (name?.kind !== "name") return;
    const end = rest.findIndex(({ text }) => text === "=" || text === "from");
    const type = colon?.text === ":" ? rest.slice(0, end < 0 ? rest.length : end) : [];
    if (kind !== "output") for (const { frame } of type) if (frame?.open === "[") for (const size of [...frame.done, frame.item]) this.#dimension(size);
    this.#bind({ kind, name: name.text, type: type.length === 0 ? null : type.map(textOf).join(""), start: name.start });
  }

  #dimension(item: Item): void {
    const [name, ...others] = item;
    if (name?.kind !== "name" || others.length > 0 || this.#find(name.text) !== undefined) return;
    this.#bind({ kind: "dimension", name: name.text, type: "int", start: name.start });
  }

  #find(name: string): Map<string, Local> | undefined {
    return [...this.#scopes].reverse().find((scope) => scope.has(name));
  }

  // A name that is bound again keeps its braces.
  #bind(local: Local): void {
    if (local.name !== "") (this.#find(local.name) ?? this.#scopes[this.#scopes.length - 1])?.set(local.name, local);
  }
}

/** The text of a type, short. */
function textOf({ text, frame }: Lexeme): string {
  if (frame === null) return text === "|" || text === "below" ? ` ${text} ` : text;
  const inner = [...frame.done, frame.item].map((item) => item.map(textOf).join("")).join(", ");
  return `${frame.open}${inner}${frame.open === "[" ? "]" : ")"}`;
}
