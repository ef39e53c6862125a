// Statements, clauses and the braces around them as documents.

import { cover, type Span } from "../../source/source.js";
import type { AssertStatement, Body, Clause, ClauseItem, Comment, Field, IfStatement, Statement } from "../ast.js";
import type { Node } from "../visit.js";
import { align, choice, concat, group, hardLine, indent, join, line, type Doc } from "./doc.js";
import { formatExpression, formatRow, formatType, type Formatting } from "./format-expressions.js";

interface Lines {
  /** Comments behind the brace that opens the block. */
  readonly opening: Doc;
  readonly lines: Doc;
  readonly isEmpty: boolean;
}

/** What stands on lines of its own one below the other: declarations, statements or clauses, with the comments between them. */
export function formatLines<T extends Node>(formatting: Formatting, items: readonly T[], end: number, separator: Doc, format: (item: T) => Doc): Lines {
  const { comments, text } = formatting;
  const parts: Doc[] = [];
  let opening: Doc = "";
  let last: { readonly end: number; readonly isComment: boolean } | null = null;
  const separate = (offset: number): void => {
    if (last === null) return;
    if (/\n[^\S\n]*\n|\r[^\S\n\r]*\r/.test(text.slice(last.end, offset))) parts.push(hardLine, hardLine);
    else parts.push(last.isComment ? hardLine : separator);
  };
  const addBehind = (behind: readonly Comment[]): void => {
    const lastComment = behind[behind.length - 1];
    if (lastComment === undefined) return;
    if (last === null) opening = concat(opening, comments.behind(behind));
    else {
      parts.push(comments.behind(behind));
      last = { end: Math.max(last.end, lastComment.span.end), isComment: true };
    }
  };
  const addLines = (before: readonly Comment[]): void => {
    for (const comment of before) {
      separate(comment.span.start);
      parts.push(comments.print(comment));
      last = { end: comment.span.end, isComment: true };
    }
  };
  for (const item of items) {
    const { behind, before } = comments.take(item.span.start);
    addBehind(behind);
    addLines(before);
    separate(item.span.start);
    parts.push(format(item));
    last = { end: item.span.end, isComment: false };
  }
  const { behind, before } = comments.take(end);
  addBehind(behind);
  addLines(before);
  return { opening, lines: concat(...parts), isEmpty: last === null };
}

/** Braces and what is inside: on one line with `;` where it was written so and fits, else one line for each item. */
function formatBraces<T extends Node>(formatting: Formatting, items: readonly T[], end: number, mayBeFlat: boolean, format: (item: T) => Doc): Doc {
  const { opening, lines, isEmpty } = formatLines(formatting, items, end - 1, mayBeFlat ? line("; ") : hardLine, format);
  if (isEmpty) return concat("{}", opening);
  const edge = mayBeFlat ? line(" ") : hardLine;
  return concat("{", opening, indent(edge, lines), edge, "}");
}

function isOneLine({ text }: Formatting, { start, end }: Span): boolean {
  return !/[\r\n]/.test(text.slice(start, end));
}

/** A body with its braces. */
export function formatBody(formatting: Formatting, body: Body): Doc {
  return group(formatStatements(formatting, body, isOneLine(formatting, body.span)));
}

function formatStatements(formatting: Formatting, body: Body, mayBeFlat: boolean): Doc {
  const words = body.statements.flatMap((statement) => (statement.kind === "input" || statement.kind === "output" ? [statement.kind] : []));
  const width = Math.max(0, ...words.map((word) => word.length));
  const pad = (word: string): Doc => concat(word, choice(" ".repeat(width - word.length + 1), " "));
  return formatBraces(formatting, body.statements, body.span.end, mayBeFlat, (statement) => formatStatement(formatting, statement, pad));
}

function formatStatement(formatting: Formatting, node: Statement, pad: (word: string) => Doc): Doc {
  switch (node.kind) {
    case "input":
      return concat(pad("input"), formatFields(formatting, node.fields));
    case "output": {
      const type = node.type === null ? "" : concat(": ", formatType(formatting, node.type));
      return concat(pad("output"), node.name.text, type, " = ", formatExpression(formatting, node.value));
    }
    case "layer":
      return concat(`layer ${node.name.text} = `, formatExpression(formatting, node.value));
    case "repeat": {
      const count = formatExpression(formatting, node.count);
      return concat("repeat ", count, node.counter === null ? " " : ` as ${node.counter.text} `, formatBody(formatting, node.body));
    }
    case "if":
      return group(formatIf(formatting, node, isOneLine(formatting, bodiesOf(node))));
    case "return":
      return concat("return ", formatRow(node.values.map((value) => formatExpression(formatting, value))));
    case "assert":
      return formatAssert(formatting, node);
    case "bind":
      return concat(`${node.names.map((name) => name.text).join(", ")} = `, formatExpression(formatting, node.value));
  }
}

// The branches of one `if` are all on its line or all broken.
function formatIf(formatting: Formatting, node: IfStatement, mayBeFlat: boolean): Doc {
  const head = concat("if ", formatExpression(formatting, node.condition), " ", formatStatements(formatting, node.then, mayBeFlat));
  if (node.else === null) return head;
  const rest = node.else.kind === "if" ? formatIf(formatting, node.else, mayBeFlat) : formatStatements(formatting, node.else, mayBeFlat);
  return concat(head, " else ", rest);
}

function bodiesOf(node: IfStatement): Span {
  return cover(node.then.span, { start: node.span.end, end: node.span.end });
}

function formatAssert(formatting: Formatting, node: AssertStatement): Doc {
  return concat("assert ", formatExpression(formatting, node.condition), node.message === null ? "" : concat(", ", formatExpression(formatting, node.message)));
}

function formatFields(formatting: Formatting, fields: readonly Field[]): Doc {
  return formatItems(formatting, fields, (field) => {
    const type = formatType(formatting, field.type);
    return concat(field.name.text, ": ", type, field.from === null ? "" : concat(" from ", formatExpression(formatting, field.from)));
  });
}

// Items after the first stand below it.
function formatItems<T extends Node>(formatting: Formatting, items: readonly T[], format: (item: T) => Doc): Doc {
  const docs = items.map((item, index) => {
    const start = index === 0 ? "" : concat(",", formatting.comments.lineBefore(item.span.start, line(" ")));
    return concat(start, format(item));
  });
  return docs.length === 1 ? concat(...docs) : align(group(...docs));
}

/** Clauses with their braces; `braces.start` may lie before the opening one. */
export function formatClauses(formatting: Formatting, clauses: readonly Clause[], braces: Span): Doc {
  const width = Math.max(0, ...clauses.map((clause) => wordOf(clause).length));
  const pad = (word: string): Doc => concat(word, choice(" ".repeat(width - word.length + 1), " "));
  return group(formatBraces(formatting, clauses, braces.end, isOneLine(formatting, braces), (clause) => formatClause(formatting, clause, pad)));
}

function wordOf(clause: Clause): string {
  return clause.kind === "clause" ? clause.word.text : clause.kind;
}

function formatClause(formatting: Formatting, node: Clause, pad: (word: string) => Doc): Doc {
  if (node.kind === "assert") return concat(pad("assert"), formatAssertParts(formatting, node));
  if (node.kind === "fields") return concat(pad("fields"), formatFields(formatting, node.fields));
  if (node.items.length === 0) return node.word.text;
  return concat(pad(node.word.text), formatItems(formatting, node.items, (item) => formatItem(formatting, item)));
}

function formatAssertParts(formatting: Formatting, node: AssertStatement): Doc {
  return concat(formatExpression(formatting, node.condition), node.message === null ? "" : concat(", ", formatExpression(formatting, node.message)));
}

function formatItem(formatting: Formatting, item: ClauseItem): Doc {
  const parts: Doc[] = item.parts.map((part) => (part.kind === "linking-word" ? part.word : formatExpression(formatting, part)));
  return concat(item.name === null ? "" : `${item.name.text}: `, join(" ", parts));
}
