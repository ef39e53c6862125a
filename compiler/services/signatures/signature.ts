// What a call takes and gives, in one form for layers, blocks, models, recipes, optimizers, schedules and sources: for signature help and for
// the options that a completion offers.

import type { Block, Declaration, Model, Param, Recipe } from "../../ast/ast.js";
import { originalOf } from "../../ast/parse-sections.js";
import { isTensorParameter, modelInputs } from "../../semantics/callables.js";
import { parameterKind } from "../../semantics/declared-types.js";
import type { FileScope } from "../../semantics/files.js";
import { functions } from "../../semantics/functions.js";
import { layers, type LayerKind } from "../../semantics/layers/layers.js";
import type { FunctionSpec, OptionSpec, OptionType } from "../../semantics/options.js";
import { modelWithBody } from "../names/members.js";
import { optionInSignature } from "../reference/option-text.js";

/** What may stand in a place of a call. */
export type Taken = OptionType | { readonly kind: "tensor" } | { readonly kind: "layer" };

export interface SignatureParameter {
  readonly name: string;
  /** As in the signature: `units: int`, `bias: bool = true`. */
  readonly text: string;
  readonly doc: string | null;
  readonly takes: Taken;
  /** May it stand by its position alone? Tensors, and options without a default. */
  readonly isPositional: boolean;
  /** Any number of them. */
  readonly isVariadic: boolean;
}

export interface Signature {
  readonly name: string;
  readonly parameters: readonly SignatureParameter[];
  /** Types of the results, or null. */
  readonly gives: string | null;
  readonly doc: string | null;
}

/** The text of a file that a tree is of. */
export type TextOf = (path: string) => string;

export function layerSignature(kind: LayerKind, name: string = kind): Signature {
  const { tensors, optionalTensors = [], rule, options, doc } = layers[kind];
  return {
    name,
    parameters: [
      ...tensors.map((tensor, index) => tensorParameter(tensor, rule.takes[index] ?? "")),
      ...optionParameters(options),
      ...optionalTensors.map((tensor): SignatureParameter => ({ name: tensor.name, text: `[${tensor.name}: ${tensor.takes}]`, doc: tensor.doc, takes: { kind: "tensor" }, isPositional: false, isVariadic: false })),
    ],
    gives: rule.gives,
    doc,
  };
}

/** A schedule, an optimizer, a source of data. */
export function functionSignature(name: string, { doc, options, takes }: FunctionSpec): Signature {
  const files: readonly SignatureParameter[] = takes === undefined ? [] : [{ name: takes, text: takes, doc: null, takes: { kind: "string" }, isPositional: true, isVariadic: true }];
  return { name, parameters: [...files, ...optionParameters(options)], gives: null, doc };
}

/** A function on numbers. */
export function numberSignature(name: string): Signature | null {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found === undefined) return null;
  const isVariadic = found.most > found.least;
  return { name, parameters: [{ name: "x", text: isVariadic ? "x, ..." : "x", doc: null, takes: { kind: "float" }, isPositional: true, isVariadic }], gives: null, doc: found.doc };
}

/** A block, a model with its inputs, or a recipe of a program. */
export function declaredSignature(textOf: TextOf, file: FileScope, node: Block | Model | Recipe): Signature {
  // A declaration that has only moved has the signature that it had, unless that is another one's.
  const original = originalOf(node);
  const key = original.kind === "model" && original.definition.kind !== "body" ? node : original;
  const known = signatures.get(key);
  if (known !== undefined) return known;
  const made = makeSignature(textOf, file, node);
  signatures.set(key, made);
  return made;
}

const signatures = new WeakMap<Declaration, Signature>();

function makeSignature(textOf: TextOf, file: FileScope, node: Block | Model | Recipe): Signature {
  const text = textOf(file.path);
  const slice = ({ span }: { readonly span: { readonly start: number; readonly end: number } }): string => text.slice(span.start, span.end).replace(/\s+/g, " ");
  const option = (param: Param): SignatureParameter => {
    const isTensor = node.kind === "block" && isTensorParameter(node, param);
    const fallback = param.default === null ? "" : ` = ${slice(param.default)}`;
    return { name: param.name.text, text: `${param.name.text}: ${slice(param.type)}${fallback}`, doc: param.doc, takes: isTensor ? { kind: "tensor" } : takenBy(param), isPositional: param.default === null, isVariadic: false };
  };
  const params = node.params.filter(({ name }) => name.text !== "").map(option);
  const model = node.kind === "model" ? modelWithBody({ file, node }) : null;
  const inputs = model === null ? [] : modelInputs(model.node).map((field): SignatureParameter => ({ name: field.name.text, text: inputText(textOf, model.file, field), doc: field.doc, takes: { kind: "tensor" }, isPositional: true, isVariadic: false }));
  const tensors = params.filter(({ takes }) => takes.kind === "tensor");
  const gives = node.kind === "block" && node.returns.length > 0 ? node.returns.map(slice).join(", ") : null;
  return { name: node.name.text, parameters: [...inputs, ...tensors, ...params.filter((each) => !tensors.includes(each))], gives, doc: node.doc };
}

function inputText(textOf: TextOf, file: FileScope, field: ReturnType<typeof modelInputs>[number]): string {
  return textOf(file.path).slice(field.span.start, field.type.span.end).replace(/\s+/g, " ");
}

function tensorParameter(name: string, type: string): SignatureParameter {
  return { name, text: `${name}: ${type}`, doc: null, takes: { kind: "tensor" }, isPositional: true, isVariadic: name.endsWith("...") };
}

function optionParameters(options: readonly OptionSpec[]): readonly SignatureParameter[] {
  return options.map((spec) => ({ name: spec.name, text: optionInSignature(spec, options), doc: spec.doc, takes: spec.type, isPositional: spec.default === undefined, isVariadic: false }));
}

function takenBy({ type }: Param): Taken {
  const kind = parameterKind(type);
  switch (kind?.kind) {
    case "words":
      return { kind: "word", words: kind.words };
    case "layer":
    case "tensor":
      return { kind: kind.kind };
    case "bool":
      return { kind: "boolean" };
    case "string":
    case "ints":
    case "float":
      return { kind: kind.kind };
    default:
      return { kind: "int" };
  }
}

/** `dense(x: f32[..., in], units: int) -> f32[..., units]`, with the place of each parameter in it. */
export function signatureLabel({ name, parameters, gives }: Signature): { readonly label: string; readonly places: readonly (readonly [start: number, end: number])[] } {
  let label = `${name}(`;
  const places = parameters.map(({ text }, index): readonly [number, number] => {
    if (index > 0) label += ", ";
    const start = label.length;
    label += text;
    return [start, label.length];
  });
  return { label: `${label})${gives === null ? "" : ` -> ${gives}`}`, places };
}
