// Statements before a statement, for a part of it that becomes statements of its own: what is evaluated before that part has to go first, so that
// layers stay in their order.

import type { Expression, Statement } from "../../ast/ast.js";
import type { Edit } from "../formatting.js";

/** Lines that go first, and the names that take their places; null where the part is evaluated on a condition, or order cannot be kept. */
export interface Hoisted {
  readonly lines: readonly string[];
  readonly edits: readonly Edit[];
}

/** Does evaluating it make no layer? */
export function isTrivial(expression: Expression): boolean {
  if (expression.kind === "group") return isTrivial(expression.value);
  return expression.kind === "path" || expression.kind === "number" || expression.kind === "string" || expression.kind === "boolean";
}

function withoutGroup(expression: Expression): Expression {
  return expression.kind === "group" ? withoutGroup(expression.value) : expression;
}

/** What of a statement is evaluated before `part`, as statements. `fresh` makes up names. */
export function hoistBefore(statement: Statement, part: Expression, text: string, fresh: () => string): Hoisted | null {
  const values = statement.kind === "bind" || statement.kind === "output" ? [statement.value] : statement.kind === "return" ? statement.values : null;
  if (values === null) return null;
  const lines: string[] = [];
  const edits: Edit[] = [];
  const holds = ({ span }: Expression): boolean => span.start <= part.span.start && part.span.end <= span.end;
  const first = (expression: Expression): void => {
    if (isTrivial(expression)) return;
    const name = fresh();
    const value = withoutGroup(expression);
    lines.push(`${name} = ${text.slice(value.span.start, value.span.end)}`);
    edits.push({ span: expression.span, text: name });
  };
  const inOrder = (parts: readonly Expression[]): boolean => {
    const at = parts.findIndex(holds);
    parts.slice(0, at).forEach(first);
    const next = parts[at];
    return next !== undefined && descend(next);
  };
  const descend = (expression: Expression): boolean => {
    if (expression === part) return true;
    switch (expression.kind) {
      case "group":
      case "annotated":
        return descend(expression.value);
      case "unary":
        return descend(expression.operand);
      case "binary":
      case "pipe":
        return inOrder([expression.left, expression.right]);
      case "call": {
        const args = expression.arguments ?? [];
        const at = args.findIndex(({ value }) => holds(value));
        // Named tensors come after those by position.
        const isOrdered = args.every(({ name, value }, i) => isTrivial(value) || i === at || (i < at && name === null) || (i > at && args[at]?.name === null));
        return isOrdered && inOrder(args.map(({ value }) => value));
      }
      default:
        return false;
    }
  };
  return inOrder(values) ? { lines, edits } : null;
}
