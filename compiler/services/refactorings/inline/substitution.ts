// The text of a block with other names and values for its own.

import type { Block, Call, Expression, Name } from "../../../ast/ast.js";
import { children, type Node } from "../../../ast/visit.js";
import { parameterKind } from "../../../semantics/declared-types.js";
import { bareName } from "../../../semantics/read-options.js";
import type { Span } from "../../../source/source.js";
import type { Edit } from "../../formatting.js";
import { isLayer } from "../../names/callees.js";
import type { NamedSymbol, Reference } from "../../names/symbols.js";
import { localOf, referencesOf, textsIn, type Owner } from "../local-names.js";
import { applyEdits } from "../rewritten.js";
import { inPlace, tightnessOf, type Replacement } from "./replacement.js";

/** Thrown where something cannot be written at the place of the call. */
export class NotThere extends Error {}

/** What stands for a name of the block at an offset; null: the name stays. */
export type Replace = (symbol: NamedSymbol, offset: number) => Replacement | null;

export class Substitution {
  readonly #block: Owner<Block>;
  readonly #text: string;
  readonly #caller: Owner;
  readonly #replace: Replace;
  readonly #references: ReadonlyMap<number, Reference>;

  constructor(block: Owner<Block>, text: string, caller: Owner, replace: Replace) {
    this.#block = block;
    this.#text = text;
    this.#caller = caller;
    this.#replace = replace;
    this.#references = new Map(referencesOf(block).map((reference) => [reference.span.start, reference]));
  }

  /** The text of nodes and of what stands between them in a span. */
  region(span: Span, nodes: readonly Node[]): string {
    const edits = nodes.flatMap((node) => this.#edits(node, undefined));
    return applyEdits(this.#text.slice(span.start, span.end), edits.map((edit) => ({ text: edit.text, span: { start: edit.span.start - span.start, end: edit.span.end - span.start } })));
  }

  expression(node: Expression): Replacement {
    const own = node.kind === "path" ? this.#valueOf(node) : null;
    return own ?? { text: this.region(node.span, [node]), tightness: tightnessOf(node), written: node };
  }

  #edits(node: Node, parent: Node | undefined): readonly Edit[] {
    if (node.kind === "binary" && (node.operator === "==" || node.operator === "!=")) {
      const known = this.#comparison(node.left, node.right) ?? this.#comparison(node.right, node.left);
      if (known !== null) return [{ span: node.span, text: String(known === (node.operator === "==")) }];
    }
    if (node.kind === "call") {
      const text = this.#callOfLayer(node);
      if (text !== null) return [{ span: node.span, text }];
    }
    // Names of options are those of what is called.
    if (node.kind === "argument") return this.#edits(node.value, node);
    if (node.kind === "path" && parent?.kind !== "call") {
      const value = this.#valueOf(node);
      if (value !== null) return [{ span: node.span, text: inPlace(value, parent, node) }];
    }
    if (node.kind === "name") return this.#nameEdits(node);
    return children(node).flatMap((part) => this.#edits(part, node));
  }

  #local(name: Name | undefined): NamedSymbol | null {
    const reference = name === undefined ? undefined : this.#references.get(name.span.start);
    return reference === undefined ? null : localOf(this.#block, reference);
  }

  // A value in the place of a name; what is more than a name has no parts.
  #valueOf({ names }: Extract<Expression, { kind: "path" }>): Replacement | null {
    const [name, ...others] = names;
    const symbol = this.#local(name);
    const value = symbol === null || name === undefined ? null : this.#replace(symbol, name.span.start);
    if (value === null || others.length === 0) return value;
    if (!/^\w+$/.test(value.text)) throw new NotThere();
    return { ...value, text: [value.text, ...others.map(({ text }) => text)].join(".") };
  }

  #nameEdits(name: Name): readonly Edit[] {
    const reference = this.#references.get(name.span.start);
    if (reference === undefined) return [];
    const symbol = localOf(this.#block, reference);
    const value = symbol === null ? null : this.#replace(symbol, name.span.start);
    if (value !== null && !/^\w+$/.test(value.text)) throw new NotThere();
    const text = value?.text ?? (symbol === null ? this.#nameThere(reference, name.text) : name.text);
    return text === name.text ? [] : [{ span: name.span, text }];
  }

  // Names of the file, and built-in ones, have to stand for the same where the call is.
  #nameThere({ symbols: [symbol], builtIn }: Reference, name: string): string {
    const { file, node } = this.#caller;
    // A call looks for layers only.
    const isShadowed = (text: string, onlyLayers: boolean): boolean =>
      referencesOf({ file, node }).some((reference) => {
        const local = localOf({ file, node }, reference);
        return local?.name === text && (!onlyLayers || isLayer(local));
      });
    if (builtIn !== null) {
      if ((builtIn.kind === "layer" || builtIn.kind === "function") && (file.entries.has(name) || isShadowed(name, true))) throw new NotThere();
      return name;
    }
    if (symbol === undefined || !declared.has(symbol.kind)) return name;
    const there = file.entries.get(name)?.node === symbol.node ? name : [...file.entries].find(([, entry]) => entry.node === symbol.node)?.[0];
    if (there === undefined || isShadowed(there, symbol.kind !== "constant")) throw new NotThere();
    return there;
  }

  // `norm == rms` where a call says which word `norm` is.
  #comparison(side: Expression, other: Expression): boolean | null {
    const symbol = side.kind === "path" && side.names.length === 1 ? this.#local(side.names[0]) : null;
    const kind = symbol?.node.kind === "param" ? parameterKind(symbol.node.type) : null;
    const word = bareName(other);
    if (symbol === null || kind?.kind !== "words" || word === null || !kind.words.includes(word)) return null;
    const value = this.#replace(symbol, side.span.start);
    const given = value?.written === null || value === null ? null : bareName(value.written);
    if (given !== null && kind.words.includes(given)) return given === word;
    // An option of the caller that takes the word as well can be compared with it.
    if (value === null || (given !== null && textsIn(this.#caller.node).has(given))) return null;
    throw new NotThere();
  }

  // A layer that the call gives, where it is applied: its options go with it.
  #callOfLayer({ callee, arguments: args }: Call): string | null {
    const [name, ...others] = callee.names;
    const symbol = this.#local(name);
    const value = symbol === null || name === undefined || others.length > 0 ? null : this.#replace(symbol, name.span.start);
    if (value === null || value.written === null) return null;
    const written = value.written.kind === "group" ? null : value.written;
    const own = (args ?? []).map((argument) => this.region(argument.span, [argument]));
    if (written?.kind === "path") return args === null ? value.text : `${value.text}(${own.join(", ")})`;
    if (written?.kind !== "call") throw new NotThere();
    const open = value.text.indexOf("(");
    if (open < 0) return args === null ? value.text : `${value.text}(${own.join(", ")})`;
    const options = value.text.slice(open + 1, value.text.lastIndexOf(")")).trim();
    return `${value.text.slice(0, open)}(${[...own, ...(options === "" ? [] : [options])].join(", ")})`;
  }
}

const declared: ReadonlySet<NamedSymbol["kind"]> = new Set<NamedSymbol["kind"]>(["constant", "dataset", "block", "model", "recipe", "run"]);
