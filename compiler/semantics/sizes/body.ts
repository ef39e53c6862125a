// Statements of a body whose sizes are symbols. Branches whose condition is not known are both looked at and joined; a `repeat` is
// looked at in its first turn, and then with what all turns have in common.

import type { Block, Body, Field, IfStatement, LayerStatement, Model, OutputStatement, RepeatStatement, ReturnStatement, Statement, Type } from "../../ast/ast.js";
import type { Span } from "../../source/source.js";
import { at } from "../context.js";
import { calleeOf } from "./callees.js";
import { fitsDeclared, freeName, readSymbolicType } from "./declared.js";
import { TooMuch, type Inspection, type Place } from "./inspection.js";
import { canWrite, fixesFor, helpFor } from "./mismatch.js";
import { printSymbolicType, type SymbolicType } from "./probe.js";
import { constantOf, isLiteral, ofAtom, type Atom } from "./size.js";
import { joinWith, Names, unknown, type SymbolicTensor, type SymbolicValue } from "./symbolic-value.js";

/** Looks at a body; gives what it returns, or null where it does so in several places or none. */
export function inspectBody(by: Inspection, place: Place, node: Block | Model): readonly SymbolicValue[] | null {
  const body = node.kind === "block" ? node.body : node.definition.kind === "body" ? node.definition.body : null;
  if (body === null) return null;
  const run = new BodyRun(by, node, place.names);
  run.statements(place, body);
  return run.returns.length === 1 ? (run.returns[0] ?? null) : null;
}

class BodyRun {
  readonly returns: (readonly SymbolicValue[])[] = [];
  readonly #by: Inspection;
  readonly #node: Block | Model;
  /** The names of the body itself: declared results are read with them. */
  readonly #root: Names;

  constructor(by: Inspection, node: Block | Model, root: Names) {
    this.#by = by;
    this.#node = node;
    this.#root = root;
  }

  /** Does it end before its last statement, with `return`? */
  statements(place: Place, body: Body): boolean {
    for (const statement of body.statements) {
      this.#by.step();
      if (this.#statement(place, statement)) return true;
    }
    return false;
  }

  #statement(place: Place, statement: Statement): boolean {
    const by = this.#by;
    switch (statement.kind) {
      case "input":
        for (const field of statement.fields) this.#input(place, field);
        return false;
      case "output":
        this.#output(place, statement);
        return false;
      case "layer":
        this.#layer(place, statement);
        return false;
      case "repeat":
        this.#repeat(place, statement);
        return false;
      case "if":
        return this.#branch(place, statement);
      case "return":
        this.#return(place, statement);
        return true;
      case "assert":
        by.rules.expression(by, place, statement.condition);
        by.require(at(place, statement.span));
        return false;
      case "bind": {
        const value = by.rules.expression(by, place, statement.value);
        const values = value.kind === "tuple" ? value.values : [value];
        statement.names.forEach(({ text }, i) => {
          if (text !== "_" && text !== "") place.names.assign(text, values.length === statement.names.length ? (values[i] ?? unknown) : unknown);
        });
        return false;
      }
    }
  }

  #input(place: Place, { name, type, span }: Field): void {
    const by = this.#by;
    bindSymbols(by, place, name.text, type, new Set(), span);
    const declared = readSymbolicType(by, place, type);
    const value: SymbolicValue = declared === null ? unknown : { kind: "tensor", type: by.sized(declared), origin: at(place, span), sized: null };
    place.seen?.set(name, value);
    place.names.define(name.text, value);
  }

  #output(place: Place, { name, type, value: expression }: OutputStatement): void {
    const by = this.#by;
    const value = by.rules.expression(by, place, expression);
    const declared = type === null ? null : readSymbolicType(by, place, type);
    const fits = value.kind !== "tensor" || declared === null || type === null || this.#fits(place, `The output \`${name.text}\``, value, declared, { type: type.span, at: expression.span });
    place.names.assign(name.text, fits ? value : unknown);
  }

  #layer(place: Place, { name, value }: LayerStatement): void {
    const by = this.#by;
    const expression = value.kind === "annotated" ? value.value : value;
    const path = expression.kind === "call" ? expression.callee : expression.kind === "path" ? expression : null;
    const layer = path === null ? null : calleeOf(place, path);
    place.names.assign(name.text, layer === null ? unknown : by.rules.bind(by, place, layer, expression.kind === "call" ? (expression.arguments ?? []) : []));
  }

  #return(place: Place, { values: expressions, span }: ReturnStatement): void {
    const by = this.#by;
    const node = this.#node;
    const values = expressions.map((expression) => by.rules.expression(by, place, expression));
    this.returns.push(values);
    if (node.kind !== "block" || node.returns.length === 0) return;
    if (node.returns.length !== values.length) {
      by.say("return-count", at(place, node.name.span), { block: node.name.text, expected: node.returns.length, found: values.length }, { notes: [{ origin: at(place, span), message: `It returns ${values.length === 1 ? "1 value" : `${values.length} values`} here.` }] });
      return;
    }
    values.forEach((value, i) => {
      const type = node.returns[i];
      const declared = type === undefined ? null : readSymbolicType(by, { ...place, names: this.#root }, type);
      if (type === undefined) return;
      if (value.kind !== "tensor" || declared === null) {
        by.require(at(place, expressions[i]?.span ?? span));
        by.require(at(place, type.span));
        return;
      }
      const isOwn = value.origin.file === place.file.path && value.origin.span.start >= node.body.span.start && value.origin.span.end <= node.body.span.end;
      this.#fits(place, `The result of \`${node.name.text}\``, value, declared, { type: type.span, at: isOwn ? value.origin.span : type.span });
    });
  }

  #fits(place: Place, what: string, value: SymbolicTensor, declared: SymbolicType, spans: { readonly type: Span; readonly at: Span }): boolean {
    const by = this.#by;
    const { verdict, sizes } = fitsDeclared(by, declared, value.type);
    if (verdict === "open") {
      by.require(at(place, spans.at));
      by.require(value.origin);
      by.require(at(place, spans.type));
    }
    if (verdict !== "different") return true;
    const found = printSymbolicType(value.type);
    const resize = sizes === null ? [] : fixesFor(place, [{ ...value, type: declared }, value], [...sizes]);
    const declare = value.type.shape.every((size) => canWrite(place, size)) ? [{ title: `Declare it as \`${found}\``, edits: [{ span: spans.type, text: found }] }] : [];
    by.say(
      "result-type",
      at(place, spans.at),
      { what, expected: printSymbolicType(declared), found },
      { ...(sizes === null ? {} : { help: helpFor(sizes) }), notes: [{ origin: at(place, spans.type), message: "The type is declared here." }, ...by.notes(sizes ?? [])], fixes: [...resize, ...declare] },
    );
    return false;
  }

  #branch(place: Place, statement: IfStatement): boolean {
    const by = this.#by;
    for (let next = statement; ; ) {
      const decided = by.rules.expression(by, place, next.condition);
      const known = decided.kind === "boolean" ? decided.value : null;
      if (known === null) {
        const open = next;
        return by.nested(() => this.#either(place, open));
      }
      const body = known ? next.then : next.else;
      if (body === null) return false;
      if (body.kind === "body") return this.statements({ ...place, names: new Names(place.names) }, body);
      next = body;
    }
  }

  // Both ways on copies of the names; what they leave is joined, unless one of them returns.
  #either(place: Place, { then, else: otherwise }: IfStatement): boolean {
    const by = this.#by;
    const before = place.names.copy();
    const positive = by.positive;
    by.positive = new Set(positive);
    const isThenOver = this.statements({ ...place, names: new Names(place.names) }, then);
    by.positive = new Set(positive);
    const other: Place = { ...place, names: before };
    const isElseOver = otherwise === null ? false : otherwise.kind === "if" ? this.#branch(other, otherwise) : this.statements({ ...place, names: new Names(before) }, otherwise);
    by.positive = positive;
    if (isThenOver && isElseOver) return true;
    if (isThenOver) place.names.merge(before, (_, __, there) => there);
    else if (!isElseOver) place.names.merge(before, joinWith(by.atoms, null));
    return false;
  }

  #repeat(place: Place, { count, counter, body }: RepeatStatement): void {
    const by = this.#by;
    const times = by.rules.expression(by, place, count);
    by.require(at(place, count.span));
    if (times.kind === "number" && isLiteral(times.size, 0)) return;
    const positive = by.positive;
    const widened = new Map<string, Atom>();
    const turn = (names: Names): void => {
      by.positive = new Set(positive);
      const inner = new Names(names);
      if (counter !== null) inner.define(counter.text, { kind: "number", size: ofAtom(by.atoms.symbol(counter.text, 0)) });
      this.statements({ ...place, names: inner }, body);
    };
    const first = place.names.copy();
    turn(first);
    const known = times.kind === "number" ? constantOf(times.size) : null;
    const runs = known !== null && known.n >= known.d;
    place.names.merge(first, runs ? (_, __, there) => there : joinWith(by.atoms, widened));
    by.positive = positive;
    if (runs && known.n === known.d) return;
    let isChanged = true;
    by.silent++;
    for (let round = 0; isChanged && round < 12; round++) {
      const names = place.names.copy();
      turn(names);
      isChanged = place.names.merge(names, joinWith(by.atoms, widened));
    }
    by.silent--;
    if (isChanged) throw new TooMuch();
    turn(place.names.copy());
    by.positive = positive;
  }
}

/** Binds the free names in the type of a tensor to symbols of their own. */
export function bindSymbols(by: Inspection, place: Place, of: string, type: Type, taken: ReadonlySet<string>, span: Span): void {
  if (type.name.text === "class") return;
  for (const size of type.sizes ?? []) {
    const name = freeName(place, size, taken);
    if (name === null) continue;
    place.names.define(name, { kind: "number", size: ofAtom(by.symbol(name, 1, at(place, span), `\`${name}\` is a size of \`${of}\`.`)) });
  }
}
