// Operators of expressions: on compile-time values they compute, on tensors they become applications.

import type { Binary } from "../ast/ast.js";
import type { Span } from "../source/source.js";
import { applyLayer } from "./apply-layer.js";
import { at, type Env } from "./context.js";
import type { LayerKind } from "./layers/layers.js";
import { add, compare, divide, isNum, isWhole, multiply, power, printNum, subtract, toNumber, type Num, type NumError } from "./numbers.js";
import { wholeFixes } from "./read-count.js";
import type { Dtype } from "./types.js";
import { callableName, describe, error, numberValue, type TensorValue, type Value } from "./values.js";

const problems: Readonly<Record<NumError, string>> = {
  "too-large": "is too large to compute with",
  "division-by-zero": "divides by zero",
  "not-real": "has no real value",
};

/** The number, or `error` after a report. */
export function numberOrReport(env: Env, result: Num | NumError, span: Span): Value {
  if (isNum(result)) return numberValue(result);
  env.context.report.say("number-error", at(env, span), { problem: problems[result] });
  return error;
}

/** Operators on tensors by how they are written. */
export const tensorOperators: Readonly<Record<string, LayerKind>> = { "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow" };

/** `+ - * / **` and the comparisons `< <= > >=`. */
export function arithmetic(env: Env, node: Binary, left: Value, right: Value): Value {
  if (left.kind === "error" || right.kind === "error") return error;
  const kind = tensorOperators[node.operator];
  if (left.kind === "number" && right.kind === "number") return compute(env, node, left.value, right.value);
  const isTensor = left.kind === "tensor" || right.kind === "tensor";
  const fits = (value: Value): value is TensorValue | Extract<Value, { kind: "number" }> => value.kind === "tensor" || value.kind === "number";
  if (isTensor && kind !== undefined && fits(left) && fits(right)) return tensors(env, node, kind, left, right);
  const odd = !fits(left) ? left : !fits(right) ? right : left.kind === "tensor" ? left : right;
  const expected = kind === undefined ? "numbers known at compile time" : "numbers or tensors";
  env.context.report.say("operand-type", at(env, odd === left ? node.left.span : node.right.span), { operator: node.operator, expected, found: describe(odd) });
  return error;
}

function compute(env: Env, node: Binary, a: Num, b: Num): Value {
  switch (node.operator) {
    case "<":
      return { kind: "boolean", value: compare(a, b) < 0 };
    case "<=":
      return { kind: "boolean", value: compare(a, b) <= 0 };
    case ">":
      return { kind: "boolean", value: compare(a, b) > 0 };
    case ">=":
      return { kind: "boolean", value: compare(a, b) >= 0 };
    case "+":
      return numberOrReport(env, add(a, b), node.span);
    case "-":
      return numberOrReport(env, subtract(a, b), node.span);
    case "*":
      return numberOrReport(env, multiply(a, b), node.span);
    case "/":
      return numberOrReport(env, divide(a, b), node.span);
    default:
      return numberOrReport(env, power(a, b), node.span);
  }
}

function tensors(env: Env, node: Binary, kind: LayerKind, left: TensorValue | Extract<Value, { kind: "number" }>, right: TensorValue | Extract<Value, { kind: "number" }>): Value {
  for (const side of [left, right]) {
    if (side.kind !== "tensor" || !side.metric) continue;
    env.context.report.say("metric-arithmetic", at(env, node.span), { operator: node.operator });
    return error;
  }
  const dtype: Dtype = left.kind === "tensor" ? left.type.dtype : right.kind === "tensor" ? right.type.dtype : "f32";
  const a = left.kind === "tensor" ? left : constant(env, left.value, dtype, node.left.span);
  const b = right.kind === "tensor" ? right : constant(env, right.value, dtype, node.right.span);
  if (a === null || b === null) return error;
  return applyLayer(env, { kind, title: node.operator, tensors: [a, b], options: {}, path: "", reach: env.site?.reach ?? null, span: node.span });
}

/** A number as a tensor of the dtype beside it, or null where something was reported. */
function constant(env: Env, value: Num, dtype: Dtype, span: Span): TensorValue | null {
  if (dtype === "i32" && !isWhole(value)) {
    env.context.report.say("not-whole", at(env, span), { what: "A number beside an i32 tensor", found: printNum(value) }, wholeFixes(value, at(env, span)));
    return null;
  }
  const request = { tensors: [], path: "", reach: null, span };
  const number = applyLayer(env, { ...request, kind: "constant", title: "constant", options: { value: toNumber(value) } });
  if (number.kind !== "tensor") return null;
  if (dtype !== "i32") return number;
  const cast = applyLayer(env, { ...request, tensors: [number], kind: "cast", title: "cast", options: { dtype: "i32" } });
  return cast.kind === "tensor" ? cast : null;
}

export function negateTensor(env: Env, operand: TensorValue, span: Span): Value {
  if (operand.metric) {
    env.context.report.say("metric-arithmetic", at(env, span), { operator: "-" });
    return error;
  }
  return applyLayer(env, { kind: "neg", title: "-", tensors: [operand], options: {}, path: "", reach: env.site?.reach ?? null, span });
}

/** `==` and `!=` on compile-time values of one kind. */
export function equality(env: Env, node: Binary, left: Value, right: Value): Value {
  if (left.kind === "error" || right.kind === "error") return error;
  const equal = isEqual(left, right);
  if (equal === null) {
    const odd = left.kind === "tensor" || left.kind === "tuple" ? left : right;
    env.context.report.say("operand-type", at(env, node.span), { operator: node.operator, expected: "two compile-time values of one kind", found: `${describe(left)} and ${describe(odd === left ? right : odd)}` });
    return error;
  }
  return { kind: "boolean", value: equal === (node.operator === "==") };
}

function isEqual(a: Value, b: Value): boolean | null {
  if (a.kind === "number" && b.kind === "number") return compare(a.value, b.value) === 0;
  if (a.kind === "boolean" && b.kind === "boolean") return a.value === b.value;
  if (a.kind === "string" && b.kind === "string") return a.value === b.value;
  if (a.kind === "word" && b.kind === "word") return a.word === b.word;
  if (a.kind === "layer" && b.kind === "layer") return callableName(a.callable) === callableName(b.callable);
  return null;
}

/** `and` and `or`; the left side has not decided. */
export function logic(env: Env, node: Binary, left: Value, right: Value): Value {
  for (const [value, span] of [[left, node.left.span], [right, node.right.span]] as const) {
    if (value.kind === "error") return error;
    if (value.kind === "boolean") continue;
    env.context.report.say("operand-type", at(env, span), { operator: node.operator, expected: "`true` or `false`, known at compile time", found: describe(value) });
    return error;
  }
  return right;
}
