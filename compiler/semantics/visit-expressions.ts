// Walks an expression without recursion, so that long chains are no danger.

import type { Expression } from "../ast/ast.js";

/** Calls `visit` with the expression and all that it holds, callees and names of options apart. */
export function visitExpressions(root: Expression, visit: (expression: Expression) => void): void {
  const waiting: Expression[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    visit(next);
    addParts(waiting, next);
  }
}

function addParts(waiting: Expression[], expression: Expression): void {
  switch (expression.kind) {
    case "list":
      return expression.items.forEach((item) => void waiting.push(item));
    case "group":
    case "annotated":
      return void waiting.push(expression.value);
    case "call":
      return expression.arguments?.forEach(({ value }) => void waiting.push(value));
    case "pipe":
    case "binary":
      return void waiting.push(expression.left, expression.right);
    case "unary":
      return void waiting.push(expression.operand);
    case "conditional":
      return void waiting.push(expression.condition, expression.then, expression.else);
  }
}
