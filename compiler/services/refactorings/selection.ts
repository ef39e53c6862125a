// What of a body is selected: whole statements, stages of a pipe, an expression.

import type { Body, Expression, IfStatement, Pipe, Statement } from "../../ast/ast.js";
import { walk, type Node } from "../../ast/visit.js";
import type { FileScope } from "../../semantics/files.js";
import type { Span } from "../../source/source.js";
import { bodyOf, type Owner } from "./local-names.js";

/** A body on the way to a place, and the statement in it that leads there. */
export interface Frame {
  readonly body: Body;
  readonly index: number;
  readonly statement: Statement;
}

/** The way to a place: the outermost body first. */
export type Trail = readonly Frame[];

export type Selected =
  /** `to` is the last statement's; the trail ends at the first. */
  | { readonly kind: "statements"; readonly trail: Trail; readonly statements: readonly Statement[]; readonly span: Span }
  /** Pipes that end with the stages, in order. */
  | { readonly kind: "stages"; readonly trail: Trail; readonly stages: readonly Pipe[]; readonly span: Span }
  | { readonly kind: "expression"; readonly trail: Trail; readonly expression: Expression; readonly span: Span };

/** The block or model with a body at an offset, if its syntax is right. */
export function ownerAt(file: FileScope, { start, end }: Span): Owner | null {
  const node = file.program.declarations.find(({ span }) => span.start <= start && end <= span.end);
  if (node === undefined || (node.kind !== "block" && node.kind !== "model") || bodyOf(node) === null || file.tainted.has(node.span.start)) return null;
  return { file, node };
}

/** The bodies directly in a statement. */
export function bodiesIn(statement: Statement): readonly Body[] {
  if (statement.kind === "repeat") return [statement.body];
  const bodies: Body[] = [];
  for (let next: Body | IfStatement | null = statement.kind === "if" ? statement : null; next !== null; ) {
    if (next.kind === "body") {
      bodies.push(next);
      break;
    }
    bodies.push(next.then);
    next = next.else;
  }
  return bodies;
}

/** The way to the innermost statement that holds a span, or to the first one that it touches; null where there is none. */
export function trailTo(body: Body, span: Span): Trail | null {
  const index = body.statements.findIndex((statement) => statement.span.end > span.start || (statement.span.end === span.start && span.start === span.end));
  const statement = body.statements[index];
  if (statement === undefined || statement.span.start > span.end) return null;
  const frame: Frame = { body, index, statement };
  const inner = bodiesIn(statement).find((each) => each.span.start < span.start && span.end < each.span.end);
  if (inner === undefined) return [frame];
  const rest = trailTo(inner, span);
  return rest === null ? null : [frame, ...rest];
}

/** What a selection holds, spaces and comments at its ends left out; null where it cuts something. */
export function selectedIn(owner: Owner, text: string, selection: Span): Selected | null {
  const body = bodyOf(owner.node);
  const span = trimmed(text, selection);
  const trail = body === null || span.end <= span.start ? null : trailTo(body, span);
  const frame = trail?.[trail.length - 1];
  if (trail === null || frame === undefined) return null;
  const touched = frame.body.statements.filter((statement) => statement.span.start < span.end && statement.span.end > span.start);
  const [first, last] = [touched[0], touched[touched.length - 1]];
  if (first === undefined || last === undefined) return null;
  if (span.start <= first.span.start && span.end >= last.span.end) return { kind: "statements", trail, statements: touched, span: { start: first.span.start, end: last.span.end } };
  return touched.length === 1 ? selectedInStatement(trail, first, text, span) : null;
}

function selectedInStatement(trail: Trail, statement: Statement, text: string, span: Span): Selected | null {
  let found: Selected | null = null;
  const [operator] = /^\|>\s*/.exec(text.slice(span.start, span.end)) ?? [""];
  const start = span.start + operator.length;
  walk(statement, (node, parents) => {
    if (found !== null || node.span.start > span.start + operator.length || node.span.end < span.end) return false;
    if (node.kind === "pipe" && endsAt(node, span.end)) found = stagesOf(trail, node, start);
    if (found !== null || operator !== "" || node.span.start !== span.start || node.span.end !== span.end || !isExpression(node) || isCallee(node, parents)) return found === null;
    const parent = parents[parents.length - 1];
    const expression = parent?.kind === "annotated" ? parent : node;
    found = { kind: "expression", trail, expression, span: expression.span };
    return false;
  });
  return found;
}

/** With or without the annotations of its last stage. */
function endsAt({ right, span }: Pipe, end: number): boolean {
  return span.end === end || (right.kind === "annotated" && right.value.span.end === end);
}

function stagesOf(trail: Trail, last: Pipe, start: number): Selected | null {
  const stages: Pipe[] = [];
  for (let pipe: Expression = last; pipe.kind === "pipe"; pipe = pipe.left) {
    stages.unshift(pipe);
    if (pipe.right.span.start === start) return { kind: "stages", trail, stages, span: { start, end: last.span.end } };
  }
  return null;
}

const expressionKinds: ReadonlySet<Node["kind"]> = new Set<Expression["kind"]>(["group", "path", "call", "pipe", "binary", "unary", "conditional", "annotated"]);

function isExpression(node: Node): node is Expression {
  return expressionKinds.has(node.kind);
}

/** The name in a call, a stage of a pipe, the layer of `layer name = ...`: no values by themselves. */
function isCallee(node: Node, parents: readonly Node[]): boolean {
  const parent = parents[parents.length - 1];
  const outer = parents[parents.length - 2];
  const isIn = (around: Node | undefined, part: Node | undefined): boolean => (around?.kind === "call" && around.callee === part) || (around?.kind === "pipe" && around.right === part) || around?.kind === "layer";
  return isIn(parent, node) || (parent?.kind === "annotated" && isIn(outer, parent));
}

/** Without spaces, `;` and comments at its ends. */
export function trimmed(text: string, { start, end }: Span): Span {
  const [before] = /^(?:[\s;]|\/\/[^\n]*(?:\n|$))*/.exec(text.slice(start, end)) ?? [""];
  let until = end;
  for (;;) {
    const inner = text.slice(start + before.length, until);
    const [, space = ""] = /([\s;]*)$/.exec(inner) ?? [];
    until -= space.length;
    const line = text.slice(start + before.length, until);
    const comment = commentAtEnd(line);
    if (comment === 0) return { start: start + before.length, end: Math.max(start + before.length, until) };
    until -= comment;
  }
}

/** The length of a comment that a text ends with. */
function commentAtEnd(text: string): number {
  const line = text.slice(text.lastIndexOf("\n") + 1);
  const at = /^(?:[^"/]|"(?:[^"\\]|\\.)*"|\/(?!\/))*/.exec(line)?.[0].length ?? line.length;
  return line.startsWith("//", at) ? line.length - at : 0;
}
