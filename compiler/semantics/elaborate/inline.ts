// A call of a block, or of a model as a block: its signature is bound, its body runs in the caller's graph.

import type { Block, Model, Param, Type } from "../../ast/ast.js";
import type { Origin } from "../../source/source.js";
import { isTensorParameter, optionParameters, readParameter, tensorNames } from "../callables.js";
import { callerNotes } from "../apply-layer.js";
import { at, Exhausted, type BlockRequest, type Env, type ResolvedModel, type Site } from "../context.js";
import { limits } from "../limits.js";
import { bindSizes, fitsType, readTensorType, wrongRank } from "../declared-types.js";
import type { GraphBuilder } from "../graph-builder.js";
import { originKey, readAnnotations, within } from "../overparam.js";
import { PathScope } from "../path-scope.js";
import { remembered } from "../remembered.js";
import { Scope } from "../scope.js";
import { printType } from "../types.js";
import { describe, error, type Value } from "../values.js";
import { notingCall, standingAtCall } from "./at-call.js";
import { runBody } from "./body.js";
import type { Frame } from "./frame.js";
import { resolveModel } from "./resolve-model.js";
import { sayResult } from "./output.js";

/** The block's value: a tensor, or a tuple of several; `error` where something was reported. */
export function inlineBlock(env: Env, request: BlockRequest): Value {
  const { site } = env;
  const { report } = env.context;
  const { node } = request.entry;
  if (site === null) {
    report.say("layer-not-here", at(env, request.call), { layer: node.name.text, where: "a compile-time value" });
    return error;
  }
  if (site.purpose !== "model") {
    report.say("layer-not-here", at(env, request.call), { layer: node.name.text, where: `\`${site.purpose}\`` });
    return error;
  }
  if (site.callers.length >= limits.recursion) {
    report.say("recursion-limit", mostFrequent(at(env, request.call), site.callers), { limit: limits.recursion, what: "calls" });
    throw new Exhausted();
  }
  // What numbers do inside is said at the call that brought them: the outermost.
  return site.callers.length > 0 ? notingCall(env, request.call, () => inlined(env, request, site)) : standingAtCall(env, request.call, () => inlined(env, request, site));
}

function inlined(env: Env, request: BlockRequest, site: Site): Value {
  const { node } = request.entry;
  const callers = [at(env, request.call), ...site.callers];
  if (node.kind === "model") return inlineModel(env, request, node, callers);
  const inner: Env = { context: env.context, file: request.entry.file, scope: new Scope(), site: { ...site, paths: new PathScope(request.path), reach: request.reach, callers, seen: null } };
  env.context.elaborated.add(node);
  if (!bindSignature(env, inner, node, request)) return error;
  const frame: Frame = { owner: node, given: null, fed: null, caller: env, returned: null, outputs: [] };
  runBody(inner, node.body, frame);
  return givenBack(results(inner, node, frame), site.graph, callers);
}

// The call that recurs, not the one that happened to be the last.
function mostFrequent(last: Origin, callers: readonly Origin[]): Origin {
  const counts = new Map<string, number>();
  let most = last;
  for (const origin of [last, ...callers]) {
    const count = (counts.get(originKey(origin)) ?? 0) + 1;
    counts.set(originKey(origin), count);
    if (count > (counts.get(originKey(most)) ?? 0)) most = origin;
  }
  return most;
}

const signatureOf = remembered((node: Block) => ({ taken: new Set(node.params.map((param) => param.name.text)), params: node.params.filter((param) => isTensorParameter(node, param)) }));

function bindSignature(env: Env, inner: Env, node: Block, request: BlockRequest): boolean {
  const { taken, params } = signatureOf(node);
  params.forEach((param, index) => {
    const value = request.tensors[index]?.value ?? error;
    inner.scope.define(param.name.text, value);
    if (value.kind === "tensor") bindSizes(inner, param.type, value.type.shape, taken);
  });
  // Before the options, whose defaults may name sizes that only a tensor with as many axes gives.
  const badly = params.filter((param, index) => {
    const tensor = request.tensors[index];
    const expected = tensor?.value.kind === "tensor" ? wrongRank(inner, param.type, tensor.value.type) : null;
    if (tensor !== undefined && expected !== null) sayArgument(env, inner, node, param, tensor, expected);
    return expected !== null;
  });
  if (badly.length > 0) return false;
  let ok = bindOptions(env, inner, node, request);
  if (!ok) return false;
  params.forEach((param, index) => {
    const tensor = request.tensors[index];
    const declared = readTensorType(inner, param.type);
    if (declared === null || tensor?.value.kind !== "tensor") ok = false;
    else if (!fitsType(declared.type, tensor.value.type)) {
      ok = false;
      sayArgument(env, inner, node, param, tensor, printType(declared.type));
    }
  });
  return ok;
}

function sayArgument(env: Env, inner: Env, node: Block, param: Param, { value, span }: BlockRequest["tensors"][number], expected: string): void {
  // What is wrong with a block whatever it is given may be its signature.
  if (value.kind !== "tensor" || env.context.sizes.faulty.has(node)) return;
  const found = printType(value.type);
  const notes = [{ origin: at(inner, param.span), message: `\`${param.name.text}\` is declared here.` }, { origin: value.origin, message: `${found} comes from here.` }, ...callerNotes(env)];
  env.context.report.say("argument-type", at(env, span), { of: node.name.text, name: param.name.text, expected, found }, { notes });
}

/** Binds the options of a block or model in its scope, defaults filled in; false where something was reported. */
export function bindOptions(env: Env, inner: Env, node: Block | Model, request: Pick<BlockRequest, "values" | "call">): boolean {
  let ok = true;
  for (const param of optionParameters(node)) {
    const name = param.name.text;
    let value = request.values.get(name);
    if (value === undefined && param.default !== null) value = readParameter(inner, param, param.default, node.name.text);
    if (value === undefined) {
      ok = false;
      env.context.report.say("missing-option", at(env, request.call), { option: name, of: node.name.text }, { notes: [{ origin: at(inner, param.span), message: `\`${name}\` is declared here.` }] });
    } else if (value.kind === "error") ok = false;
    inner.scope.define(name, value ?? error);
  }
  return ok;
}

// A model without its inputs' data is a block whose tensors are its inputs.
function inlineModel(env: Env, request: BlockRequest, node: Model, callers: readonly Origin[]): Value {
  const resolved = resolveModel(env.context, { file: request.entry.file, node }, request.values, request.reach ?? undefined);
  if (resolved === null || env.site === null) return error;
  const model = resolved.start === null || tensorNames(resolved.node).length !== request.tensors.length ? resolved : started(env, request, { ...resolved, start: resolved.start }, node);
  if (model === null) return error;
  const body = model.node.definition.kind === "body" ? model.node.definition.body : null;
  if (body === null) return error;
  const names = tensorNames(model.node);
  if (names.length !== request.tensors.length) {
    env.context.report.say("tensor-count", at(env, request.call), { layer: node.name.text, expected: names.length === 1 ? "1 tensor" : `${names.length} tensors`, found: request.tensors.length });
    return error;
  }
  const outer: Env = { context: env.context, file: model.file, scope: new Scope(), site: { ...env.site, paths: new PathScope(request.path), reach: model.reach ?? null, callers, seen: null } };
  env.context.elaborated.add(model.node);
  if (!bindOptions(env, outer, model.node, { values: model.values, call: request.call })) return error;
  const reach = within(model.reach, readAnnotations(outer, model.node.annotations));
  const inner: Env = { ...outer, site: outer.site === null ? null : { ...outer.site, reach } };
  const given = new Map(names.map((name, index) => [name, request.tensors[index] ?? { value: error, span: request.call }]));
  const frame: Frame = { owner: model.node, given, fed: null, caller: env, returned: null, outputs: [] };
  runBody(inner, body, frame);
  const values = frame.outputs.map((output) => output.value);
  const [first] = values;
  if (first === undefined) return error;
  return givenBack(values.length === 1 ? first : { kind: "tuple", values }, outer.site?.graph, callers);
}

// The weights of the call begin with those of the model that it calls. The result has the options that a derived model was found to have.
function started(env: Env, request: BlockRequest, model: ResolvedModel & { readonly start: NonNullable<ResolvedModel["start"]> }, node: Model): ResolvedModel | null {
  const { site } = env;
  if (site === null) return model;
  const { starts } = site.graph;
  const names = tensorNames(model.node);
  const reads = names.flatMap((name, index): (readonly [string, string])[] => {
    const value = request.tensors[index]?.value;
    const outer = value?.kind === "tensor" ? site.graph.inputBehind(value.ref) : null;
    return outer === null ? [] : [[name, outer]];
  });
  const fed = new Map(names.flatMap((name, index) => {
    const value = request.tensors[index]?.value;
    return value?.kind === "tensor" ? [[name, value.type.shape] as const] : [];
  }));
  // How it is annotated here says nothing of what its sources were.
  const instance = env.context.rules.instance(env.context, { ...model, reach: undefined }, node.name.text, fed, env, request.call);
  const start = instance === null || instance === "symbolic" ? undefined : instance.starts?.[0];
  if (start === undefined || instance === null || instance === "symbolic") return null;
  const known = starts.findIndex(({ prefix }) => prefix === request.path);
  const before = starts[known];
  if (before === undefined) starts.push({ ...start, prefix: request.path, reads });
  else starts[known] = { ...before, reads: [...(before.reads ?? []), ...reads] };
  return { ...model, values: env.context.models.get(instance)?.values ?? model.values };
}

// The outermost call comes last and stays.
function givenBack(value: Value, graph: GraphBuilder | undefined, [call]: readonly Origin[]): Value {
  (value.kind === "tuple" ? value.values : [value]).forEach((each, index) => {
    if (each.kind === "tensor" && each.ref >= 0 && call !== undefined) graph?.returned.set(each.ref, { call, index });
  });
  return value;
}

function results(env: Env, node: Block, frame: Frame): Value {
  const { report } = env.context;
  const values = frame.returned;
  if (values === null) {
    // One with `output` in the place of `return` has been told so.
    if (node.body.statements.some((statement) => statement.kind === "output")) return error;
    report.say("missing-return", at(env, node.name.span), { block: node.name.text });
    return error;
  }
  if (node.returns.length > 0 && node.returns.length !== values.length) {
    report.say("return-count", at(env, node.name.span), { block: node.name.text, expected: node.returns.length, found: values.length });
    return error;
  }
  const checked = values.map((value, index) => result(env, node, value, node.returns[index] ?? null));
  const [first] = checked;
  if (first === undefined || checked.some((value) => value.kind === "error")) return error;
  return checked.length === 1 ? first : { kind: "tuple", values: checked };
}

function result(env: Env, node: Block, value: Value, type: Type | null): Value {
  if (value.kind === "error") return error;
  if (value.kind !== "tensor") {
    env.context.report.say("value-type", at(env, node.name.span), { what: `The result of \`${node.name.text}\``, expected: "a tensor", found: describe(value) });
    return error;
  }
  if (type === null) return value;
  const declared = readTensorType(env, type);
  if (declared === null) return error;
  if (fitsType(declared.type, value.type)) return value;
  const { file, span } = value.origin;
  const isOwn = file === env.file.path && span.start >= node.body.span.start && span.end <= node.body.span.end;
  sayResult(env, { what: `The result of \`${node.name.text}\``, value, declared, type: type.span, place: isOwn ? span : type.span });
  return error;
}
