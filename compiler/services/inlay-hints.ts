// What an editor shows beside the text without being asked: the type behind each stage of a pipe and each binding, weights trained and shipped of
// models, runs and what an `overparam` reaches, numbers that are computed. One hint for each line of a statement, behind what ends it.

import type { Annotated, Declaration, Expression, Model, OutputStatement, Pipe, Statement, Train } from "../ast/ast.js";
import { children, type Node } from "../ast/visit.js";
import type { Found } from "../semantics/observed.js";
import { constantOf } from "../semantics/sizes/size.js";
import type { Span } from "../source/source.js";
import { weightsText } from "./facts/figures.js";
import type { SeenValue } from "./facts/facts.js";
import { printFound, printTogether } from "./facts/print-found.js";
import type { Snapshot } from "./snapshot.js";

export interface InlayHint {
  /** The hint stands in front of what is here. */
  readonly offset: number;
  readonly label: string;
  readonly kind: "type" | "value";
}

/** Which hints are wanted. */
export interface InlayHintOptions {
  /** Types of tensors. */
  readonly shapes: boolean;
  /** Weights trained and shipped. */
  readonly weights: boolean;
  /** Numbers that are computed. */
  readonly values: boolean;
}

export const allHints: InlayHintOptions = { shapes: true, weights: true, values: true };

/** The hints in a stretch of a file, in order of position. */
export function inlayHints(snapshot: Snapshot, path: string, within: Span, options: InlayHintOptions = allHints): readonly InlayHint[] {
  const file = snapshot.files.get(path);
  if (file === undefined) return [];
  const hints = new Hints(snapshot, path, within, options);
  for (const node of file.program.declarations) if (overlaps(node.span, within)) hints.declaration(node);
  return hints.found.filter(({ offset }) => offset >= within.start && offset <= within.end).sort((a, b) => a.offset - b.offset);
}

function overlaps(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}

class Hints {
  readonly found: InlayHint[] = [];
  readonly #snapshot: Snapshot;
  readonly #path: string;
  readonly #within: Span;
  readonly #options: InlayHintOptions;

  constructor(snapshot: Snapshot, path: string, within: Span, options: InlayHintOptions) {
    this.#snapshot = snapshot;
    this.#path = path;
    this.#within = within;
    this.#options = options;
  }

  declaration(node: Declaration): void {
    if (node.kind === "let") this.#constant(node.name.span, node.value);
    else if (node.kind === "train") this.#totals(node);
    else if (node.kind === "model") this.#totals(node);
    const body = node.kind === "block" ? node.body : node.kind === "model" && node.definition.kind === "body" ? node.definition.body : null;
    const hasResults = node.kind === "block" && node.returns.length > 0;
    for (const statement of body?.statements ?? []) this.#statement(statement, hasResults);
  }

  #statement(statement: Statement, hasResults: boolean): void {
    if (!overlaps(statement.span, this.#within)) return;
    switch (statement.kind) {
      case "bind":
      case "output":
        return this.#bound(statement.value, statement.kind === "output" ? statement : null);
      case "layer":
        return this.#put(this.#reached(statement.value));
      case "return":
        return statement.values.forEach((value) => this.#bound(value, null, hasResults));
      case "repeat":
        return statement.body.statements.forEach((inner) => this.#statement(inner, hasResults));
      case "if":
        statement.then.statements.forEach((inner) => this.#statement(inner, hasResults));
        if (statement.else?.kind === "if") this.#statement(statement.else, hasResults);
        else statement.else?.statements.forEach((inner) => this.#statement(inner, hasResults));
        return;
      case "input":
      case "assert":
        return;
    }
  }

  // The last thing on each line of the statement; `isDeclared`: the type of the whole is written elsewhere.
  #bound(value: Expression, output: OutputStatement | null, isDeclared = false): void {
    const lines = new Map<number, { readonly offset: number; readonly type: string }>();
    const map = this.#snapshot.linesOf(this.#path);
    const visit = (node: Node, isWhole: boolean): void => {
      if (isShown(node) && this.#options.shapes) {
        const type = isWhole && (isDeclared || this.#isWritten(node, output)) ? "" : (this.#type(node.span) ?? "");
        const { line } = map.position(node.span.end);
        const known = lines.get(line);
        // Of two that end at one place the outer one came first. What is not known hides what stands before it on its line.
        if (known === undefined || known.offset < node.span.end) lines.set(line, { offset: node.span.end, type });
      }
      for (const child of children(node)) visit(child, false);
    };
    visit(value, true);
    const weights = this.#reached(value);
    const shapes = [...lines.values()].filter(({ type }) => type !== "").map(({ offset, type }): InlayHint => {
      const reached = weights.find((hint) => hint.offset === offset);
      return { offset, label: reached === undefined ? type : `${type}, ${reached.label}`, kind: "type" };
    });
    this.#put([...shapes, ...weights.filter(({ offset }) => shapes.every((hint) => hint.offset !== offset))]);
    if (this.#options.values && isComputed(value)) this.#put(this.#number(value.span));
  }

  #isWritten(node: Node, output: OutputStatement | null): boolean {
    if (output?.type == null) return false;
    const { start, end } = output.type.span;
    const written = this.#snapshot.textOf(this.#path).slice(start, end).replace(/\s+/g, "");
    return (this.#type(node.span) ?? "").replace(/\s+/g, "") === written;
  }

  #seen(span: Span): readonly SeenValue[] {
    return this.#snapshot.facts.valueAt({ file: this.#path, span });
  }

  #type(span: Span): string | null {
    const found = this.#seen(span).flatMap((each) => each.found);
    const text = found.length > 0 && found.every(isTensor) ? printTogether(found) : null;
    // Where no size is known there is nothing to show.
    return text !== null && /^\w+\[\?(?:, \?)*\]$/.test(text) ? null : text;
  }

  #number(span: Span): readonly InlayHint[] {
    const found = this.#seen(span).flatMap((each) => each.found);
    const text = found.length > 0 && found.every(isNumber) ? printTogether(found) : null;
    return text === null ? [] : [{ offset: span.end, label: `= ${text}`, kind: "value" }];
  }

  #constant(name: Span, value: Expression): void {
    const found = this.#options.values && isComputed(value) ? this.#snapshot.facts.constantAt({ file: this.#path, span: name }) : null;
    if (found !== null) this.#put([{ offset: value.span.end, label: `= ${printFound(found)}`, kind: "value" }]);
  }

  /** Weights behind each call with an `overparam` that reaches some. */
  #reached(value: Expression): readonly InlayHint[] {
    if (!this.#options.weights) return [];
    const hints: InlayHint[] = [];
    const visit = (node: Node): void => {
      if (node.kind === "annotated") hints.push(...this.#annotated(node));
      children(node).forEach(visit);
    };
    visit(value);
    return hints;
  }

  #annotated({ annotations, span }: Annotated): readonly InlayHint[] {
    return annotations.flatMap((annotation) => {
      const label = annotation.kind === "overparam" ? weightsText(this.#snapshot.facts.reachAt({ file: this.#path, span: annotation.span })) : null;
      return label === null ? [] : [{ offset: span.end, label, kind: "type" as const }];
    });
  }

  // Behind the line on which the head ends.
  #totals(node: Model | Train): void {
    if (!this.#options.weights) return;
    const { facts } = this.#snapshot;
    const origin = { file: this.#path, span: node.name.span };
    const run = node.kind === "train" ? facts.runAt(origin, node.name.text) : null;
    const label = weightsText(node.kind === "model" ? facts.modelAt(origin, node.name.text) : run === null ? [] : [run]);
    if (label === null) return;
    const map = this.#snapshot.linesOf(this.#path);
    const { end } = map.line(map.position(headEnd(node)).line);
    const text = this.#snapshot.textOf(this.#path).slice(0, end);
    this.#put([{ offset: end - (/\s*(?:\/\/[^\n]*)?$/.exec(text.slice(text.lastIndexOf("\n") + 1))?.[0].length ?? 0), label, kind: "type" }]);
  }

  #put(hints: readonly InlayHint[]): void {
    for (const hint of hints) if (this.found.every(({ offset }) => offset !== hint.offset)) this.found.push(hint);
  }
}

function headEnd(node: Model | Train): number {
  if (node.kind === "train") return node.data.span.end;
  const { definition } = node;
  if (definition.kind === "body") return definition.body.span.start;
  return definition.fuse?.sources.at(-1)?.span.end ?? node.name.span.end;
}

/** Not a name, nor a number: what they are is written, or can be seen above. Nor a pipe whose next stage is still to come. */
function isShown(node: Node): boolean {
  const { kind } = node;
  if (node.span.start === node.span.end || (node.kind === "pipe" && isMissing(node.right))) return false;
  return kind === "call" || kind === "pipe" || kind === "binary" || kind === "annotated" || kind === "conditional" || kind === "unary" || kind === "group";
}

function isMissing(stage: Pipe["right"]): boolean {
  return stage.kind === "missing" || (stage.kind === "call" && stage.callee.names.every(({ text }) => text === ""));
}

function isComputed({ kind }: Expression): boolean {
  return kind !== "number" && kind !== "string" && kind !== "boolean" && kind !== "path" && kind !== "missing" && kind !== "pipe" && kind !== "unary";
}

/** One that is known: what is made of symbols says no more than its text. */
function isNumber(found: Found): boolean {
  return found.kind === "number" || (found.kind === "size" && constantOf(found.size) !== null) || (found.kind === "list" && found.items.every(isNumber));
}

function isTensor({ kind, ...found }: Found): boolean {
  if (kind !== "tuple") return kind === "tensor" || kind === "symbolic";
  return "values" in found && found.values.every((value) => value !== null && isTensor(value));
}
