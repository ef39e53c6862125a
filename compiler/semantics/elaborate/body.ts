// Statements of bodies, one after the other: names are bound, `repeat` is unrolled, `if` decided. Gives nothing back but what the
// frame and the graph have collected.

import type { AssertStatement, BindStatement, Body, Expression, IfStatement, LayerStatement, RepeatStatement, ReturnStatement, Statement } from "../../ast/ast.js";
import { callerNotes } from "../apply-layer.js";
import { checkBudget, waitsFor } from "../budgets.js";
import { bindLayer, resolveCallee } from "../callables.js";
import { at, spend, type Env } from "../context.js";
import { readCondition } from "../evaluate.js";
import { whole } from "../numbers.js";
import { readAnnotations } from "../overparam.js";
import { PathScope } from "../path-scope.js";
import { readCount } from "../read-count.js";
import { Scope } from "../scope.js";
import { describe, error, numberValue, type Value } from "../values.js";
import { bindName } from "./body-names.js";
import type { Frame } from "./frame.js";
import { input } from "./input.js";
import { output } from "./output.js";

/** Runs the statements of a body; stops after `return`. */
export function runBody(env: Env, body: Body, frame: Frame): void {
  for (const statement of body.statements) {
    if (frame.returned !== null) return;
    spend(env, statement.span);
    run(env, statement, frame);
  }
}

function run(env: Env, statement: Statement, frame: Frame): void {
  switch (statement.kind) {
    case "input":
      return input(env, statement, frame);
    case "output":
      return output(env, statement, frame);
    case "layer":
      return layer(env, statement);
    case "repeat":
      return repeat(env, statement, frame);
    case "if":
      return branch(env, statement, frame);
    case "return":
      return returnValues(env, statement, frame);
    case "assert":
      return assertion(env, statement);
    case "bind":
      return bind(env, statement);
  }
}

function returnValues(env: Env, statement: ReturnStatement, frame: Frame): void {
  const values = statement.values.map((value) => env.context.rules.expression(env, value));
  if (frame.owner.kind === "model") env.context.report.say("statement-not-here", at(env, statement.span), { statement: "return", place: "a model" }, { help: "Name the result with `output`." });
  frame.returned = values;
}

function bind(env: Env, statement: BindStatement): void {
  const value = env.context.rules.expression(env, statement.value);
  const { names } = statement;
  const [first] = names;
  if (value.kind === "tensor" && first !== undefined && names.length === 1) {
    if (first.text === "_") env.site?.graph.discarded.add(value.ref);
    return bindName(env, first.text, value);
  }
  (value.kind === "tuple" ? value.values : [value]).forEach((each, index) => {
    if (each.kind === "tensor" && names[index]?.text === "_") env.site?.graph.discarded.add(each.ref);
  });
  if (names.length === 1 || value.kind === "error") {
    if (value.kind === "tuple" && first !== undefined) {
      env.context.report.say("value-count", at(env, statement.value.span), { expected: 1, found: value.values.length }, { help: `Name them all: \`${[first.text, ...value.values.slice(1).map(() => "_")].join(", ")} = ...\`.` });
      bindName(env, first.text, error);
    } else for (const each of names) bindName(env, each.text, value);
    return;
  }
  const values = value.kind === "tuple" ? value.values : [value];
  if (values.length !== names.length) env.context.report.say("value-count", at(env, statement.value.span), { expected: names.length, found: values.length });
  names.forEach((name, index) => bindName(env, name.text, values.length === names.length ? (values[index] ?? error) : error));
}

// `layer tok = embedding(vocab, d)`: the call stands without its tensors.
function layer(env: Env, statement: LayerStatement): void {
  env.scope.assign(statement.name.text, namedLayer(env, statement));
}

function namedLayer(env: Env, statement: LayerStatement): Value {
  const annotated = statement.value.kind === "annotated" ? statement.value : null;
  const value: Expression = annotated?.value ?? statement.value;
  const reach = annotated === null ? undefined : readAnnotations(env, annotated.annotations);
  if (value.kind === "missing") return error;
  if (value.kind !== "call" && value.kind !== "path") {
    env.context.report.say("layer-without-call", at(env, value.span), { name: statement.name.text });
    return error;
  }
  const callee = resolveCallee(env, value.kind === "call" ? value.callee : value);
  if (callee.kind === "error") return error;
  if (callee.kind === "function") {
    env.context.report.say("layer-without-call", at(env, value.span), { name: statement.name.text });
    return error;
  }
  const bound = bindLayer(env, callee.layer, value.kind === "call" ? value : { kind: "call", span: value.span, callee: value, arguments: [] });
  if (bound.kind !== "layer" || env.site === null) return error;
  const path = env.site.paths.named(statement.name.text);
  if (path === null) {
    env.context.report.say("layer-name-taken", at(env, statement.name.span), { name: statement.name.text });
    return error;
  }
  return { ...bound, path, reach };
}

function repeat(env: Env, statement: RepeatStatement, frame: Frame): void {
  if (statement.count.kind === "missing" || env.site === null) return;
  const count = readCount(env, "The count of `repeat`", env.context.rules.expression(env, statement.count), statement.count.span);
  if (count === null) return;
  const path = env.site.paths.repeat();
  for (let turn = 0; turn < count && frame.returned === null; turn++) {
    const errors = env.context.report.errors();
    const scope = new Scope(env.scope);
    if (statement.counter !== null) {
      const counted = numberValue(whole(turn));
      scope.define(statement.counter.text, counted);
      env.site.seen?.add(statement.counter, counted);
    }
    spend(env, statement.span);
    runBody({ ...env, scope, site: { ...env.site, paths: new PathScope(`${path}.${turn + 1}`) } }, statement.body, frame);
    if (env.context.report.errors() > errors) return;
  }
}

function branch(env: Env, statement: IfStatement, frame: Frame): void {
  for (let next: IfStatement = statement; ; ) {
    if (next.condition.kind === "missing") return;
    const condition = readCondition(env, next.condition, "The condition of `if`");
    if (condition === null) return;
    const body = condition ? next.then : next.else;
    if (body === null) return;
    if (body.kind === "body") return runBody({ ...env, scope: new Scope(env.scope) }, body, frame);
    next = body;
  }
}

// What the whole model costs can only be known when it is complete, and what its training takes only in a run.
function assertion(env: Env, statement: AssertStatement): void {
  const graph = env.site?.graph;
  const waits = graph === undefined ? "nothing" : waitsFor(statement.condition);
  if (graph !== undefined && waits === "model") graph.deferred.push(() => checkBudget(env, statement, graph.finish(), null));
  else if (graph !== undefined && waits === "run") graph.budgets.push(({ instance, settings }) => checkBudget(env, statement, instance.graph, settings));
  else {
    if (readCondition(env, statement.condition, "`assert`") !== false) return;
    const compared = statement.condition.kind === "binary" ? statement.condition : null;
    const found = compared === null ? "" : describeSides(env, compared.left, compared.right);
    env.context.report.say("assertion-failed", at(env, statement.span), { message: statement.message?.value ?? "the condition does not hold", found }, { notes: callerNotes(env) });
  }
}

function describeSides(env: Env, left: Expression, right: Expression): string {
  return [left, right].map((side) => describe(env.context.rules.expression(env, side))).join(" and ");
}
