// Walks an expression without recursion, so that long chains are no danger.

import type { Expression } from "../ast/ast.js";

/** Calls `visit` with the expression and all that it holds, callees and names of options apart. */
export function visitExpressions(root: Expression, visit: (expression: Expression) => void): void {
  const waiting: Expression[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    visit(next);
    waiting.push(...parts(next));
  }
}

function parts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "list":
      return expression.items;
    case "group":
    case "annotated":
      return [expression.value];
    case "call":
      return (expression.arguments ?? []).map((argument) => argument.value);
    case "pipe":
    case "binary":
      return [expression.left, expression.right];
    case "unary":
      return [expression.operand];
    case "conditional":
      return [expression.condition, expression.then, expression.else];
    default:
      return [];
  }
}
