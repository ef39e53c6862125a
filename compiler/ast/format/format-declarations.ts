// Declarations as documents.

import type { Data, Declaration, Fuse, FuseSource, Import, Model, Recipe, Train } from "../ast.js";
import { concat, group, indent, join, line, type Doc } from "./doc.js";
import { formatBody, formatClauses } from "./format-bodies.js";
import { closingOffset, formatAnnotation, formatCall, formatExpression, formatParams, formatPath, formatRow, formatType, list, type Formatting } from "./format-expressions.js";

/** A declaration from its word to its last brace. */
export function formatDeclaration(formatting: Formatting, node: Declaration): Doc {
  switch (node.kind) {
    case "import":
      return formatImport(formatting, node);
    case "let": {
      const type = node.type === null ? "" : concat(": ", formatType(formatting, node.type));
      return concat(`let ${node.name.text}`, type, " = ", formatExpression(formatting, node.value));
    }
    case "data":
      return formatData(formatting, node);
    case "block": {
      const params = formatParams(formatting, node.params);
      const returns = node.returns.length === 0 ? "" : concat(" -> ", join(", ", node.returns.map((type) => formatType(formatting, type))));
      return concat(`block ${node.name.text}`, params, returns, " ", formatBody(formatting, node.body));
    }
    case "model":
      return formatModel(formatting, node);
    case "recipe":
      return formatRecipe(formatting, node);
    case "train":
      return formatTrain(formatting, node);
  }
}

function formatImport(formatting: Formatting, node: Import): Doc {
  const last = node.names[node.names.length - 1];
  const end = closingOffset(formatting, "}", last?.span.end ?? node.span.start);
  const names = list(formatting, ["{", "}"], " ", node.names, end, ({ name, alias }) => (alias === null ? name.text : `${name.text} as ${alias.text}`));
  return concat("import ", names, " from ", formatExpression(formatting, node.from));
}

function formatData(formatting: Formatting, node: Data): Doc {
  const head = concat(`data ${node.name.text} = `, formatCall(formatting, node.source));
  if (node.clauses.length === 0 && !formatting.comments.hasBetween(node.source.span.end, node.span.end)) return head;
  return concat(head, " ", formatClauses(formatting, node.clauses, { start: node.source.span.end, end: node.span.end }));
}

function formatModel(formatting: Formatting, node: Model): Doc {
  const { definition } = node;
  if (definition.kind === "derived") return concat(`model ${node.name.text} `, formatFuse(formatting, definition.fuse));
  if (definition.kind === "instance") {
    const call = formatExpression(formatting, definition.call);
    const start = definition.fuse === null ? "" : indent(line(" "), formatFuse(formatting, definition.fuse));
    return group(`model ${node.name.text} = `, call, start);
  }
  const params = node.params.length === 0 ? "" : formatParams(formatting, node.params);
  const annotations = node.annotations.flatMap((annotation) => [" ", formatAnnotation(formatting, annotation)]);
  return concat(`model ${node.name.text}`, params, ...annotations, " ", formatBody(formatting, definition.body));
}

function formatFuse(formatting: Formatting, fuse: Fuse): Doc {
  const sources = formatRow(fuse.sources.map((source) => formatSource(formatting, source)));
  if (fuse.options.length === 0) return concat("fuse from ", sources);
  const options = list(formatting, ["{", "}"], " ", fuse.options, fuse.span.end - 1, (option) => concat(`${option.name.text}: `, formatExpression(formatting, option.value)));
  return concat("fuse from ", sources, " ", options);
}

function formatSource(formatting: Formatting, node: FuseSource): Doc {
  const source = formatCall(formatting, node.source);
  const target = node.as === null ? "" : concat(" as ", formatCall(formatting, node.as));
  return concat(source, target, node.step === null ? "" : concat(" at step ", formatExpression(formatting, node.step)));
}

function formatRecipe(formatting: Formatting, node: Recipe): Doc {
  const params = node.params.length === 0 ? "" : formatParams(formatting, node.params);
  const start = closingOffset(formatting, "{", node.params[node.params.length - 1]?.span.end ?? node.name.span.end);
  return concat(`recipe ${node.name.text}`, params, " ", formatClauses(formatting, node.clauses, { start, end: node.span.end }));
}

function formatTrain(formatting: Formatting, node: Train): Doc {
  const head = concat(`train ${node.name.text}: `, formatExpression(formatting, node.model), ` on ${formatPath(node.data)} `);
  return concat(head, formatClauses(formatting, node.clauses, { start: node.data.span.end, end: node.span.end }));
}
