// Blocks and models at their signatures: names in the types of their tensors stand for the sizes that a call gives, and the declared
// results are what it gets back. A block that declares none is looked into, so far as that is short.

import type { Argument, Block, Model, OutputStatement, Param, Size as SizeNode, Type } from "../../ast/ast.js";
import type { Span } from "../../source/source.js";
import { bindArguments } from "../bind-arguments.js";
import { isTensorParameter, modelInputs, optionParameters, parametersOfNode } from "../callables.js";
import { at } from "../context.js";
import { parameterKind } from "../declared-types.js";
import type { FileScope } from "../files.js";
import { bareName } from "../read-options.js";
import { unheard } from "../report.js";
import type { Dtype } from "../types.js";
import { calleeOf } from "./callees.js";
import type { Inspection, Place } from "./inspection.js";
import { fixesFor, helpFor } from "./mismatch.js";
import { printSymbolicType, type SymbolicType } from "./probe.js";
import { signOf } from "./compare.js";
import { isSurelyWhole, ofAtom, type Size } from "./size.js";
import { Names, unknown, type SymbolicTensor, type SymbolicValue } from "./symbolic-value.js";

export type Declared = { readonly file: FileScope; readonly node: Block | Model };

interface Request {
  readonly callable: Declared;
  readonly operands: readonly { readonly tensor: SymbolicTensor | undefined; readonly span: Span }[];
  readonly values: ReadonlyMap<string, SymbolicValue>;
  readonly call: Span;
}

/** The values of a call's options, by the names of the parameters. */
export function readDeclared(by: Inspection, place: Place, { node }: Declared, args: readonly Argument[]): ReadonlyMap<string, SymbolicValue> {
  const { bound } = bindArguments({ context: { report: unheard }, file: place.file }, node.name.text, parametersOfNode(node), args);
  return new Map(optionParameters(node).flatMap((param) => {
    const argument = bound.get(param.name.text);
    if (argument === undefined) return [];
    if (argument.value.kind !== "number") by.require(at(place, argument.value.span));
    return [[param.name.text, readParameter(by, place, param, argument)] as const];
  }));
}

function readParameter(by: Inspection, place: Place, param: Param, argument: Pick<Argument, "value">): SymbolicValue {
  const { value } = argument;
  const kind = parameterKind(param.type);
  const bare = bareName(value);
  if (kind?.kind === "words" && bare !== null && kind.words.includes(bare)) return { kind: "word", word: bare, words: kind.words };
  if (kind?.kind === "layer") {
    const path = value.kind === "path" ? value : value.kind === "call" ? value.callee : null;
    const layer = path === null ? null : calleeOf(place, path);
    if (layer === null) return unknown;
    return value.kind === "call" && value.arguments !== null ? by.rules.bind(by, place, layer, value.arguments) : layer;
  }
  if (kind?.kind === "float" && value.kind === "call") return unknown;
  return by.rules.expression(by, place, value);
}

/** What the call gives back; says where a tensor can never fit the signature. */
export function applyDeclared(by: Inspection, place: Place, request: Request): SymbolicValue {
  const { callable, operands, values, call } = request;
  const { node, file } = callable;
  const inner: Place = { file, names: new Names(), seen: null };
  const types = node.kind === "block" ? node.params.filter((param) => isTensorParameter(node, param)) : modelInputs(node);
  const options = optionParameters(node);
  const taken = new Set(node.params.map((param) => param.name.text));
  const bind = (): void => types.forEach(({ type }, i) => bindSizes(by, inner, type, operands[i]?.tensor?.type.shape, taken));
  const give = (): void => {
    for (const param of options) {
      const given = values.get(param.name.text) ?? (param.default === null ? unknown : readParameter(by, inner, param, { value: param.default }));
      inner.names.define(param.name.text, given);
    }
  };
  // As elaboration does it: sizes of a block come before its options, those of a model after.
  if (node.kind === "block") {
    bind();
    give();
  } else {
    give();
    bind();
  }
  let fits = true;
  types.forEach(({ type, name, span }, i) => {
    const { tensor, span: argument } = operands[i] ?? {};
    const declared = readSymbolicType(by, inner, type);
    if (tensor === undefined || argument === undefined) return;
    if (declared === null) return by.require(at(place, argument));
    const { verdict, sizes } = fitsDeclared(by, declared, tensor.type);
    if (verdict === "open") by.require(at(place, argument));
    if (verdict !== "different") return;
    fits = false;
    const help = sizes === null ? {} : { help: helpFor(sizes), fixes: fixesFor(place, [tensor, tensor], sizes) };
    by.say(
      "argument-type",
      at(place, argument),
      { of: node.name.text, name: name.text, expected: printSymbolicType(declared), found: printSymbolicType(tensor.type) },
      { ...help, notes: [{ origin: { file: file.path, span }, message: `\`${name.text}\` is declared here.` }, { origin: tensor.origin, message: `${printSymbolicType(tensor.type)} comes from here.` }, ...by.notes(sizes ?? [])] },
    );
  });
  // What it needs of its sizes is known where it stands.
  by.require(at(place, call));
  if (!fits) return unknown;
  return node.kind === "block" ? blockResult(by, place, inner, node, request) : modelResult(by, place, inner, node, call);
}

function blockResult(by: Inspection, place: Place, inner: Place, node: Block, { operands, call }: Request): SymbolicValue {
  if (node.returns.length > 0) return together(node.returns.map((type) => resultOf(by, place, inner, type, call)));
  if (by.depth >= 3) return unknown;
  by.depth++;
  by.silent++;
  node.params.filter((param) => isTensorParameter(node, param)).forEach((param, i) => inner.names.define(param.name.text, operands[i]?.tensor ?? unknown));
  const values = by.rules.body(by, inner, node);
  by.silent--;
  by.depth--;
  return values === null ? unknown : together(values.map((value) => (value.kind === "tensor" ? { ...value, origin: at(place, call), sized: null } : value)));
}

// The outputs of a model that are not in inner braces; others are not known to be there.
function modelResult(by: Inspection, place: Place, inner: Place, node: Model, call: Span): SymbolicValue {
  const statements = node.definition.kind === "body" ? node.definition.body.statements : [];
  if (statements.length === 0 || statements.some(({ kind }) => kind === "if" || kind === "repeat")) return unknown;
  const outputs = statements.filter((statement): statement is OutputStatement => statement.kind === "output");
  for (const statement of statements) if (statement.kind === "bind") for (const name of statement.names) inner.names.define(name.text, unknown);
  return together(outputs.map(({ type }) => (type === null ? unknown : resultOf(by, place, inner, type, call))));
}

function together(values: readonly SymbolicValue[]): SymbolicValue {
  const [first] = values;
  return first === undefined ? unknown : values.length === 1 ? first : { kind: "tuple", values };
}

function resultOf(by: Inspection, place: Place, inner: Place, type: Type, call: Span): SymbolicValue {
  const declared = readSymbolicType(by, inner, type);
  return declared === null ? unknown : { kind: "tensor", type: by.sized(declared), origin: at(place, call), sized: null };
}

const dtypes: Readonly<Record<string, Dtype>> = { f32: "f32", i32: "i32", bool: "bool" };

/** A written type with symbols for its sizes; null where it is not known. */
export function readSymbolicType(by: Inspection, place: Place, type: Type): SymbolicType | null {
  if (type.alternatives.length > 0) return null;
  if (type.name.text === "class") return { dtype: "i32", shape: [] };
  const dtype = Object.hasOwn(dtypes, type.name.text) ? dtypes[type.name.text] : undefined;
  if (dtype === undefined) return null;
  const shape: Size[] = [];
  for (const size of type.sizes ?? []) {
    const value = by.rules.expression(by, place, size.value);
    // What cannot be told is a size all the same.
    shape.push(value.kind === "number" ? value.size : by.atoms.unknownSize());
    if (value.kind !== "number" || !isSurelyWhole(value.size) || signOf(value.size, by.positive) !== "positive") by.require(at(place, size.value.span));
  }
  return { dtype, shape };
}

/** Does a tensor fit a declared type: for all values of the symbols, for none, or is it open? */
export function fitsDeclared(by: Inspection, declared: SymbolicType, actual: SymbolicType): { readonly verdict: "fits" | "open" | "different"; readonly sizes: readonly [Size, Size] | null } {
  if (declared.dtype !== actual.dtype || declared.shape.length !== actual.shape.length) return { verdict: "different", sizes: null };
  let isOpen = false;
  for (const [i, size] of declared.shape.entries()) {
    const found = actual.shape[i] ?? size;
    const compared = by.compare(size, found);
    if (compared === "different") return { verdict: "different", sizes: [size, found] };
    if (compared === "unknown") isOpen = true;
  }
  return { verdict: isOpen ? "open" : "fits", sizes: null };
}

/** The bare name of a size that a signature binds; null where it is no free name. */
export function freeName(place: Place, size: SizeNode, taken: ReadonlySet<string>): string | null {
  const name = bareName(size.value);
  if (name === null || name === "" || taken.has(name) || place.file.broken.has(name)) return null;
  return place.names.lookup(name) !== undefined || place.file.entries.get(name)?.node.kind === "let" ? null : name;
}

function bindSizes(by: Inspection, place: Place, type: Type, shape: readonly Size[] | undefined, taken: ReadonlySet<string>): void {
  const sizes = type.sizes ?? [];
  if (shape === undefined || type.name.text === "class") return;
  sizes.forEach((size, i) => {
    const name = freeName(place, size, taken);
    // Where there are too many axes or too few, the name stands for itself.
    const actual = sizes.length === shape.length ? shape[i] : name === null ? undefined : ofAtom(by.atoms.symbol(name, 1, true));
    if (name !== null && actual !== undefined) place.names.define(name, { kind: "number", size: actual });
  });
}
