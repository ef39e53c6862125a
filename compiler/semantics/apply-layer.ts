// One application of a layer or operator: its shape rule, its weights, and the messages where it does not fit.

import type { Note } from "../diagnostics/diagnostic.js";
import type { Span } from "../source/source.js";
import { at, Exhausted, type Env, type Site } from "./context.js";
import { limits } from "./limits.js";
import { batchProblem, comparedProblem } from "./layers/batchless.js";
import type { Options, ShapeResult, WeightSignature } from "./layers/layer.js";
import { labelTarget, type Written } from "./label-targets.js";
import { categoryOf, layers, type LayerCategory, type LayerKind } from "./layers/layers.js";
import { alignedBy, hasRagged, raggedRules } from "./layers/ragged.js";
import { elements } from "./layers/shape-rules.js";
import { resizeFixes } from "./resize-fixes.js";
import { originKey } from "./overparam.js";
import { printType, type TensorType } from "./types.js";
import { error, type Reach, type TensorValue, type Value } from "./values.js";

export interface LayerRequest {
  readonly kind: LayerKind;
  /** What the message calls it: the layer's name or the operator. */
  readonly title: string;
  readonly tensors: readonly TensorValue[];
  readonly options: Options;
  readonly path: string;
  readonly reach: Reach | null;
  readonly span: Span;
  /** Where its tensors are written, in their order; absent: a part of an operator, which tells nothing of its own. */
  readonly operands?: readonly Span[];
}

// Layers that a loss or metric cannot hold: they have weights, or differ between training and evaluation.
const bodyOnly: ReadonlySet<LayerKind> = new Set<LayerKind>(["dense", "conv1d", "conv2d", "depthwise_conv2d", "conv2d_transpose", "embedding", "lstm", "gru", "batch_norm", "dropout", "unembed", "self_attention", "cross_attention", "learned_positions", "relative_bias", "layer_norm", "rms_norm", "group_norm", "learned", "noise"]);

/** Adds the application to the graph and gives its value; `error` where something was reported. */
export function applyLayer(env: Env, request: LayerRequest): Value {
  const { report } = env.context;
  const origin = at(env, request.span);
  const category = categoryOf(request.kind);
  const where = placeProblem(env.site, request.kind, category);
  if (where !== null || env.site === null) {
    const help = where === "`loss`" ? { help: `Write a loss there, such as \`cross_entropy\`, and \`${request.title}\` in \`metrics\`: a metric has no gradient.` } : {};
    report.say("layer-not-here", origin, { layer: request.title, where: where ?? "a compile-time value" }, help);
    return error;
  }
  const { site } = env;
  const tensors = promoteScalars(env, request, category);
  const types = tensors.map((tensor) => tensor.type);
  const signature = layers[request.kind];
  const fitting = signature.shape(types, request.options);
  const result = fitting.kind === "mismatch" ? fitting : batched(request.kind, category, types, fitting);
  if (result.kind === "mismatch") {
    sayMismatch(env, request, tensors, result);
    return error;
  }
  const type = hasRagged(types) ? withLength(env, request, tensors, types, result.type) : result.type;
  if (type === null) return error;
  const weights = signature.weights(types, request.options);
  const large = isLarge(type) ? type : weights.find(isLarge);
  if (large !== undefined) {
    report.say("tensor-too-large", origin, { layer: request.title, shape: `[${large.shape.join(", ")}]` });
    return error;
  }
  if (site.graph.applications.length >= limits.applications) {
    report.say("model-too-large", origin, { limit: `${limits.applications.toLocaleString("en-US")} layers and operators` });
    throw new Exhausted();
  }
  const isFrozen = request.reach?.frozen === true;
  const settings = request.reach?.settings ?? null;
  const overparam = isFrozen ? null : settings;
  const isReached = settings !== null && weights.some(({ role }) => role === "kernel" || (role === "embedding" && settings.embeddings));
  if (weights.length > 0 && !shareWeights(env, site, request, weights, isReached && overparam !== null ? overparam.copies : 1, isFrozen)) return error;
  if (settings !== null && isReached && !site.graph.reached.has(settings)) {
    site.graph.reached.add(settings);
    const met = env.context.overparams.get(originKey(settings.origin));
    if (met !== undefined) met.reached = true;
  }
  return site.graph.apply(
    { layer: request.kind, operands: tensors.map((tensor) => tensor.ref), options: request.options, type, path: request.path, within: site.paths.prefix, name: null, origin, callers: site.callers, overparam, frozen: isFrozen },
    category === "metric",
  );
}

function sayMismatch(env: Env, request: LayerRequest, tensors: readonly TensorValue[], { expected, found, fix, odd }: Extract<ShapeResult, { readonly kind: "mismatch" }>): void {
  const { kind, title: layer, span, operands = [] } = request;
  const written = operands.map((operand) => writtenAt(env, operand));
  const culprit = odd === undefined ? null : (written[odd.index] ?? null);
  const declared = odd === undefined ? undefined : request.tensors[odd.index]?.type;
  const params = { layer, expected, found: culprit === null || declared === undefined ? found : `\`${culprit.text}\`, ${printType(declared)}` };
  const place = culprit?.span ?? span;
  const types = tensors.map(({ type }) => type);
  const ofLabels = labelTarget(kind, types, written, { start: span.start, end: span.start + kind.length });
  const fixes = ofLabels === null && env.site !== null ? resizeFixes(env.site.graph, kind, tensors, env.file.path) : [];
  env.context.report.say("shape-mismatch", at(env, place), params, { notes: operandNotes(env, tensors, place), fixes, help: culprit === null ? fix : odd?.fix(culprit.text) ?? fix, ...ofLabels });
}

// A tensor as the program writes it; null where it is too long for a message.
function writtenAt({ file }: Env, span: Span): Written | null {
  const text = file.text.slice(span.start, span.end);
  return text === "" || text.length > 40 || text.includes("\n") ? null : { text, span };
}

function isLarge({ shape }: { readonly shape: readonly number[] }): boolean {
  return elements(shape) > limits.elements;
}

// What fits by its shapes may not fit by its batch.
function batched(kind: LayerKind, category: LayerCategory, types: readonly TensorType[], fitting: Extract<ShapeResult, { readonly kind: "ok" }>): ShapeResult {
  if (category === "operator") return fitting;
  return category === "layer" ? (batchProblem(kind, types) ?? withBatch(fitting, types)) : (comparedProblem(types) ?? fitting);
}

// A result depends on the inputs as soon as one of its tensors does.
function withBatch(fitting: Extract<ShapeResult, { readonly kind: "ok" }>, tensors: readonly TensorType[]): ShapeResult {
  const { type } = fitting;
  return type.batched || !tensors.some((tensor) => tensor.batched) ? fitting : { kind: "ok", type: { ...type, batched: true } };
}

// The result of sequences of unequal length: is it one, too? null after a report.
function withLength(env: Env, { kind, title, span, options }: LayerRequest, tensors: readonly TensorValue[], types: readonly TensorType[], { ragged: _, ...type }: TensorType): TensorType | null {
  const found = raggedRules[kind](types, options, type);
  if (found.kind === "rejected") {
    const first = types.find(({ ragged }) => ragged !== undefined) ?? type;
    env.context.report.say("ragged-not-here", at(env, span), { layer: title, found: printType(first), why: found.why }, { help: found.help, notes: operandNotes(env, tensors, span) });
    return null;
  }
  env.site?.graph.aligned.push(...alignedBy(kind, types));
  return found.ragged === null ? type : { ...type, ragged: found.ragged };
}

function placeProblem(site: Site | null, kind: LayerKind, category: LayerCategory): string | null {
  if (site === null) return "a compile-time value";
  if (site.purpose === "model") return category === "loss" || category === "metric" ? "the body of a model" : null;
  if (site.purpose === "loss" && category === "metric") return "`loss`";
  return bodyOnly.has(kind) ? `\`${site.purpose}\`` : null;
}

// Scalars that are joined count as vectors of one, and so does one beside a vector of one in a loss: explicit from here on.
function promoteScalars(env: Env, request: LayerRequest, category: LayerCategory): readonly TensorValue[] {
  const { tensors, kind } = request;
  const isCompared = category === "loss" || category === "metric";
  if (kind !== "concat" && !isCompared) return tensors;
  const isVector = (tensor: TensorValue): TensorValue => {
    if (tensor.type.shape.length > 0) return tensor;
    const made = applyLayer(env, { kind: "reshape", title: request.title, tensors: [tensor], options: { shape: [1] }, path: "", reach: null, span: request.span });
    return made.kind === "tensor" ? made : tensor;
  };
  if (kind === "concat") return tensors.map(isVector);
  const [prediction, target] = tensors;
  if (prediction === undefined || target === undefined) return tensors;
  const isSingle = (tensor: TensorValue): boolean => tensor.type.shape.length === 1 && tensor.type.shape[0] === 1;
  if (isSingle(prediction) && target.type.shape.length === 0 && target.type.dtype === "f32") return [prediction, isVector(target)];
  if (prediction.type.shape.length === 0 && isSingle(target) && target.type.dtype === "f32") return [isVector(prediction), target];
  return tensors;
}

function operandNotes(env: Env, tensors: readonly TensorValue[], span: Span): readonly Note[] {
  const here = at(env, span);
  const made: Note[] = tensors
    .filter(({ origin }) => origin.file !== here.file || origin.span.start !== span.start || origin.span.end !== span.end)
    .slice(0, 4)
    .map(({ origin, type }) => ({ origin, message: `${printType(type)} comes from here.` }));
  return [...made, ...callerNotes(env)];
}

/** "In this call", for what stands in a block that was called from elsewhere. */
export function callerNotes(env: Env): readonly Note[] {
  return (env.site?.callers ?? []).slice(0, 4).map((origin) => ({ origin, message: "In this call." }));
}

// Two uses of one path share its weights: they must agree in shapes and in their kernel sets.
function shareWeights(env: Env, site: Site, request: LayerRequest, weights: readonly WeightSignature[], copies: number, frozen: boolean): boolean {
  const { graph } = site;
  const shared = graph.weights.get(request.path);
  const origin = at(env, request.span);
  if (shared === undefined) {
    graph.weights.set(request.path, { weights, copies, frozen, origin });
    return true;
  }
  const notes = [{ origin: shared.origin, message: "The other use is here." }];
  const [first, second] = [printWeights(shared.weights), printWeights(weights)];
  if (first !== second) {
    env.context.report.say("shared-weights-differ", origin, { layer: request.path, first, second }, { notes });
    return false;
  }
  if (shared.frozen !== frozen) {
    env.context.report.say("shared-frozen-differs", origin, { layer: request.path }, { notes });
    return false;
  }
  if (shared.copies !== copies) {
    env.context.report.say("shared-overparam-differs", origin, { layer: request.path, first: shared.copies, second: copies }, { notes });
    return false;
  }
  return true;
}

function printWeights(weights: readonly WeightSignature[]): string {
  return weights.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
}
