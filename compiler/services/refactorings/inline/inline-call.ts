// The body of a block in the place of its call. Names of the block that are taken where the call stands get others; a result that is bound to a name
// takes that name from the start.

import type { Block, Expression, Param, ReturnStatement } from "../../../ast/ast.js";
import { walk } from "../../../ast/visit.js";
import { isTensorParameter } from "../../../semantics/callables.js";
import { printSize } from "../../../semantics/sizes/size.js";
import type { Edit } from "../../formatting.js";
import type { NamedSymbol } from "../../names/symbols.js";
import type { Snapshot } from "../../snapshot.js";
import { hoistBefore, isTrivial } from "../hoist.js";
import { freeName, isTakenIn, localOf, referencesOf, type Owner } from "../local-names.js";
import { applyEdits } from "../rewritten.js";
import { sightsOf } from "../sights.js";
import type { CallSite } from "./call-site.js";
import { inPlace, nameReplacement, tightnessOf, type Replacement } from "./replacement.js";
import { NotThere, Substitution } from "./substitution.js";

export type Program = Pick<Snapshot, "files" | "textOf">;

/** The edits of the caller's file; null where the body cannot stand there. */
export function inlineCall(program: Program, site: CallSite): readonly Edit[] | null {
  const last = returnOf(site.block.node);
  if (last === null) return null;
  try {
    return new InlinedCall(program, site, last).edits();
  } catch (thrown) {
    if (thrown instanceof NotThere) return null;
    throw thrown;
  }
}

/** The one `return`, which comes last; null where there are others, under conditions. */
function returnOf({ body }: Block): ReturnStatement | null {
  const last = body.statements[body.statements.length - 1];
  let count = 0;
  walk(body, (node) => void (node.kind === "return" && count++));
  return count === 1 && last?.kind === "return" ? last : null;
}

/** Offsets of a name that is bound and of the end of what it is bound to. */
interface FirstBinding {
  readonly name: number;
  readonly end: number;
}

class InlinedCall {
  readonly #program: Program;
  readonly #site: CallSite;
  readonly #block: Owner<Block>;
  readonly #return: ReturnStatement;
  readonly #text: string;
  readonly #substitution: Substitution;
  readonly #lines: string[] = [];
  readonly #names = new Set<string>();
  /** By symbol: what stands for it, and what does where it is read in the statement that binds it again for the first time, or before. */
  readonly #values = new Map<string, { readonly value: Replacement; readonly before: (FirstBinding & { readonly value: Replacement }) | null }>();
  readonly #dimensions: ReadonlyMap<string, Replacement>;
  /** Names that results are bound to from the start, by symbol. */
  readonly #targets: ReadonlyMap<string, string>;

  constructor(program: Program, site: CallSite, last: ReturnStatement) {
    this.#program = program;
    this.#site = site;
    this.#block = site.block;
    this.#return = last;
    this.#text = program.textOf(site.owner.file.path);
    this.#substitution = new Substitution(site.block, program.textOf(site.block.file.path), site.owner, (symbol, offset) => this.#replace(symbol, offset));
    this.#dimensions = this.#sizes();
    this.#targets = this.#targetsOf();
  }

  edits(): readonly Edit[] {
    const { statement, node, parents } = this.#site;
    this.#parameters();
    const { body } = this.#block.node;
    const statements = body.statements.slice(0, -1);
    const start = body.span.start + 1;
    const inner = statements.length === 0 ? "" : this.#substitution.region({ start, end: this.#return.span.start }, statements).trim();
    if (this.#isWhole()) return [{ span: statement.span, text: [...this.#lines, ...(inner === "" ? [] : [inner]), ...this.#bindings()].join("\n") }];
    const [result, ...others] = this.#return.values;
    if (result === undefined || others.length > 0) throw new NotThere();
    const edit: Edit = { span: node.span, text: inPlace(this.#substitution.expression(result), parents[parents.length - 1], node) };
    if (this.#lines.length === 0 && inner === "") return [edit];
    const hoisted = hoistBefore(statement, node, this.#text, () => this.#fresh("h"));
    if (hoisted === null) throw new NotThere();
    const rest = applyEdits(this.#text.slice(statement.span.start, statement.span.end), [...hoisted.edits, edit].map(({ span, text }) => ({ text, span: { start: span.start - statement.span.start, end: span.end - statement.span.start } })));
    return [{ span: statement.span, text: [...hoisted.lines, ...this.#lines, ...(inner === "" ? [] : [inner]), rest].join("\n") }];
  }

  #isWhole(): boolean {
    const { statement, node } = this.#site;
    return statement.kind === "bind" && statement.value === node;
  }

  #replace(symbol: NamedSymbol, offset: number): Replacement | null {
    const known = this.#values.get(symbol.id);
    if (known !== undefined) return known.before !== null && offset < known.before.end && offset !== known.before.name ? known.before.value : known.value;
    if (symbol.kind === "dimension") {
      const size = this.#dimensions.get(symbol.id);
      if (size === undefined) throw new NotThere();
      return size;
    }
    if (symbol.kind === "parameter") throw new NotThere();
    const value = nameReplacement(this.#targets.get(symbol.id) ?? this.#fresh(symbol.name));
    this.#values.set(symbol.id, { value, before: null });
    return value;
  }

  #fresh(name: string): string {
    const free = freeName(name, (candidate) => isTakenIn(this.#site.owner, candidate) || this.#names.has(candidate));
    this.#names.add(free);
    return free;
  }

  #slice({ span }: Expression): string {
    return this.#text.slice(span.start, span.end);
  }

  #given(param: Param): Replacement {
    const value = this.#site.given.get(param);
    if (value !== undefined) return { text: this.#slice(value), tightness: tightnessOf(value), written: value };
    if (param.default === null) throw new NotThere();
    return this.#substitution.expression(param.default);
  }

  #symbolOf(param: Param): NamedSymbol | null {
    const reference = referencesOf(this.#block).find(({ span }) => span.start === param.name.span.start);
    return reference === undefined ? null : localOf(this.#block, reference);
  }

  #mentions({ id }: NamedSymbol, role: "read" | "write"): readonly number[] {
    const { body } = this.#block.node;
    return referencesOf(this.#block).filter((reference) => reference.role === role && reference.span.start > body.span.start && localOf(this.#block, reference)?.id === id).map(({ span }) => span.start);
  }

  // Tensors in order, then options, whose defaults may name those before them.
  #parameters(): void {
    const { node } = this.#block;
    const tensors = node.params.filter((param) => isTensorParameter(node, param));
    const made = tensors.filter((param) => {
      const argument = this.#site.given.get(param);
      return argument !== undefined && !isTrivial(argument);
    });
    for (const param of tensors) this.#tensor(param, made);
    for (const param of node.params) if (!tensors.includes(param)) this.#option(param);
  }

  #tensor(param: Param, made: readonly Param[]): void {
    const symbol = this.#symbolOf(param);
    const argument = this.#site.given.get(param);
    if (symbol === null || argument === undefined) throw new NotThere();
    const given = withoutGroup(this.#given(param));
    const isWritten = this.#mentions(symbol, "write").length > 0;
    const isMade = made.includes(param);
    if (!isWritten && (!isMade || (made.length === 1 && this.#isFirst(symbol)))) return void this.#values.set(symbol.id, { value: given, before: null });
    const name = this.#targets.get(symbol.id) ?? this.#fresh(symbol.name);
    const value = nameReplacement(name);
    const first = isMade ? null : this.#firstBinding(symbol);
    this.#values.set(symbol.id, { value, before: first === null ? null : { ...first, value: given } });
    if (first === null && name !== given.text) this.#lines.push(`${name} = ${given.text}`);
  }

  /** Where the name is bound again for the first time, if that is so in any case: before, it is what was given. */
  #firstBinding(symbol: NamedSymbol): FirstBinding | null {
    const [write = -1] = this.#mentions(symbol, "write");
    const statement = this.#block.node.body.statements.find(({ span }) => span.start <= write && write < span.end);
    return statement?.kind === "bind" ? { name: write, end: statement.value.span.end } : null;
  }

  /** Is it read once, before anything else of the body is evaluated? */
  #isFirst(symbol: NamedSymbol): boolean {
    const reads = this.#mentions(symbol, "read");
    const [first] = this.#block.node.body.statements;
    let leaf: Expression | undefined = first?.kind === "bind" ? first.value : first?.kind === "return" ? first.values[0] : undefined;
    for (let next = leaf; next !== undefined; ) {
      leaf = next;
      next = next.kind === "pipe" || next.kind === "binary" ? next.left : next.kind === "group" || next.kind === "annotated" ? next.value : next.kind === "unary" ? next.operand : next.kind === "call" ? next.arguments?.[0]?.value : undefined;
    }
    return reads.length === 1 && leaf?.kind === "path" && leaf.span.start === reads[0];
  }

  #option(param: Param): void {
    const symbol = this.#symbolOf(param);
    if (symbol === null) throw new NotThere();
    const reads = this.#mentions(symbol, "read").length;
    const isWritten = this.#mentions(symbol, "write").length > 0;
    if (reads === 0 && !isWritten && !this.#isInDefault(symbol)) return;
    const given = this.#given(param);
    if (!isWritten) return void this.#values.set(symbol.id, { value: given, before: null });
    if (!["int", "ints", "float", "bool"].includes(param.type.name.text)) throw new NotThere();
    const name = this.#fresh(symbol.name);
    this.#values.set(symbol.id, { value: nameReplacement(name), before: null });
    this.#lines.push(`${name} = ${given.text}`);
  }

  #isInDefault({ id }: NamedSymbol): boolean {
    const { params } = this.#block.node;
    return referencesOf(this.#block).some((reference) => localOf(this.#block, reference)?.id === id && params.some((param) => param.default !== null && param.default.span.start <= reference.span.start && reference.span.end <= param.default.span.end));
  }

  /** Sizes of the signature by symbol, as they can be written where the call stands. */
  #sizes(): ReadonlyMap<string, Replacement> {
    const { owner, statement, given } = this.#site;
    const { node } = this.#block;
    const sizes = new Map<string, Replacement>();
    const sight = sightsOf(this.#program.files, owner, "proven").before(statement);
    for (const param of sight === null ? [] : node.params.filter((each) => isTensorParameter(node, each))) {
      const argument = given.get(param);
      const value = argument === undefined ? undefined : sight?.value(argument);
      const types = param.type.sizes ?? [];
      if (value?.kind !== "tensor" || value.type.shape.length !== types.length) continue;
      for (const [axis, size] of value.type.shape.entries()) {
        const symbol = this.#dimensionAt(types[axis]?.span.start ?? -1);
        if (symbol === null || sizes.has(symbol.id) || sight?.canWrite(size) !== true) continue;
        const text = printSize(size);
        sizes.set(symbol.id, { text, tightness: /^\w+$/.test(text) ? "atom" : "loose", written: null });
      }
    }
    return sizes;
  }

  #dimensionAt(offset: number): NamedSymbol | null {
    const reference = referencesOf(this.#block).find(({ span, role }) => span.start === offset && role === "declaration");
    const symbol = reference === undefined ? null : localOf(this.#block, reference);
    return symbol?.kind === "dimension" ? symbol : null;
  }

  // `x = x |> f` makes of the block's own `y`, which it returns, that `x`, unless something that was given reads it.
  #targetsOf(): ReadonlyMap<string, string> {
    const { statement, given } = this.#site;
    const targets = new Map<string, string>();
    if (statement.kind !== "bind" || !this.#isWhole()) return targets;
    for (const [i, value] of this.#return.values.entries()) {
      const name = statement.names[i]?.text ?? "_";
      const symbol = value.kind === "path" && value.names.length === 1 ? this.#localAt(value.span.start) : null;
      if (symbol === null || targets.has(symbol.id) || name === "_" || (symbol.kind !== "value" && symbol.kind !== "parameter") || this.#mentions(symbol, "write").length + Number(symbol.kind === "value") === 0) continue;
      const others = [...given].filter(([param]) => param !== symbol.node);
      if (!others.some(([, argument]) => mentions(argument, name)) && ![...targets.values()].includes(name)) targets.set(symbol.id, name);
    }
    return targets;
  }

  #localAt(offset: number): NamedSymbol | null {
    const reference = referencesOf(this.#block).find(({ span }) => span.start === offset);
    return reference === undefined ? null : localOf(this.#block, reference);
  }

  /** What is left to bind when the body has been run. */
  #bindings(): readonly string[] {
    const { statement, given } = this.#site;
    if (statement.kind !== "bind" || statement.names.length !== this.#return.values.length) throw new NotThere();
    const names = statement.names.map(({ text }) => text);
    const lines: string[] = [];
    for (const [i, value] of this.#return.values.entries()) {
      const name = names[i] ?? "_";
      const { text } = this.#substitution.expression(value);
      // One result must not take the place of what another is made of.
      if (lines.length > 0 && [...given.values()].some((argument) => names.slice(0, i).some((earlier) => mentions(argument, earlier)))) throw new NotThere();
      if (text !== name && !(name === "_" && value.kind === "path")) lines.push(`${name} = ${text}`);
    }
    return lines;
  }
}

function withoutGroup(value: Replacement): Replacement {
  const { written } = value;
  if (written?.kind !== "group") return value;
  return withoutGroup({ text: value.text.slice(1, -1).trim(), tightness: tightnessOf(written.value), written: written.value });
}

function mentions(expression: Expression, name: string): boolean {
  let found = false;
  walk(expression, (node) => void (node.kind === "name" && node.text === name && (found = true)));
  return found;
}
