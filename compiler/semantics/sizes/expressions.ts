// Expressions of a body whose sizes are symbols. Says what is wrong for every value of them; what may be right is left to the calls.
// What has a mistake of another kind (a name that there is not, an option of another type) has no value here and is told elsewhere.

import type { Binary, Call, Conditional, Expression, Path, Pipe } from "../../ast/ast.js";
import { at } from "../context.js";
import { evaluateLet } from "../evaluate.js";
import { functions } from "../functions.js";
import { isLayerName } from "../layers/layers.js";
import { isNum, parseNumber } from "../numbers.js";
import { tensorOperators } from "../operators.js";
import { originKey } from "../overparam.js";
import { bareName } from "../read-options.js";
import { Scope } from "../scope.js";
import type { Value } from "../values.js";
import { calleeOf } from "./callees.js";
import { signOf } from "./compare.js";
import type { Inspection, Operand, Place } from "./inspection.js";
import { applyOperator } from "./operators.js";
import { constantOf, fromNum, negate, type Size } from "./size.js";
import { joinWith, unknown, type SymbolicValue } from "./symbolic-value.js";

/** The value of an expression as far as it is known. */
export function inspect(by: Inspection, place: Place, expression: Expression): SymbolicValue {
  by.step();
  const value = by.nested(() => dispatch(by, place, expression));
  note(by, place, expression, value);
  return value;
}

// What is known whatever a call gives, and what editors show.
function note(by: Inspection, place: Place, expression: Expression, value: SymbolicValue): void {
  if (value.kind === "number" && constantOf(value.size) !== null) by.context.sizes.closed.add(originKey(at(place, expression.span)));
  if (by.silent === 0) place.seen?.set(expression, value);
}

function dispatch(by: Inspection, place: Place, expression: Expression): SymbolicValue {
  switch (expression.kind) {
    case "number": {
      const num = parseNumber(expression.text, expression.suffix);
      return isNum(num) && expression.unit === null ? { kind: "number", size: by.atoms.number(num) } : unknown;
    }
    case "boolean":
      return { kind: "boolean", value: expression.value };
    case "list":
      return { kind: "list", items: expression.items.map((item) => inspect(by, place, item)) };
    case "group":
      return inspect(by, place, expression.value);
    case "path":
      return lookup(by, place, expression);
    case "call":
      return call(by, place, expression, null);
    case "pipe":
    case "binary":
      return chain(by, place, expression);
    case "unary":
      return unary(by, place, expression.operator, inspect(by, place, expression.operand), expression);
    case "conditional":
      return conditional(by, place, expression);
    case "annotated":
      return inspect(by, place, expression.value);
    case "string":
    case "missing":
      return unknown;
  }
}

// Chains lean to the left and can be long.
function chain(by: Inspection, place: Place, expression: Pipe | Binary): SymbolicValue {
  const steps: (Pipe | Binary)[] = [];
  let first: Expression = expression;
  while ((first.kind === "pipe" || first.kind === "binary") && !isComparison(first)) {
    steps.push(first);
    first = first.left;
  }
  let value = isComparison(first) ? comparison(by, place, first) : inspect(by, place, first);
  for (const step of steps.reverse()) {
    by.step();
    value = step.kind === "pipe" ? pipe(by, place, step, { value, span: step.left.span }) : binary(by, place, step, value);
    note(by, place, step, value);
  }
  return value;
}

function pipe(by: Inspection, place: Place, { right }: Pipe, piped: Operand): SymbolicValue {
  if (right.kind === "missing") return unknown;
  const target = right.kind === "annotated" ? right.value : right;
  if (target.kind === "call") return call(by, place, target, piped);
  return target.kind === "path" ? call(by, place, { kind: "call", span: target.span, callee: target, arguments: null }, piped) : unknown;
}

function call(by: Inspection, place: Place, node: Call, piped: Operand | null): SymbolicValue {
  const name = node.callee.names.length === 1 ? (node.callee.names[0]?.text ?? "") : "";
  const layer = calleeOf(place, node.callee);
  if (layer === null) {
    const values = [...(piped === null ? [] : [piped.value]), ...(node.arguments ?? []).map(({ value }) => inspect(by, place, value))];
    if (!isFunction(place, name)) return unknown;
    if (values[0]?.kind === "tensor" && isLayerName(name)) return by.rules.call(by, place, node, { kind: "layer", callable: { kind: "built-in", name }, bound: null }, piped);
    return numberFunction(by, name, values);
  }
  return by.rules.call(by, place, node, layer, piped);
}

function isFunction(place: Place, name: string): boolean {
  const local = place.names.lookup(name);
  return Object.hasOwn(functions, name) && local?.kind !== "layer" && !place.file.entries.has(name);
}

function lookup(by: Inspection, place: Place, path: Path): SymbolicValue {
  const name = path.names.map(({ text }) => text).join(".");
  const local = place.names.lookup(name);
  if (local !== undefined) return local;
  const entry = path.names.length === 1 ? place.file.entries.get(name) : undefined;
  if (entry?.node.kind !== "let") return unknown;
  return fromValue(by, evaluateLet({ context: by.context, file: place.file, scope: new Scope(), site: null }, entry));
}

function fromValue(by: Inspection, value: Value): SymbolicValue {
  switch (value.kind) {
    case "number":
      return { kind: "number", size: by.atoms.number(value.value) };
    case "boolean":
      return value;
    case "list":
      return { kind: "list", items: value.items.map((item) => fromValue(by, item)) };
    case "word":
      return value;
    default:
      return unknown;
  }
}

function numberFunction(by: Inspection, name: string, values: readonly SymbolicValue[]): SymbolicValue {
  const sizes = values.flatMap((value) => (value.kind === "number" ? [value.size] : []));
  const [first, ...others] = sizes;
  if (first === undefined || sizes.length !== values.length) return unknown;
  const known = sizes.map(constantOf);
  const numbers = known.flatMap((number) => (number === null ? [] : [{ kind: "exact" as const, n: number.n, d: number.d }]));
  const definition = functions[name];
  if (numbers.length === sizes.length && definition !== undefined && sizes.length >= definition.least && sizes.length <= definition.most) {
    const result = definition.compute(numbers);
    return isNum(result) ? { kind: "number", size: fromNum(result) ?? by.atoms.unknownNumber() } : unknown;
  }
  const { atoms } = by;
  if (name === "floor" && others.length === 0) return { kind: "number", size: atoms.floor(first) };
  if (name === "ceil" && others.length === 0) return { kind: "number", size: atoms.ceil(first) };
  if (name === "min" || name === "max") return { kind: "number", size: others.reduce((a, b) => atoms.extreme(name, a, b), first) };
  return { kind: "number", size: atoms.unknownNumber() };
}

function isComparison(expression: Expression): expression is Binary {
  return expression.kind === "binary" && ["==", "!=", "<", "<=", ">", ">="].includes(expression.operator);
}

// Beside a word, a bare name is one of its words first.
function comparison(by: Inspection, place: Place, { operator, left, right }: Binary): SymbolicValue {
  const [a, b] = [valueBeside(by, place, left, right), valueBeside(by, place, right, left)];
  const truth = (value: boolean | null): SymbolicValue => ({ kind: "boolean", value });
  if (a.kind === "number" && b.kind === "number") return truth(compareNumbers(by, operator, a.size, b.size));
  let isEqual: boolean | null = null;
  if (a.kind === "word" && b.kind === "word" && a.word !== null && b.word !== null) isEqual = a.word === b.word;
  if (a.kind === "boolean" && b.kind === "boolean" && a.value !== null && b.value !== null) isEqual = a.value === b.value;
  return truth(isEqual === null ? null : isEqual === (operator === "=="));
}

function valueBeside(by: Inspection, place: Place, side: Expression, other: Expression): SymbolicValue {
  const name = bareName(side);
  const beside = bareName(other) === null ? undefined : place.names.lookup(bareName(other) ?? "");
  if (name !== null && beside?.kind === "word" && beside.words.includes(name)) return { kind: "word", word: name, words: beside.words };
  return inspect(by, place, side);
}

function compareNumbers(by: Inspection, operator: Binary["operator"], a: Size, b: Size): boolean | null {
  const compared = by.compare(a, b);
  const isOfEquality = operator === "==" || operator === "!=";
  const sign = isOfEquality ? "unknown" : signOf(by.atoms.subtract(a, b), by.positive);
  const isOpen = compared === "unknown" || (sign === "unknown" && !isOfEquality);
  if (isOpen && constantOf(b) !== null) by.asked(a);
  if (isOpen && constantOf(a) !== null) by.asked(b);
  if (isOfEquality) return compared === "unknown" ? null : (compared === "equal") === (operator === "==");
  if (sign === "unknown") return null;
  const order = sign === "zero" ? 0 : sign === "positive" ? 1 : -1;
  return operator === "<" ? order < 0 : operator === "<=" ? order <= 0 : operator === ">" ? order > 0 : order >= 0;
}

function binary(by: Inspection, place: Place, node: Binary, left: SymbolicValue): SymbolicValue {
  const right = inspect(by, place, node.right);
  if (node.operator === "and" || node.operator === "or") {
    const decides = node.operator === "or";
    const [a, b] = [left, right].map((side) => (side.kind === "boolean" ? side.value : null));
    return { kind: "boolean", value: a === decides || b === decides ? decides : a === null || b === null ? null : !decides };
  }
  if (left.kind === "number" && right.kind === "number") return { kind: "number", size: compute(by, node.operator, left.size, right.size) };
  const kind = tensorOperators[node.operator];
  const fits = (value: SymbolicValue): boolean => value.kind === "tensor" || value.kind === "number";
  if (kind !== undefined && fits(left) && fits(right)) return applyOperator(by, place, { node, kind, left, right });
  by.require(at(place, node.span));
  return unknown;
}

function compute(by: Inspection, operator: Binary["operator"], a: Size, b: Size): Size {
  switch (operator) {
    case "+":
      return by.atoms.add(a, b);
    case "-":
      return by.atoms.subtract(a, b);
    case "*":
      return by.atoms.multiply(a, b);
    case "/":
      return by.atoms.divide(a, b);
    default:
      return by.atoms.power(a, b);
  }
}

function unary(by: Inspection, place: Place, operator: "-" | "not", operand: SymbolicValue, expression: Expression): SymbolicValue {
  if (operator === "not") return operand.kind === "boolean" ? { kind: "boolean", value: operand.value === null ? null : !operand.value } : unknown;
  if (operand.kind === "number") return { kind: "number", size: negate(operand.size) };
  if (operand.kind !== "tensor" || operand.type.dtype === "bool") {
    by.require(at(place, expression.span));
    return unknown;
  }
  return { ...operand, origin: at(place, expression.span) };
}

function conditional(by: Inspection, place: Place, { condition, then, else: otherwise }: Conditional): SymbolicValue {
  const decided = inspect(by, place, condition);
  if (decided.kind === "boolean" && decided.value !== null) return inspect(by, place, decided.value ? then : otherwise);
  const positive = by.positive;
  by.positive = new Set(positive);
  const a = inspect(by, place, then);
  by.positive = new Set(positive);
  const b = inspect(by, place, otherwise);
  by.positive = positive;
  if (a.kind === "number" && b.kind === "number" && by.compare(a.size, b.size) === "equal") return a;
  const joined = joinWith(by.atoms, null)("", a, b);
  return joined;
}
