// A model with numbers for all its sizes: the body is run once in a graph of its own.

import type { Span } from "../../source/source.js";
import { at, Exhausted, Symbolic, type Context, type Env, type ResolvedModel, type Site } from "../context.js";
import { GraphBuilder } from "../graph-builder.js";
import { optionParameters } from "../callables.js";
import { toNumber } from "../numbers.js";
import { Seen } from "../observed.js";
import { originKey, readAnnotations, within } from "../overparam.js";
import { PathScope } from "../path-scope.js";
import { Scope } from "../scope.js";
import type { Instance, OptionValue } from "../semantic-model.js";
import { callableName, describe, type Value } from "../values.js";
import { standingAtCall } from "./at-call.js";
import { runBody } from "./body.js";
import type { Frame } from "./frame.js";
import { bindOptions } from "./inline.js";

/** Instances of a program: the same model with the same options is built once. */
export type Instances = Map<string, Instance | "symbolic" | null>;

/**
 * The instance; null where something was reported, "symbolic" where an input has a size that only data can give and `fed`, the
 * shapes of the data's fields by input, does not give it. `caller` and `call` are the place for options that are missing.
 */
export function instantiate(context: Context, instances: Instances, model: ResolvedModel, name: string, fed: ReadonlyMap<string, readonly number[]> | null, caller: Env, call: Span): Instance | "symbolic" | null {
  return model.start === null ? instantiatePlain(context, instances, model, name, fed, caller, call) : instantiateFused(context, instances, { ...model, start: model.start }, name, fed, caller, call);
}

// A model that starts from others: the same graph, and where its weights come from.
function instantiateFused(context: Context, instances: Instances, { start, ...model }: ResolvedModel & { readonly start: NonNullable<ResolvedModel["start"]> }, name: string, fed: ReadonlyMap<string, readonly number[]> | null, caller: Env, call: Span): Instance | "symbolic" | null {
  const fusion = context.rules.fusion(context, start, fed);
  if (fusion === null) return null;
  const values = start.derived ? context.rules.derive(context, fusion, { ...model, start: null }, name, fed) : model.values;
  if (values === null || values === "symbolic") return values;
  const target = instantiatePlain(context, instances, { ...model, values, start: null }, name, fed, caller, call);
  if (target === null || target === "symbolic") return target;
  const key = `fused ${start.file.path} ${start.fuse.span.start} ${name} ${keyOfInstance(target)}`;
  const known = instances.get(`${key} ${reachKey(model)}`);
  if (known !== undefined) return known;
  // Annotations of runs change what is trained and not what it begins with.
  const other = instances.get(key);
  const instance: Instance = { ...target, starts: (other === "symbolic" ? undefined : other?.starts) ?? [{ prefix: "", target, fusion }] };
  instances.set(`${key} ${reachKey(model)}`, instance);
  if (other === undefined) instances.set(key, instance);
  const trace = context.traces.get(target);
  if (trace !== undefined) context.traces.set(instance, trace);
  context.models.set(instance, { ...model, values, start });
  return instance;
}

function reachKey({ reach }: Pick<ResolvedModel, "reach">): string {
  const settings = reach === undefined ? "" : reach.settings === null ? "off" : originKey(reach.settings.origin);
  return `${settings}${reach?.frozen === true ? " frozen" : ""}`;
}

const keyOfInstance = ({ args, graph }: Instance): string => JSON.stringify([args, graph.inputs.map(({ type }) => type)]);

function instantiatePlain(context: Context, instances: Instances, model: ResolvedModel, name: string, fed: ReadonlyMap<string, readonly number[]> | null, caller: Env, call: Span): Instance | "symbolic" | null {
  const given = [...model.values].map(([key, value]) => `${key}: ${valueKey(value)}`).sort().join(", ");
  const key = `${name} ${model.file.path} ${model.node.span.start} (${given}) ${reachKey(model)} ${fed === null ? "" : JSON.stringify([...fed])}`;
  const known = instances.get(key);
  if (known !== undefined) return known;
  const make = (): Instance | "symbolic" | null => build(context, model, name, fed, caller, call);
  // What is wrong with the numbers given here to a model of another file is said here.
  const built = caller.file === model.file ? make() : standingAtCall(caller, call, make);
  instances.set(key, built);
  return built;
}

function build(context: Context, model: ResolvedModel, name: string, fed: ReadonlyMap<string, readonly number[]> | null, caller: Env, call: Span): Instance | "symbolic" | null {
  const { node, file } = model;
  if (node.definition.kind !== "body") return null;
  const errors = context.report.errors();
  const { depth } = context.spent;
  const graph = new GraphBuilder();
  const site: Site = { graph, paths: new PathScope(""), reach: model.reach ?? null, callers: [], purpose: "model", seen: context.observer === null ? null : new Seen() };
  const outer: Env = { context, file, scope: new Scope(), site };
  const wasElaborated = context.elaborated.has(node);
  context.elaborated.add(node);
  if (!bindOptions(caller, outer, node, { values: model.values, call })) return null;
  const args = optionParameters(node).map((param) => ({ name: param.name.text, value: optionValue(outer.scope.lookup(param.name.text)) }));
  const env: Env = { ...outer, site: { ...site, reach: within(model.reach, readAnnotations(outer, node.annotations)) } };
  const frame: Frame = { owner: node, given: null, fed, caller: null, returned: null, outputs: [] };
  try {
    runBody(env, node.definition.body, frame);
    for (const { name: output, value, origin } of frame.outputs) if (value.kind === "tensor") graph.outputs.push({ name: output, value, origin });
    // Of a model without its outputs nothing is known to cost anything.
    if (graph.outputs.length === frame.outputs.length && graph.outputs.length > 0) for (const check of graph.deferred) check();
  } catch (thrown) {
    context.spent.depth = depth;
    if (thrown instanceof Symbolic) {
      if (!wasElaborated) context.elaborated.delete(node);
      return context.report.errors() > errors ? null : "symbolic";
    }
    if (thrown instanceof Exhausted) return null;
    throw thrown;
  } finally {
    if (site.seen !== null && context.elaborated.has(node)) context.observer?.body({ file: file.path, name, args, values: site.seen.values() });
  }
  const origin = at(env, node.name.span);
  if (context.report.errors() === errors && graph.inputs.length === 0) context.report.say("model-without", origin, { name, what: "input" });
  if (context.report.errors() === errors && frame.outputs.length === 0) context.report.say("model-without", origin, { name, what: "output" });
  if (context.report.errors() > errors || graph.outputs.length < frame.outputs.length) return null;
  const starts = graph.starts.filter(({ prefix }) => !graph.starts.some((other) => prefix.startsWith(`${other.prefix}.`)));
  const instance: Instance = { model: name, args, doc: node.doc, graph: graph.finish(), origin, ...(starts.length === 0 ? {} : { starts }) };
  context.traces.set(instance, graph);
  context.models.set(instance, model);
  return instance;
}

// Messages shorten values; a key must not.
function valueKey(value: Value): string {
  if (value.kind === "string") return JSON.stringify(value.value);
  if (value.kind === "number") return `${value.value.kind === "exact" ? `${value.value.n}/${value.value.d}` : value.value.value} ${value.unit ?? ""}`;
  if (value.kind === "layer") {
    const bound = value.bound === null ? "" : value.bound.kind === "options" ? JSON.stringify(value.bound.options) : [...value.bound.values].map(([key, inner]) => `${key}: ${valueKey(inner)}`).join(", ");
    const { callable } = value;
    return callable.kind === "built-in" ? `${callable.name}(${bound})` : `${callable.file.path}#${callable.node.span.start}(${bound})`;
  }
  if (value.kind === "list") return `[${value.items.map(valueKey).join(", ")}]`;
  return value.kind === "call" ? JSON.stringify(value.value) : `${value.kind} ${describe(value)}`;
}

/** A compile-time value as an option: exact numbers as floats, layers by their names. */
function optionValue(value: Value | undefined): OptionValue {
  switch (value?.kind) {
    case "number":
      return toNumber(value.value);
    case "boolean":
    case "string":
      return value.value;
    case "word":
      return value.word;
    case "layer":
      return callableName(value.callable);
    case "call":
      return value.value;
    case "list":
      return value.items.map((item) => (item.kind === "number" ? toNumber(item.value) : 0));
    default:
      return "";
  }
}
