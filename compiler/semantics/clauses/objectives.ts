// `loss` and `metrics`: graphs over the model's outputs and the data's fields, one scalar for each item.

import type { Call, Expression, Path } from "../../ast/ast.js";
import type { Span } from "../../source/source.js";
import { at, type Env, type Site } from "../context.js";
import { GraphBuilder } from "../graph-builder.js";
import { categoryOf, isLayerName, type LayerKind } from "../layers/layers.js";
import { PathScope } from "../path-scope.js";
import { oneOf } from "../option-words.js";
import { bareName } from "../read-options.js";
import { replacement } from "../report.js";
import { Seen } from "../observed.js";
import { Scope } from "../scope.js";
import type { Graph, Instance } from "../semantic-model.js";
import type { TensorType } from "../types.js";
import { describe, error, type Value } from "../values.js";
import { visitExpressions } from "../visit-expressions.js";
import { onlyPart, type PlacedClause } from "./collect.js";
import type { DeclaredField } from "./fields.js";

/** What items of `loss` and `metrics` can name. */
export interface Nameable {
  /** null where the model has an error: its outputs are then known by name only. */
  readonly instance: Instance | null;
  readonly outputs: readonly string[];
  /** null where they are not known. */
  readonly fields: readonly DeclaredField[] | null;
  /** Fields that were reported: they cause no further message. */
  readonly unread: ReadonlySet<string>;
  /** The field that an input reads. */
  readonly fieldOf: (input: string) => string;
}

export interface Objectives {
  /** null where something was reported. */
  readonly graph: Graph | null;
  /** Names of the items, as far as they could be read. */
  readonly names: readonly string[];
  /** Could all items be read? Otherwise their names say nothing about what would be measured. */
  readonly isRead: boolean;
  /** Names that mean nothing, and what the items with a mistake are about: told once for loss and metrics together. */
  readonly unknown: ReadonlySet<string>;
  readonly mistaken: ReadonlySet<string>;
}

/** The graph of a `loss` or `metrics` clause; without a clause a graph without outputs. `earlier` are the losses, for metrics. */
export function readObjectives(env: Env, placed: PlacedClause | undefined, purpose: "loss" | "metrics", nameable: Nameable, earlier: Objectives | null): Objectives {
  const graph = new GraphBuilder();
  const { instance, fields } = nameable;
  const { report } = env.context;
  const errors = report.errors();
  const scope = new Scope(placed?.env.scope ?? null);
  const outputTypes = new Map((instance?.graph.outputs ?? []).map(({ name, value, origin }) => [name, { type: typeOf(instance, value), origin }]));
  for (const name of nameable.outputs) {
    const known = outputTypes.get(name);
    scope.define(name, known === undefined ? error : graph.input(name, byField(known.type, nameable.fieldOf), known.origin));
  }
  for (const { field, type, node } of fields ?? []) {
    const value: Value = graph.input(`row.${field.name}`, byField(type, (own) => own), { file: env.file.path, span: node.span });
    scope.define(`row.${field.name}`, value);
    if (!nameable.outputs.includes(field.name)) scope.define(field.name, value);
  }
  for (const name of nameable.unread) {
    scope.define(`row.${name}`, error);
    if (!nameable.outputs.includes(name)) scope.define(name, error);
  }
  if (fields === null) scope.define("row", error);
  for (const name of earlier?.unknown ?? []) scope.define(name, error);
  const names: string[] = [];
  const unknown = new Set<string>();
  const mistaken = new Set<string>();
  if (placed === undefined) return { graph: instance === null || fields === null ? null : graph.finish(), names, isRead: true, unknown, mistaken };
  if (placed.clause.items.length === 0) report.say("clause-form", at(placed.env, placed.clause.span), { word: purpose, form: purpose === "loss" ? "loss cross_entropy(output, field)" : "metrics accuracy(output, field)" });
  const site: Site = { graph, paths: new PathScope(""), reach: null, callers: [], purpose, names: () => namesInWords(nameable), seen: env.context.observer === null ? null : new Seen() };
  const inner: Env = { ...placed.env, scope, site };
  let ok = true;
  for (const item of placed.clause.items) {
    const expression = onlyPart(item.parts);
    if (expression === null || expression.kind === "missing") {
      ok = false;
      if (!item.parts.some((part) => part.kind === "missing")) report.say("clause-form", at(inner, item.span), { word: purpose, form: `${purpose} name: function(output, field)` });
      continue;
    }
    const name = item.name?.text ?? defaultName(expression, purpose);
    const origin = at(inner, item.name?.span ?? item.span);
    // `valid.loss` is the sum of the losses, which always exists.
    if (names.includes(name) || (purpose === "metrics" && name === "loss")) {
      ok = false;
      report.say("duplicate-name", origin, { what: purpose === "loss" ? "loss" : "metric", name }, { help: `Name it: \`${name}_2: ...\`.` });
    }
    names.push(name);
    const before = report.errors();
    const value = earlier !== null && earlier.mistaken.size > 0 && earlier.mistaken.has(subjects(expression).join(", ")) ? error : readItem({ ...inner, site: { ...site, item: (path) => isItem(expression, path) } }, expression, purpose, nameable);
    if (value.kind === "tensor") graph.outputs.push({ name, value, origin });
    else {
      ok = false;
      const about = subjects(expression);
      if (report.errors() > before) mistaken.add(about.join(", "));
      for (const subject of about) if (scope.lookup(subject) === undefined && !inner.file.entries.has(subject)) unknown.add(subject);
    }
  }
  if (site.seen !== null) env.context.observer?.body({ file: placed.env.file.path, name: purpose, args: null, values: site.seen.values() });
  if (!ok || instance === null || fields === null || report.errors() > errors) return { graph: null, names, isRead: ok, unknown, mistaken };
  const finished = graph.finish();
  checkProbabilities(inner, finished, instance);
  return { graph: report.errors() > errors ? null : finished, names, isRead: true, unknown, mistaken };
}

/** The type of an output or field here: a sequence is as long as a field of the row. */
function byField({ ragged, ...type }: TensorType, fieldOf: (name: string) => string): TensorType {
  return ragged === undefined ? type : { ...type, ragged: `row.${fieldOf(ragged)}` };
}

/** The names that an item is about: `digit, label` of `cross_entropy(digit, label)`. */
function subjects(expression: Expression): readonly string[] {
  const found: string[] = [];
  visitExpressions(expression, (part) => {
    if (part.kind === "path") found.push(part.names.map((name) => name.text).join("."));
  });
  return found;
}

// What an item can name, as help where a name is unknown; of long lists the beginning.
function namesInWords({ outputs, fields, unread }: Nameable): string {
  const ofData = [...(fields ?? []).map(({ field }) => field.name), ...unread];
  const written = ofData.map((name) => (outputs.includes(name) ? `row.${name}` : name));
  const list = (what: string, names: readonly string[]): readonly string[] => (names.length === 0 ? [] : [`${what}, ${oneOf(names.slice(0, 12))}`]);
  const parts = [...list("an output of the model", outputs), ...list("a field of the data", written)];
  return `Name ${parts.length > 0 ? parts.join(", or ") : "an output of the model or a field of the data"}.`;
}

function typeOf(instance: Instance | null, value: number) {
  const inputs = instance?.graph.inputs ?? [];
  return (inputs[value] ?? instance?.graph.applications[value - inputs.length])?.type ?? { dtype: "f32" as const, shape: [], batched: true, below: null };
}

function readItem(env: Env, expression: Expression, purpose: "loss" | "metrics", nameable: Nameable): Value {
  if (sayAmbiguous(env, expression, nameable)) return error;
  const value = env.context.rules.expression(env, expression);
  if (value.kind === "error") return error;
  if (value.kind === "tensor" && (value.metric || (value.type.shape.length === 0 && !value.type.batched && value.type.dtype === "f32"))) return value;
  env.context.report.say("not-a-scalar", at(env, expression.span), { clause: purpose, found: value.kind === "tensor" ? `${describe(value)} for each row` : describe(value) });
  return error;
}

// Not within what a call is given, in parentheses or by a pipe.
function isItem(expression: Expression, { span }: Path): boolean {
  const given: Span[] = [];
  visitExpressions(expression, (part) => {
    if (part.kind === "pipe") given.push(part.left.span);
    if (part.kind === "call") given.push(...(part.arguments ?? []).map((argument) => argument.span));
  });
  const holds = (outer: Span): boolean => outer.start <= span.start && span.end <= outer.end;
  return holds(expression.span) && !given.some(holds);
}

// An item that is one function, perhaps times a number, has its name.
function defaultName(expression: Expression, purpose: "loss" | "metrics"): string {
  const calls: string[] = [];
  visitExpressions(expression, (part) => {
    const name = part.kind === "call" ? bareName(part.callee) : null;
    if (name !== null && isLayerName(name) && categoryOf(name) !== "layer") calls.push(name);
    else if (part.kind === "call" && name !== null && calls.length === 0 && expression === part) calls.push(name);
  });
  const [first] = calls;
  return first !== undefined && calls.length === 1 ? first : purpose === "loss" ? "loss" : "metric";
}

// A bare name is the model's output; as a target it was surely meant to be the data's field.
function sayAmbiguous(env: Env, expression: Expression, { outputs, fields }: Nameable): boolean {
  if (fields?.some(({ field }) => outputs.includes(field.name)) !== true) return false;
  const piped = new Set<Call>();
  let found = false;
  visitExpressions(expression, (part) => {
    if (part.kind === "pipe" && part.right.kind === "call") piped.add(part.right);
    if (part.kind !== "call") return;
    const positional = (part.arguments ?? []).filter((argument) => argument.name === null);
    for (const { value } of piped.has(part) ? positional : positional.slice(1)) {
      const name = bareName(value);
      if (name === null || !outputs.includes(name) || fields?.some(({ field }) => field.name === name) !== true) continue;
      const origin = at(env, value.span);
      found = true;
      env.context.report.say("ambiguous-name", origin, { name }, { fixes: [replacement(`Write \`row.${name}\` for the field`, origin, `row.${name}`)] });
    }
  });
  return found;
}

const takesLogits: ReadonlySet<LayerKind> = new Set<LayerKind>(["cross_entropy", "binary_cross_entropy", "kl", "perplexity"]);

// A loss on logits that is given probabilities trains badly and says nothing.
function checkProbabilities(env: Env, graph: Graph, instance: Instance): void {
  for (const application of graph.applications) {
    const output = graph.inputs[application.operands[0] ?? -1];
    if (!takesLogits.has(application.layer) || output === undefined) continue;
    const value = instance.graph.outputs.find(({ name }) => name === output.name)?.value;
    const made = value === undefined ? undefined : instance.graph.applications[value - instance.graph.inputs.length];
    if (made === undefined || (made.layer !== "softmax" && made.layer !== "sigmoid")) continue;
    env.context.report.say("loss-on-probabilities", application.origin, { loss: application.layer, output: output.name, function: made.layer }, { notes: [{ origin: made.origin, message: `\`${output.name}\` goes through \`${made.layer}\` here.` }] });
  }
}

