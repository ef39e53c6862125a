// A call in an expression: tensors first and by position, then options. Functions compute, layers are applied, blocks inlined.

import type { Annotation, Argument, Block, Call, Expression } from "../ast/ast.js";
import { foreignOption } from "../diagnostics/foreign.js";
import type { Span } from "../source/source.js";
import { applyLayer } from "./apply-layer.js";
import { readValues, resolveCallee, tensorsOf } from "./callables.js";
import { at, type Env, type Piped } from "./context.js";
import { parameterKind } from "./declared-types.js";
import { functions } from "./functions.js";
import { isLayerName, layers, type LayerKind } from "./layers/layers.js";
import type { Options } from "./layers/layer.js";
import type { OptionSpec } from "./options.js";
import { numberOrReport } from "./operators.js";
import { readAnnotations, within } from "./overparam.js";
import { bareName, readOptions } from "./read-options.js";
import { remembered } from "./remembered.js";
import type { ReportDetails } from "./report.js";
import { callableName, describe, error, type LayerValue, type Reach, type TensorValue, type Value } from "./values.js";

/** A tensor of the call: evaluated already if it was piped in. */
type Operand = Piped | { readonly expression: Expression; readonly span: Span };

export function evaluateCall(env: Env, call: Call, piped: Piped | null, annotations: readonly Annotation[]): Value {
  const callee = resolveCallee(env, call.callee);
  const reach = readAnnotations(env, annotations);
  if (callee.kind === "layer") return callLayer(env, call, callee.layer, piped, reach);
  return callee.kind === "function" ? callFunction(env, call, callee.name, piped, reach) : callNothing(env, call);
}

// The tensors are looked at all the same: what is wrong in them is another mistake. Layers without tensors are meant for the callee.
function callNothing(env: Env, call: Call): Value {
  const from = env.context.report.diagnostics.length;
  for (const argument of call.arguments ?? []) if (argument.name === null && argument.value.kind !== "path") env.context.rules.expression(env, argument.value);
  env.context.report.relocate(from, (diagnostic) => (diagnostic.id === "tensor-expected" || diagnostic.id === "tensor-count" ? null : diagnostic));
  return error;
}

function callFunction(env: Env, call: Call, name: string, piped: Piped | null, reach: Reach | undefined): Value {
  const definition = functions[name];
  if (definition === undefined) return error;
  const named = (call.arguments ?? []).find((argument) => argument.name !== null);
  if (named?.name) {
    env.context.report.say("unknown-option", at(env, named.name.span), { option: named.name.text, of: name, nearest: "" }, { help: `Remove it: \`${name}\` has no options.` });
    return error;
  }
  const values: { readonly value: Value; readonly span: Span }[] = [
    ...(piped === null ? [] : [piped]),
    ...(call.arguments ?? []).map((argument) => ({ value: env.context.rules.expression(env, argument.value), span: argument.span })),
  ];
  if (values.some(({ value }) => value.kind === "error")) return error;
  const [first] = values;
  if (first?.value.kind === "tensor" && values.length === 1 && isLayerName(name)) return applyNamed(env, call, name, [first.value], {}, reach);
  if (values.length < definition.least || values.length > definition.most) {
    const expected = definition.least === definition.most ? String(definition.least) : `at least ${definition.least}`;
    env.context.report.say("argument-count", at(env, call.span), { of: name, expected, found: values.length });
    return error;
  }
  const numbers = values.flatMap(({ value }) => (value.kind === "number" ? [value.value] : []));
  const odd = values.find(({ value }) => value.kind !== "number");
  if (odd !== undefined) {
    env.context.report.say("value-type", at(env, odd.span), { what: `\`${name}\``, expected: "a number known at compile time", found: describe(odd.value) });
    return error;
  }
  return numberOrReport(env, definition.compute(numbers), call.span);
}

function applyNamed(env: Env, call: Call, kind: LayerKind, tensors: readonly TensorValue[], options: Options, reach: Reach | undefined): Value {
  const path = pathOf(env, call, null, kind);
  return path === null ? error : applyLayer(env, { kind, title: kind, tensors, options, path, reach: within(env.site?.reach, reach), span: call.span });
}

/** The path of a call's weights, or null where it is taken. */
function pathOf(env: Env, call: Call, layer: LayerValue | null, callee: string): string | null {
  if (layer?.path !== null && layer?.path !== undefined) return layer.path;
  if (env.site === null) return "";
  const path = env.site.paths.call(callee);
  if (path === null) env.context.report.say("layer-name-taken", at(env, call.span), { name: callee }, { help: "Give the named layer another name, or name this call with `layer` too." });
  return path;
}

/** The arguments of a call of a layer by what they are for. */
interface Sorted {
  /** Tensors by position, without what is piped in. */
  readonly operands: readonly Operand[];
  /** Tensors by name. */
  readonly byName: ReadonlyMap<string, Operand>;
  /** Tensors that may be left out, by name. */
  readonly extra: ReadonlyMap<string, Operand>;
  /** Options. */
  readonly rest: readonly Argument[];
}

const noOperands: ReadonlyMap<string, Operand> = new Map();
const nothingGiven: Sorted = { operands: [], byName: noOperands, extra: noOperands, rest: [] };
const noNames: readonly string[] = [];
const optionalTensors = remembered((kind: (typeof layers)[LayerKind]): readonly string[] => kind.optionalTensors?.map((tensor) => tensor.name) ?? noNames);
const requiredOptions = remembered((specs: readonly OptionSpec[]): readonly OptionSpec[] => specs.filter((spec) => spec.default === undefined));

function sorted(args: readonly Argument[], names: readonly string[], callable: LayerValue["callable"], isPiped: boolean): Sorted {
  const isVariadic = takesAny(names);
  const optional = callable.kind === "built-in" ? optionalTensors(layers[callable.name]) : noNames;
  // Of most calls the one tensor is piped in.
  if (isPiped && callable.kind === "built-in" && names.length === 1 && !isVariadic && optional.length === 0) return { ...nothingGiven, rest: args };
  const operands: Operand[] = [];
  const rest: Argument[] = [];
  let byName = null as Map<string, Operand> | null;
  let extra = null as Map<string, Operand> | null;
  for (const argument of args) {
    const { name, value, span } = argument;
    if (name !== null && optional.includes(name.text) && extra?.has(name.text) !== true) (extra ??= new Map()).set(name.text, { expression: value, span: value.span });
    else if (name !== null && callable.kind !== "built-in" && names.includes(name.text)) (byName ??= new Map()).set(name.text, { expression: value, span });
    else if (name === null && (isVariadic || operands.length + (byName?.size ?? 0) + (isPiped ? 1 : 0) < names.length)) operands.push({ expression: value, span });
    else rest.push(argument);
  }
  return { operands, byName: byName ?? noOperands, extra: extra ?? noOperands, rest };
}

function takesUnknown({ params }: Block): boolean {
  return params.some(({ type }) => parameterKind(type) === null);
}

function takesAny(names: readonly string[]): boolean {
  return names.length === 1 && names[0]?.endsWith("...") === true;
}

function callLayer(env: Env, call: Call, layer: LayerValue, piped: Piped | null, annotated: Reach | undefined): Value {
  const { callable, bound } = layer;
  const name = callableName(callable);
  const names = callable.kind === "built-in" ? layers[callable.name].tensors : tensorsOf(callable);
  const isVariadic = takesAny(names);
  const { operands: written, byName, extra, rest } = call.arguments === null || call.arguments.length === 0 ? nothingGiven : sorted(call.arguments, names, callable, piped !== null);
  const operands: readonly Operand[] = piped === null ? written : written.length === 0 ? [piped] : [piped, ...written];
  // What a parameter of a type that there is not takes is not known.
  if (callable.kind === "block" && takesUnknown(callable.node)) return error;
  if (callable.kind === "built-in" && bound === null && rest.length > 0 && !fitsArguments(env, call, callable.name, names, operands.length, rest)) return error;
  const given = evaluated(env, byName.size === 0 ? operands : placeByName(names, operands, byName));
  const named = extra.size === 0 ? nothingEvaluated : evaluated(env, [...extra.values()]);
  const tensors = readTensors(env, call, name, names, isVariadic, given);
  const others = tensors === null || named.length === 0 ? noTensors : readTensors(env, call, name, [], true, named);
  if (tensors === null || others === null) return error;
  if (bound !== null && rest.length > 0) {
    env.context.report.say("too-many-arguments", at(env, rest[0]?.span ?? call.span), { of: call.callee.names.map((part) => part.text).join("."), expected: names.length }, { help: "Give the options where the layer is named." });
    return error;
  }
  const reach = within(within(env.site?.reach, layer.reach), annotated);
  if (callable.kind === "built-in") {
    const kind = layers[callable.name];
    if (bound === null && rest.length > 0 && givesInputSize(env, name, kind.options, rest, tensors[0])) return error;
    const options = bound?.kind === "options" ? bound.options : readOptions(env, name, kind.options, rest, call.span);
    const path = pathOf(env, call, layer, name);
    if (options === null || path === null) return error;
    const places = extra.size === 0 ? options : { ...options, ...Object.fromEntries([...extra.keys()].map((key, index) => [key, tensors.length + index])) };
    const result = applyLayer(env, { kind: callable.name, title: name, tensors: others.length === 0 ? tensors : [...tensors, ...others], options: places, path, reach, span: call.span, operands: given.map(({ span }) => span) });
    if (result.kind === "tensor") rememberSize(env, callable.name, rest, result);
    return result;
  }
  const values = bound?.kind === "values" ? bound.values : readValues(env, callable, rest);
  const path = pathOf(env, call, layer, name);
  if (values === null || path === null) return error;
  return env.context.rules.block(env, { entry: callable, tensors: given, values, path, reach, call: call.span });
}

const noTensors: readonly TensorValue[] = [];
const nothingEvaluated: readonly Piped[] = [];

function evaluated(env: Env, operands: readonly Operand[]): readonly Piped[] {
  return operands.map((operand) => ("value" in operand ? operand : { value: env.context.rules.expression(env, operand.expression), span: operand.span }));
}

function placeByName(names: readonly string[], operands: readonly Operand[], byName: ReadonlyMap<string, Operand>): readonly Operand[] {
  const positional = [...operands];
  return names.flatMap((name) => {
    const operand = byName.get(name) ?? positional.shift();
    return operand === undefined ? [] : [operand];
  });
}

function isTensor(operand: Piped): operand is Piped & { readonly value: TensorValue } {
  return operand.value.kind === "tensor";
}

/** The tensors of the call, as many as it takes; null after a report. */
function readTensors(env: Env, call: Call, name: string, names: readonly string[], isVariadic: boolean, given: readonly Piped[]): readonly TensorValue[] | null {
  const { report } = env.context;
  if (!given.every(isTensor)) {
    for (const { value, span } of given) {
      if (value.kind !== "tensor" && value.kind !== "error") report.say("tensor-expected", at(env, span), { layer: name, found: describe(value) }, tensorHelp(call, name, isVariadic ? null : names, { value, span }, given[0]?.value.kind === "tensor"));
    }
    return null;
  }
  const tensors = given.map(({ value }) => value);
  const least = isVariadic ? 1 : names.length;
  if (tensors.length >= least && (least > 0 || tensors.length === 0 || isVariadic)) return tensors;
  const plural = least === 0 ? "no tensor" : least === 1 ? "1 tensor" : `${least} tensors`;
  report.say("tensor-count", at(env, call.span), { layer: name, expected: plural, found: tensors.length }, least === 0 ? { help: `Call \`${name}\` by itself: it depends on no tensor.` } : { help: `Write \`${name}(${names.map((part) => part.replace("...", "")).join(", ")})\`, or pipe a tensor into it with \`|>\`.` });
  return null;
}

// What to do about something that is no tensor. `isFollowing`: a tensor stands before it, so that it is another one that is missing.
function tensorHelp(call: Call, name: string, names: readonly string[] | null, { value, span }: { readonly value: Value; readonly span: Span }, isFollowing: boolean): ReportDetails {
  if (value.kind === "list") return oneByOne(call, name, names, span);
  if (value.kind === "tuple") return { help: "Name its results first, and use one of them: `a, b = ...`." };
  if (value.kind === "boolean" && name.endsWith("attention")) return { help: "Switch off the biases of the projections with `projection_bias: false`." };
  if (value.kind === "layer") return { help: "Apply the layer to a tensor, as in `x |> relu`." };
  return isFollowing && names !== null && names.length > 1 ? { help: `Give all its tensors before the options: \`${name}(${names.join(", ")}, ...)\`.` } : {};
}

// Arguments of habits: tensors by name, more tensors than there are, and the size of the input, which is known.
function fitsArguments(env: Env, call: Call, name: LayerKind, names: readonly string[], operands: number, rest: readonly Argument[]): boolean {
  const { report } = env.context;
  const named = rest.find((argument) => argument.name !== null && names.includes(argument.name.text));
  if (named?.name) {
    const { text, span } = named.name;
    report.say("unknown-option", at(env, span), { option: text, of: name, nearest: "" }, { help: foreignOption(text, name, "") ?? `Give it by position, before the options: \`${name}(${names.join(", ")})\`.` });
    return false;
  }
  if (!hasSurplus(layers[name].options, rest)) return true;
  const positional = rest.filter((argument) => argument.name === null);
  const isTensor = ({ value }: Argument): boolean => env.scope.lookup(bareName(value) ?? "")?.kind === "tensor";
  const required = requiredOptions(layers[name].options).length;
  if (!positional.some(isTensor)) return true;
  const found = operands + positional.filter(isTensor).length;
  report.say("tensor-count", at(env, call.span), { layer: name, expected: names.length === 1 ? "1 tensor" : `${names.length} tensors`, found }, { help: `Write \`${name}(${names.join(", ")}${required > 0 ? ", ..." : ""})\`, or pipe a tensor into it with \`|>\`.` });
  return false;
}

/** Are there more arguments without a name than options that need none? */
function hasSurplus(options: readonly OptionSpec[], rest: readonly Argument[]): boolean {
  const required = requiredOptions(options).length;
  return rest.length > required && rest.filter(({ name }) => name === null).length > required;
}

// `dense(784, 10)` after a vector of 784: the first number is the size that comes in.
function givesInputSize(env: Env, of: string, options: readonly OptionSpec[], rest: readonly Argument[], tensor: Value | undefined): boolean {
  if (!hasSurplus(options, rest)) return false;
  const [first, second] = rest.filter((argument) => argument.name === null);
  const required = requiredOptions(options).length;
  const size = tensor?.kind === "tensor" ? tensor.type.shape.at(-1) : undefined;
  if (first?.value.kind !== "number" || first.value.text !== String(size)) return false;
  const end = second?.span.start ?? first.span.end;
  const fixes = [{ title: `Remove \`${first.value.text}\``, edits: [{ span: { start: first.span.start, end }, text: "" }] }];
  env.context.report.say("too-many-arguments", at(env, first.span), { of, expected: required }, { help: "Remove the size of the tensor that comes in: it is known.", fixes });
  return true;
}

// `concat([a, b])`: tensors are no list. `names` are those of the tensors that are taken, null where it is any number.
function oneByOne(call: Call, name: string, names: readonly string[] | null, span: Span): ReportDetails {
  const help = `Tensors come one by one: \`${name}(${(names ?? ["a", "b"]).join(", ")})\`.`;
  const written = call.arguments?.find(({ value }) => value.kind === "list" && value.span.start === span.start)?.value;
  const count = written?.kind === "list" ? written.items.length : 0;
  if (count === 0 || (names !== null && names.length !== count)) return { help };
  const edits = [{ span: { start: span.start, end: span.start + 1 }, text: "" }, { span: { start: span.end - 1, end: span.end }, text: "" }];
  return { help, fixes: [{ title: "Remove the brackets", edits }] };
}

/** The option that decides the size of the last axis, by layer; a plain number there can be mended by a fix. */
export const sizeOptions: Readonly<Partial<Record<LayerKind, string>>> = { dense: "units", conv1d: "filters", conv2d: "filters", conv2d_transpose: "filters", embedding: "d", one_hot: "depth", lstm: "units", gru: "units" };

function rememberSize(env: Env, kind: LayerKind, args: readonly Argument[], result: TensorValue): void {
  const option = sizeOptions[kind];
  if (option === undefined || env.site === null) return;
  let position = requiredOptions(layers[kind].options).findIndex(({ name }) => name === option);
  const argument = args.find(({ name }) => (name === null ? position-- === 0 : name.text === option));
  if (argument?.value.kind === "number") env.site.graph.sizeLiterals.set(result.ref, at(env, argument.value.span));
}
