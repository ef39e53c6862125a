// What the name in a call stands for: a layer, a block, a model, or a function on numbers.

import type { Argument, Block, Call, Expression, Field, InputStatement, Model, Param, Path } from "../ast/ast.js";
import { foreignLayer } from "../diagnostics/foreign.js";
import { suggestWord } from "../diagnostics/synonyms.js";
import { bindArguments, type Parameter } from "./bind-arguments.js";
import { at, type Env } from "./context.js";
import { checkDeclaredValue, parameterKind } from "./declared-types.js";
import { kindOf, originOf, type FileScope } from "./files.js";
import { functions } from "./functions.js";
import { isLayerName, layers } from "./layers/layers.js";
import { limits } from "./limits.js";
import { plannedLayers } from "./not-supported.js";
import { sayUnknownWord } from "./option-words.js";
import { bareName, calleeName, chosenBranch, readOption, readOptions } from "./read-options.js";
import { remembered } from "./remembered.js";
import { replacement, type ReportDetails } from "./report.js";
import { learningRate, schedules } from "./schedules.js";
import { importing, standardName } from "./standard-names.js";
import { error, type Callable, type LayerValue, type Value } from "./values.js";

export type Callee = { readonly kind: "layer"; readonly layer: LayerValue } | { readonly kind: "function"; readonly name: string } | { readonly kind: "error" };

const broken: Callee = { kind: "error" };

export function layerValue(callable: Callable): LayerValue {
  return { kind: "layer", callable, bound: null, path: null, reach: undefined };
}

/** The callee, or an error after a report. The file shadows what is built in; values of the body shadow the file if they are layers. */
export function resolveCallee(env: Env, path: Path, say: (env: Env, path: Path, what: string) => void = sayPlanned): Callee {
  const name = path.names[0]?.text ?? "";
  if (name === "") return broken;
  const local = env.scope.lookup(name);
  if (path.names.length > 1) {
    const texts = path.names.map(({ text }) => text);
    if (texts.includes("") || local?.kind === "error" || env.file.broken.has(name)) return broken;
    const table = local?.kind === "layer" && texts.length === 2 && texts[1] === "unembed" ? unembedding(local) : null;
    if (table !== null) return { kind: "layer", layer: table };
    if (local !== undefined || env.file.entries.has(name)) sayUnknownCallee(env, path, texts.join("."), []);
    // `nn.Linear`, of another framework.
    else sayUnknownCallee(env, path, texts.join("."), builtInNames, texts[texts.length - 1]);
    return broken;
  }
  if (local?.kind === "layer") return { kind: "layer", layer: local };
  const entry = env.file.entries.get(name);
  // It may be a layer, such as a parameter, which would shadow the file.
  if (local?.kind === "error" && entry !== undefined) return broken;
  // What a declaration with a syntax error takes and gives is not known.
  if (entry !== undefined && entry.file.tainted.has(entry.node.span.start)) return broken;
  if (entry?.node.kind === "block") return { kind: "layer", layer: layerValue({ kind: "block", file: entry.file, node: entry.node }) };
  if (entry?.node.kind === "model") return { kind: "layer", layer: layerValue({ kind: "model", file: entry.file, node: entry.node }) };
  if (env.file.broken.has(name)) return broken;
  const builtIn = builtIns.get(name) ?? builtInCallee(name);
  if (builtIn !== null) return builtIn;
  if (plannedLayers.has(name)) {
    say(env, path, `\`${name}\``);
    return broken;
  }
  if (local?.kind === "error") return broken;
  if (entry !== undefined) {
    env.context.report.say("not-callable", at(env, path.span), { name, what: kindOf(entry.node) }, { notes: [{ origin: originOf(entry), message: `\`${name}\` is declared here.` }] });
    return broken;
  }
  if (local !== undefined) {
    env.context.report.say("not-callable", at(env, path.span), { name, what: local.kind === "tensor" ? "a tensor" : "a value" });
    return broken;
  }
  const declared = [...env.file.entries].filter(([, other]) => other.node.kind === "block" || other.node.kind === "model").map(([key]) => key);
  sayUnknownCallee(env, path, name, [...env.scope.names().filter((key) => env.scope.lookup(key)?.kind === "layer"), ...declared, ...builtInNames]);
  return broken;
}

const builtIns = new Map<string, Callee>();

function builtInCallee(name: string): Callee | null {
  const callee: Callee | null = Object.hasOwn(functions, name) ? { kind: "function", name } : isLayerName(name) ? { kind: "layer", layer: layerValue({ kind: "built-in", name }) } : null;
  if (callee !== null) builtIns.set(name, callee);
  return callee;
}

/** The layer that reads the table of a named embedding the other way round; null for another layer. */
function unembedding(layer: LayerValue): LayerValue | null {
  const { callable, bound, path } = layer;
  if (callable.kind !== "built-in" || callable.name !== "embedding" || bound === null || path === null) return null;
  return { ...layer, callable: { kind: "built-in", name: "unembed" } };
}

/** Reports a layer that this version has not. */
export function sayPlanned(env: Env, path: Path, what: string): void {
  env.context.report.say("not-supported-yet", at(env, path.span), { what });
}

const builtInNames: readonly string[] = [...Object.keys(layers).filter(isLayerName), ...plannedLayers, ...Object.keys(functions)];

function sayUnknownCallee(env: Env, path: Path, name: string, known: readonly string[], meant = name): void {
  const origin = at(env, path.span);
  const [first = "", method = ""] = path.names.map((part) => part.text);
  const say = (nearest: string, more: ReportDetails): void => (env.site?.item?.(path) === true ? env.context.report.say("unknown-objective", origin, { what: env.site.purpose === "loss" ? "loss" : "metric", name, nearest }, more) : env.context.report.say("unknown-layer", origin, { name, nearest }, more));
  const local = path.names.length === 2 ? env.scope.lookup(first) : undefined;
  // `table.unembd`, nearly right.
  if (local?.kind === "layer" && unembedding(local) !== null) return say(`${first}.unembed`, { fixes: [replacement(`Write \`${first}.unembed\``, origin, `${first}.unembed`)] });
  if (path.names.at(-1)?.text === "unembed") return say("", { help: "Name an embedding with `layer table = embedding(...)` and write `table.unembed(x)`." });
  if (local?.kind === "tensor") return say("", { help: foreignLayer(method) ?? `Pipe the tensor: \`${first} |> ${method}(...)\`.` });
  if (first === "self" && path.names.length > 1) {
    const isLayer = path.names.length === 2 && env.scope.lookup(method)?.kind === "layer";
    if (isLayer) return say(method, { fixes: [replacement(`Write \`${method}\``, origin, method)] });
    return say("", { help: `Name the layer in the body, \`layer ${method} = dense(64)\`, and write \`x |> ${method}\`.` });
  }
  const foreign = known.includes(meant) ? null : foreignLayer(meant);
  if (foreign !== null) return say("", { help: foreign });
  const library = known.includes(meant) ? null : standardName(meant, ["block", "model"], true);
  if (library !== null) return say("", importing(env.file, library, name));
  const nearest = known.includes(meant) ? meant : suggestWord(meant, known);
  if (nearest !== null) return say(nearest, { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
  const similar = standardName(meant, ["block", "model"], false);
  say("", similar === null ? {} : importing(env.file, similar, name));
}

/** The parameters of a block or model that are not tensors, or should not be: a model's tensors are inputs, and none has a default. */
export const optionParameters = remembered((node: Block | Model): readonly Param[] => node.params.filter((param) => !isTensorParameter(node, param)));

/** Does this parameter take a tensor? */
export function isTensorParameter(node: Block | Model, param: Param): boolean {
  return node.kind === "block" && param.default === null && parameterKind(param.type)?.kind === "tensor";
}

/** The names of the tensors that a block or model takes, in order: tensor parameters, inputs. */
export const tensorNames = remembered((node: Block | Model): readonly string[] => {
  if (node.kind === "block") return node.params.filter((param) => isTensorParameter(node, param)).map((param) => param.name.text);
  return modelInputs(node).map((field) => field.name.text);
});

/** The same, of a model that stands for another (`model A = B(...)`) too; where they are not known, any number. */
export function tensorsOf({ file, node }: { readonly file: FileScope; readonly node: Block | Model }, depth = 0): readonly string[] {
  if (node.kind === "block" || node.definition.kind === "body") return tensorNames(node);
  const call = node.definition.kind === "instance" ? node.definition.call : null;
  const name = call === null ? null : calleeName(call.kind === "annotated" ? call.value : call);
  const entry = name === null ? undefined : file.entries.get(name);
  return entry?.node.kind === "model" && depth < limits.recursion ? tensorsOf({ file: entry.file, node: entry.node }, depth + 1) : ["tensors..."];
}

/** The inputs of a model, in order. */
export const modelInputs = remembered((node: Model): readonly Field[] => {
  if (node.definition.kind !== "body") return [];
  return node.definition.body.statements.filter((statement): statement is InputStatement => statement.kind === "input").flatMap((statement) => statement.fields);
});

export const parametersOfNode = remembered((node: Block | Model): readonly Parameter[] => optionParameters(node).map((param) => ({ name: param.name.text, required: param.default === null })));

/** The values of a block's or model's options as given, checked; null where something was reported. Defaults are filled in later. */
export function readValues(env: Env, owner: { readonly file: Env["file"]; readonly node: Block | Model }, args: readonly Argument[]): ReadonlyMap<string, Value> | null {
  const { node } = owner;
  const name = node.name.text;
  const { bound, ok } = bindArguments(env, name, parametersOfNode(node), args);
  const values = new Map<string, Value>();
  let complete = ok;
  for (const param of optionParameters(node)) {
    const argument = bound.get(param.name.text);
    if (argument === undefined) continue;
    const value = readParameter(env, param, argument.value, name);
    if (value.kind === "error") complete = false;
    values.set(param.name.text, value);
  }
  return complete ? values : null;
}

/** The value of one parameter of `of`: a word or a layer by name, or what the expression gives, against the declared type. */
export function readParameter(env: Env, param: Param, expression: Expression, of: string): Value {
  const kind = parameterKind(param.type);
  if (kind === null || kind.kind === "tensor") return error;
  if (expression.kind === "group") return readParameter(env, param, expression.value, of);
  if (expression.kind === "conditional") {
    const branch = chosenBranch(env, expression);
    return branch === null ? error : readParameter(env, param, branch, of);
  }
  const bare = bareName(expression);
  if (kind.kind === "words" && bare !== null) {
    if (kind.words.includes(bare)) return { kind: "word", word: bare, words: kind.words };
    if (sayUnknownWord(env, param.name.text, of, kind.words, bare, expression.span)) return error;
  }
  if (kind.kind === "layer") {
    const layer = readLayer(env, expression);
    if (layer !== null) return layer;
  }
  if (kind.kind === "float" && Object.hasOwn(schedules, calleeName(expression) ?? "")) {
    const rate = readOption(env, param.name.text, { name: param.name.text, type: learningRate }, expression);
    return rate === null || typeof rate !== "object" || !("call" in rate) ? error : { kind: "call", value: rate };
  }
  return checkDeclaredValue(env, param.type, env.context.rules.expression(env, expression), expression, param.name.text, of);
}

/** A layer where one is meant: `relu`, `leaky_relu(slope: 0.2)`, a block, a named layer; null where the expression is something else. */
export function readLayer(env: Env, expression: Expression): Value | null {
  if (expression.kind === "group") return readLayer(env, expression.value);
  if (expression.kind === "path") {
    const local = env.scope.lookup(bareName(expression) ?? "");
    if (local !== undefined && local.kind !== "layer") return null;
    return calleeValue(env, resolveCallee(env, expression), null, expression);
  }
  if (expression.kind !== "call") return null;
  return calleeValue(env, resolveCallee(env, expression.callee), expression.arguments === null ? null : expression, expression.callee);
}

function calleeValue(env: Env, callee: Callee, call: Call | null, path: Path): Value {
  if (callee.kind === "error") return error;
  if (callee.kind === "function") {
    const { name } = callee;
    if (isLayerName(name)) return layerValue({ kind: "built-in", name });
    env.context.report.say("not-callable", at(env, path.span), { name, what: "a function on numbers" });
    return error;
  }
  return call === null ? callee.layer : bindLayer(env, callee.layer, call);
}

/** A layer with the options of a call that stands without its tensors. */
export function bindLayer(env: Env, layer: LayerValue, call: Call): Value {
  const args = call.arguments ?? [];
  const { callable } = layer;
  if (layer.bound !== null) {
    if (args.length > 0) env.context.report.say("too-many-arguments", at(env, args[0]?.span ?? call.span), { of: call.callee.names.map((name) => name.text).join("."), expected: 0 });
    return layer;
  }
  if (callable.kind === "built-in") {
    const options = readOptions(env, callable.name, layers[callable.name].options, args, call.span);
    return options === null ? error : { ...layer, bound: { kind: "options", options } };
  }
  const values = readValues(env, callable, args);
  if (values === null) return error;
  const missing = optionParameters(callable.node).find((param) => param.default === null && !values.has(param.name.text));
  if (missing !== undefined) {
    env.context.report.say("missing-option", at(env, call.span), { option: missing.name.text, of: callable.node.name.text });
    return error;
  }
  return { ...layer, bound: { kind: "values", values } };
}
