// A model by name: `model A = B(...)` is followed to the model that has a body, with the options and annotations met on the way.

import type { Expression, Model } from "../../ast/ast.js";
import { readValues, resolveCallee } from "../callables.js";
import { at, type Context, type Env, type FuseClause, type ResolvedModel } from "../context.js";
import { limits } from "../limits.js";
import type { FileScope } from "../files.js";
import { readAnnotations, within } from "../overparam.js";
import { Scope } from "../scope.js";
import type { Reach, Value } from "../values.js";

/** The model that an entry stands for, or null where something was reported. */
export function resolveModel(context: Context, entry: { readonly file: FileScope; readonly node: Model }, values: ReadonlyMap<string, Value>, reach: Reach | undefined, trail: readonly Model[] = []): ResolvedModel | null {
  const { node, file } = entry;
  const env: Env = { context, file, scope: new Scope(), site: null };
  if (node.definition.kind === "body") return { file, node, values, reach, start: null };
  context.elaborated.add(node);
  const { fuse } = node.definition;
  if (node.definition.kind === "derived") return derived(context, { file, fuse: node.definition.fuse }, reach);
  if (trail.includes(node)) {
    context.report.say("circular-model", at(env, node.name.span), { name: node.name.text });
    return null;
  }
  if (trail.length >= limits.recursion) {
    context.report.say("recursion-limit", at(env, node.name.span), { limit: limits.recursion, what: "models" });
    return null;
  }
  const named = readModelCall(env, node.definition.call);
  const inner = named === null ? null : resolveModel(context, named.entry, named.values, within(reach, named.reach) ?? undefined, [...trail, node]);
  return inner === null || fuse === null ? inner : { ...inner, start: { file, fuse, derived: false } };
}

// The model of the sources, whose options are to be found.
function derived(context: Context, start: FuseClause, reach: Reach | undefined): ResolvedModel | null {
  const [first] = context.rules.fusion(context, start, null)?.sources ?? [];
  const base = first === undefined ? undefined : context.models.get(first.kind === "run" ? first.run.instance : first.instance);
  return base === undefined ? null : { ...base, reach, start: { ...start, derived: true } };
}

/** The model that `Digits(width: 16) overparam 2` calls, with its options; null where something was reported. */
export function readModelCall(env: Env, expression: Expression): { readonly entry: { readonly file: FileScope; readonly node: Model }; readonly values: ReadonlyMap<string, Value>; readonly reach: Reach | undefined } | null {
  const annotated = expression.kind === "annotated" ? expression : null;
  const value = annotated?.value ?? expression;
  if (value.kind === "missing") return null;
  const path = value.kind === "call" ? value.callee : value.kind === "path" ? value : null;
  if (path === null) {
    env.context.report.say("not-a-model", at(env, value.span), { name: "this", what: "an expression" });
    return null;
  }
  const callee = resolveCallee(env, path);
  if (callee.kind === "error") return null;
  if (callee.kind === "function" || callee.layer.callable.kind !== "model") {
    const what = callee.kind === "function" ? "a function" : callee.layer.callable.kind === "block" ? "a block" : "a layer";
    env.context.report.say("not-a-model", at(env, path.span), { name: path.names.map((name) => name.text).join("."), what });
    return null;
  }
  const reach = annotated === null ? undefined : readAnnotations(env, annotated.annotations);
  const { file, node } = callee.layer.callable;
  const values = readValues(env, { file, node }, value.kind === "call" ? (value.arguments ?? []) : []);
  return values === null ? null : { entry: { file, node }, values, reach };
}
