// The compile-time evaluator of expressions: numbers are computed, tensors become applications of the graph that is being built.
// Relies on operators.ts for arithmetic; calls and blocks are reached through the context's rules.

import type { Binary, Conditional, Expression, NumberLiteral, Path, Pipe } from "../ast/ast.js";
import { at, spend, type Env, type Piped } from "./context.js";
import { limits } from "./limits.js";
import { kindOf, originOf, type Entry } from "./files.js";
import { categoryOf, isLayerName } from "./layers/layers.js";
import { isNum, negate, parseNumber, whole } from "./numbers.js";
import { foundOf } from "./observed.js";
import { arithmetic, equality, logic, negateTensor } from "./operators.js";
import { checkDeclaredValue } from "./declared-types.js";
import { bareName } from "./read-options.js";
import { Scope } from "./scope.js";
import { sayUnknown } from "./unknown-name.js";
import { describe, error, numberValue, type Value } from "./values.js";

/** The value of an expression; `error` where something was reported. */
export function evaluate(env: Env, expression: Expression): Value {
  const { spent, report } = env.context;
  spend(env, expression.span);
  if (spent.depth >= limits.depth) {
    report.say("recursion-limit", at(env, expression.span), { limit: limits.depth, what: "expressions" });
    return error;
  }
  spent.depth++;
  const value = dispatch(env, expression);
  spent.depth--;
  env.site?.seen?.add(expression, value);
  return value;
}

function dispatch(env: Env, expression: Expression): Value {
  switch (expression.kind) {
    case "number":
      return literal(env, expression);
    case "string":
      return { kind: "string", value: expression.value };
    case "boolean":
      return { kind: "boolean", value: expression.value };
    case "list":
      return { kind: "list", items: listItems(env, expression.items) };
    case "group":
      return evaluate(env, expression.value);
    case "path":
      return lookup(env, expression);
    case "call":
      return env.context.rules.call(env, expression, null, []);
    case "pipe":
    case "binary":
      return chain(env, expression);
    case "unary":
      return unary(env, expression.operator, evaluate(env, expression.operand), expression);
    case "conditional":
      return conditional(env, expression);
    case "annotated":
      if (expression.value.kind === "call") return env.context.rules.call(env, expression.value, null, expression.annotations);
      if (expression.value.kind !== "missing") env.context.report.say("annotation-without-call", at(env, expression.annotations[0]?.span ?? expression.span), {});
      return error;
    case "missing":
      return error;
  }
}

// A list of layers, as of another framework, is one mistake.
function listItems(env: Env, items: readonly Expression[]): readonly Value[] {
  const from = env.context.report.diagnostics.length;
  const values = items.map((item) => evaluate(env, item));
  let told = false;
  env.context.report.relocate(from, (diagnostic) => {
    if (diagnostic.id !== "tensor-expected" && diagnostic.id !== "tensor-count") return diagnostic;
    if (told) return null;
    told = true;
    return diagnostic;
  });
  return values;
}

// `a |> f |> g` and `a + b + c` lean to the left and can be long: they are walked without recursion.
function chain(env: Env, expression: Pipe | Binary): Value {
  const steps: (Pipe | Binary)[] = [];
  let first: Expression = expression;
  while ((first.kind === "pipe" || first.kind === "binary") && !isEquality(first)) {
    steps.push(first);
    first = first.left;
  }
  let value = isEquality(first) ? compareEqual(env, first) : evaluate(env, first);
  for (const step of steps.reverse()) {
    spend(env, step.span);
    value = step.kind === "pipe" ? pipe(env, step, { value, span: step.left.span }) : binary(env, step, value);
    env.site?.seen?.add(step, value);
  }
  return value;
}

function pipe(env: Env, step: Pipe, piped: Piped): Value {
  const { right } = step;
  if (right.kind === "missing") return error;
  if (right.kind === "call") return env.context.rules.call(env, right, piped, []);
  const { value, annotations } = right;
  if (value.kind === "call") return env.context.rules.call(env, value, piped, annotations);
  if (value.kind === "path") return env.context.rules.call(env, { kind: "call", span: value.span, callee: value, arguments: null }, piped, annotations);
  return error;
}

function isEquality(expression: Expression): expression is Binary {
  return expression.kind === "binary" && (expression.operator === "==" || expression.operator === "!=");
}

// Beside a word's value, a bare name is one of its words first: `norm == layer`.
function compareEqual(env: Env, expression: Binary): Value {
  const { left, right } = expression;
  const isUnknown = (side: Expression): boolean => {
    const name = bareName(side);
    return name !== null && env.scope.lookup(name) === undefined && env.file.entries.get(name)?.node.kind !== "let";
  };
  if (isUnknown(left) && !isUnknown(right)) {
    const value = evaluate(env, right);
    return equality(env, expression, wordOr(env, value, left), value);
  }
  const value = evaluate(env, left);
  return equality(env, expression, value, wordOr(env, value, right));
}

function wordOr(env: Env, beside: Value, expression: Expression): Value {
  const name = bareName(expression);
  if (beside.kind === "word" && name !== null && beside.words.includes(name)) return { kind: "word", word: name, words: beside.words };
  return evaluate(env, expression);
}

function binary(env: Env, expression: Binary, left: Value): Value {
  if (expression.operator === "and" || expression.operator === "or") {
    // The right side counts only where the left has not decided.
    if (left.kind === "boolean" && left.value === (expression.operator === "or")) return left;
    return logic(env, expression, left, evaluate(env, expression.right));
  }
  return arithmetic(env, expression, left, evaluate(env, expression.right));
}

function unary(env: Env, operator: "-" | "not", operand: Value, expression: Expression): Value {
  if (operand.kind === "error") return error;
  if (operator === "not" && operand.kind === "boolean") return { kind: "boolean", value: !operand.value };
  if (operator === "-" && operand.kind === "number") return numberValue(negate(operand.value), operand.unit);
  if (operator === "-" && operand.kind === "tensor") return negateTensor(env, operand, expression.span);
  const expected = operator === "not" ? "`true` or `false`" : "a number or a tensor";
  env.context.report.say("operand-type", at(env, expression.span), { operator, expected, found: describe(operand) });
  return error;
}

function conditional(env: Env, expression: Conditional): Value {
  const condition = readCondition(env, expression.condition, "the condition of `if`");
  if (condition === null) return error;
  return evaluate(env, condition ? expression.then : expression.else);
}

/** A compile-time truth value, or null where something was reported. */
export function readCondition(env: Env, expression: Expression, what: string): boolean | null {
  const value = evaluate(env, expression);
  if (value.kind === "boolean") return value.value;
  if (value.kind !== "error") {
    const help = value.kind === "tensor" ? { help: "Decide by compile-time values; what depends on data has no branches." } : {};
    env.context.report.say("value-type", at(env, expression.span), { what, expected: "`true` or `false`, known at compile time", found: describe(value) }, help);
  }
  return null;
}

function literal(env: Env, expression: NumberLiteral): Value {
  const value = parseNumber(expression.text, expression.suffix);
  if (!isNum(value)) {
    env.context.report.say("number-error", at(env, expression.span), { problem: "is too large or too small to compute with" });
    return error;
  }
  const unit = expression.unit?.text;
  if (unit === "steps" || unit === "epochs") return numberValue(value, unit);
  return numberValue(value, expression.suffix === "%" ? "%" : null);
}

function lookup(env: Env, path: Path): Value {
  const first = path.names[0]?.text ?? "";
  const isMember = path.names.length > 1;
  if (first === "" || (isMember && path.names.some(({ text }) => text === ""))) return error;
  const name = isMember ? path.names.map(({ text }) => text).join(".") : first;
  const local = env.scope.lookup(name);
  if (local !== undefined) return local;
  if (isMember) return member(env, path, first, name);
  const entry = env.file.entries.get(first);
  if (entry !== undefined) return constantOf(env, entry, path);
  if (env.file.broken.has(first)) return error;
  if (isLayerName(first)) {
    const category = categoryOf(first);
    const help = category === "layer" ? `Apply it to a tensor: \`x |> ${first}\`.` : `Give it a prediction and a target: \`${first}(output, field)\`.`;
    env.context.report.say("not-a-value", at(env, path.span), { name: first, what: `a ${category}` }, { help });
    return error;
  }
  sayUnknown(env, path, name);
  return error;
}

function member(env: Env, path: Path, first: string, name: string): Value {
  const figure = env.figures?.get(name);
  if (figure !== undefined) return numberValue(whole(figure));
  if (env.scope.lookup(first)?.kind === "error" || env.file.broken.has(first)) return error;
  sayUnknown(env, path, name);
  return error;
}

function constantOf(env: Env, entry: Entry, path: Path): Value {
  const { node, file } = entry;
  const { constants, report } = env.context;
  if (node.kind !== "let") {
    const name = path.names[0]?.text ?? "";
    report.say("not-a-value", at(env, path.span), { name, what: kindOf(node) }, { notes: [{ origin: originOf(entry), message: `\`${name}\` is declared here.` }] });
    return error;
  }
  const known = constants.get(node);
  if (known === "evaluating") {
    report.say("circular-constant", originOf(entry), { name: node.name.text });
    constants.set(node, error);
    return error;
  }
  if (known !== undefined) return known;
  constants.set(node, "evaluating");
  const inner: Env = { context: env.context, file, scope: new Scope(), site: null };
  const value = evaluate(inner, node.value);
  const checked = node.type === null ? value : checkDeclaredValue(inner, node.type, value, node.value, node.name.text);
  const circular = constants.get(node) !== "evaluating";
  constants.set(node, circular ? error : checked);
  const found = circular ? null : foundOf(checked);
  if (found !== null) env.context.observer?.constant({ origin: originOf(entry), value: found });
  return circular ? error : checked;
}

/** The value of a constant; for checking all of a file. */
export function evaluateLet(env: Env, entry: Entry): Value {
  return constantOf(env, entry, { kind: "path", span: entry.node.name.span, names: [entry.node.name] });
}
