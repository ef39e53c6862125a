// Expressions, types and calls as documents.

import type { Annotation, Argument, Binary, Call, Expression, Param, Path, Pipe, Type } from "../ast.js";
import type { Node } from "../visit.js";
import type { Comments } from "./comments.js";
import { choice, concat, group, hardLine, indent, join, line, unbroken, type Doc } from "./doc.js";

/** What formatting needs besides the tree. */
export interface Formatting {
  readonly text: string;
  readonly comments: Comments;
}

/** `(a, b,)`: on one line, or each item on its own with a comma behind it. `end` is the offset of the closing bracket. */
export function list<T extends Node>(formatting: Formatting, brackets: readonly [string, string], padding: string, items: readonly T[], end: number, format: (item: T) => Doc): Doc {
  const docs = items.map((item, index) => {
    const start = formatting.comments.lineBefore(item.span.start, line(index === 0 ? padding : " "));
    return concat(start, format(item), index < items.length - 1 ? "," : choice(",", ""));
  });
  const { behind, before } = formatting.comments.take(end);
  const tail = concat(formatting.comments.behind(behind), ...before.flatMap((comment) => [hardLine, formatting.comments.print(comment)]));
  const [open, close] = brackets;
  if (docs.length === 0) return before.length === 0 ? concat(open, close, tail) : concat(open, indent(tail), hardLine, close);
  return group(open, indent(...docs, tail), line(padding), close);
}

/** A list without brackets: on one line, or each item after the first on its own, further in. */
export function formatRow(docs: readonly Doc[]): Doc {
  return group(...docs.slice(0, 1), indent(...docs.slice(1).flatMap((doc) => [",", line(" "), doc])));
}

/** Any expression. */
export function formatExpression(formatting: Formatting, node: Expression): Doc {
  switch (node.kind) {
    case "number":
      return node.text + (node.suffix ?? "") + (node.unit === null ? "" : ` ${node.unit.text}`);
    case "string":
      return formatting.text.slice(node.span.start, node.span.end);
    case "boolean":
      return node.value ? "true" : "false";
    case "list":
      return list(formatting, ["[", "]"], "", node.items, node.span.end - 1, (item) => formatExpression(formatting, item));
    case "group":
      return concat("(", formatExpression(formatting, node.value), ")");
    case "path":
      return formatPath(node);
    case "call":
      return formatCall(formatting, node);
    case "pipe":
      return formatPipe(formatting, node);
    case "binary":
      return formatBinary(formatting, node);
    case "unary":
      return concat(node.operator === "not" ? "not " : "-", formatExpression(formatting, node.operand));
    case "conditional": {
      const head = concat("if ", formatExpression(formatting, node.condition), " then ", formatExpression(formatting, node.then));
      return group(head, indent(line(" "), "else ", formatExpression(formatting, node.else)));
    }
    case "annotated":
      return concat(formatExpression(formatting, node.value), ...node.annotations.flatMap((annotation) => [" ", formatAnnotation(formatting, annotation)]));
    case "missing":
      return "";
  }
}

/** `row.kind`. */
export function formatPath(path: Path): string {
  return path.names.map((name) => name.text).join(".");
}

/** `dense(10)`. */
export function formatCall(formatting: Formatting, call: Call): Doc {
  const callee = formatPath(call.callee);
  return call.arguments === null ? callee : concat(callee, formatArguments(formatting, call.arguments, call.span.end - 1));
}

function formatArguments(formatting: Formatting, args: readonly Argument[], end: number): Doc {
  return list(formatting, ["(", ")"], "", args, end, (arg) => concat(arg.name === null ? "" : `${arg.name.text}: `, formatExpression(formatting, arg.value)));
}

/** `frozen`, `overparam 4`, `overparam(4, mix: uniform)`. */
export function formatAnnotation(formatting: Formatting, annotation: Annotation): Doc {
  if (annotation.kind === "frozen") return "frozen";
  if (annotation.form === "long") return concat("overparam", formatArguments(formatting, annotation.arguments, annotation.span.end - 1));
  return concat("overparam ", ...annotation.arguments.map((arg) => formatExpression(formatting, arg.value)));
}

// A pipeline is one group: all its steps on one line, or each on its own.
function formatPipe(formatting: Formatting, node: Pipe): Doc {
  const steps: Expression[] = [];
  let left: Expression = node;
  for (; left.kind === "pipe"; left = left.left) steps.unshift(left.right);
  const head = formatExpression(formatting, left);
  return group(head, indent(...steps.map((step) => chainLink(formatting, "|>", step))));
}

/** An operator and its right side, on a line of its own where the group is broken. */
function chainLink(formatting: Formatting, operator: string, right: Expression): Doc {
  const { behind, before } = formatting.comments.take(right.span.start, operator);
  const comments = before.flatMap((comment) => [hardLine, formatting.comments.print(comment)]);
  const end = before.length > 0 ? hardLine : line(" ");
  return concat(formatting.comments.behind(behind), ...comments, end, `${operator} `, formatExpression(formatting, right));
}

const strengths: { readonly [operator: string]: number } = { "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5 };

function strength(operator: string): string | number {
  return strengths[operator] ?? operator;
}

// Operators of one strength in a row are one group. A quotient of two literals is tight: `1/255`.
function formatBinary(formatting: Formatting, node: Binary): Doc {
  if (node.operator === "/" && isLiteral(node.left) && isLiteral(node.right)) {
    return concat(formatExpression(formatting, node.left), "/", formatExpression(formatting, node.right));
  }
  if (node.operator === "**") return concat(formatExpression(formatting, node.left), " ** ", formatExpression(formatting, node.right));
  const links: Binary[] = [];
  let left: Expression = node;
  for (; left.kind === "binary" && strength(left.operator) === strength(node.operator) && !isQuotient(left); left = left.left) links.unshift(left);
  const head = formatExpression(formatting, left);
  return group(head, indent(...links.map((link) => chainLink(formatting, link.operator, link.right))));
}

function isQuotient(node: Binary): boolean {
  return node.operator === "/" && isLiteral(node.left) && isLiteral(node.right);
}

function isLiteral(node: Expression): boolean {
  return node.kind === "number" && node.unit === null;
}

/** `f32[28, 28, 1]`, `none | layer`, `i32[..50] below vocab`. */
export function formatType(formatting: Formatting, type: Type): Doc {
  const sizes = type.sizes?.map((size) => concat(size.ragged ? ".." : "", formatExpression(formatting, size.value))) ?? null;
  const brackets = sizes === null ? "" : concat("[", join(", ", sizes), "]");
  const alternatives = type.alternatives.map((name) => ` | ${name.text}`).join("");
  const below = type.below === null ? "" : concat(" below ", formatExpression(formatting, type.below));
  return unbroken(concat(type.name.text, brackets, alternatives, below));
}

/** Where a list ends whose bracket is in no node: the next such bracket. */
export function closingOffset({ comments }: Formatting, bracket: string, after: number): number {
  const offset = comments.indexOf(bracket, after);
  return offset < 0 ? after : offset;
}

/** The parameters of a declaration. */
export function formatParams(formatting: Formatting, params: readonly Param[]): Doc {
  const end = closingOffset(formatting, ")", params[params.length - 1]?.span.end ?? 0);
  return list(formatting, ["(", ")"], "", params, end, (param) =>
    concat(param.name.text, ": ", formatType(formatting, param.type), param.default === null ? "" : concat(" = ", formatExpression(formatting, param.default))),
  );
}
