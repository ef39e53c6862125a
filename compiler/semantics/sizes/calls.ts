// Calls of layers on tensors whose sizes are symbols. Blocks and models are taken at their signatures: what they do inside is checked
// where they stand.

import type { Argument, Call, Expression } from "../../ast/ast.js";
import { bindArguments, parametersOf } from "../bind-arguments.js";
import { tensorNames } from "../callables.js";
import { sizeOptions } from "../calls.js";
import { at } from "../context.js";
import { layers, type LayerKind } from "../layers/layers.js";
import type { OptionValue } from "../option-value.js";
import type { OptionSpec, OptionType } from "../options.js";
import { bareName } from "../read-options.js";
import { unheard } from "../report.js";
import { transparent } from "../resize-fixes.js";
import { applyDeclared, readDeclared } from "./declared.js";
import { sizesOf } from "./callees.js";
import type { Inspection, Operand, Place } from "./inspection.js";
import { operandNotes, saysDifferent } from "./mismatch.js";
import { printSymbolicType, probe, type OptionGuess, type Question } from "./probe.js";
import { constant, constantOf, product, type Size } from "./size.js";
import { answerStated } from "./stated.js";
import { unknown, type SymbolicLayer, type SymbolicTensor, type SymbolicValue } from "./symbolic-value.js";

/** The result of a call of a layer, a block or a model. */
export function applyCall(by: Inspection, place: Place, call: Call, layer: SymbolicLayer, piped: Operand | null): SymbolicValue {
  const { callable } = layer;
  const names = callable.kind === "built-in" ? layers[callable.name].tensors : tensorNames(callable.node);
  const isVariadic = names.length === 1 && names[0]?.endsWith("...") === true;
  const optional = callable.kind === "built-in" ? (layers[callable.name].optionalTensors ?? []).map(({ name }) => name) : [];
  const operands: Operand[] = piped === null ? [] : [piped];
  const byName = new Map<string, Operand>();
  const extra = new Map<string, Operand>();
  const rest: Argument[] = [];
  for (const argument of call.arguments ?? []) {
    const given = argument.name?.text ?? "";
    const operand = (): Operand => ({ value: by.rules.expression(by, place, argument.value), span: argument.span });
    if (optional.includes(given)) extra.set(given, operand());
    else if (argument.name !== null && callable.kind !== "built-in" && names.includes(given)) byName.set(given, operand());
    else if (argument.name === null && (isVariadic || operands.length + byName.size < names.length)) operands.push(operand());
    else rest.push(argument);
  }
  const positional = [...operands];
  const ordered = byName.size === 0 ? operands : names.flatMap((name) => byName.get(name) ?? positional.shift() ?? []);
  const all = [...ordered, ...extra.values()];
  const tensors = all.flatMap(({ value }) => (value.kind === "tensor" ? [value] : []));
  const isComplete = tensors.length === all.length && (isVariadic ? ordered.length > 0 : ordered.length === names.length);
  if (callable.kind !== "built-in") {
    const values = layer.bound?.kind === "values" ? layer.bound.values : readDeclared(by, place, callable, rest);
    if (isComplete && layer.bound?.kind !== "unknown") return applyDeclared(by, place, { callable, operands: all.map(({ span }, i) => ({ tensor: tensors[i], span })), values, call: call.span });
    for (const { span } of [call, ...all]) by.require(at(place, span));
    return unknown;
  }
  const options = layer.bound === null ? readGuesses(by, place, callable.name, rest) : layer.bound.kind === "options" ? layer.bound.options : null;
  if (!isComplete || options === null) {
    by.require(at(place, call.span));
    return unknown;
  }
  const places = [...extra.keys()].map((name, i): [string, OptionGuess] => [name, { kind: "known", value: ordered.length + i }]);
  return applyBuiltIn(by, place, callable.name, tensors, new Map([...options, ...places]), call, rest);
}

/** A layer with its options, where one is named: `layer tok = embedding(vocab, d)`, `act: leaky_relu(slope: 0.1)`. */
export function bindSymbolic(by: Inspection, place: Place, layer: SymbolicLayer, args: readonly Argument[]): SymbolicLayer {
  if (layer.bound !== null) return layer;
  const { callable } = layer;
  if (callable.kind !== "built-in") return { ...layer, bound: { kind: "values", values: readDeclared(by, place, callable, args) } };
  const options = readGuesses(by, place, callable.name, args);
  return { ...layer, bound: options === null ? { kind: "unknown" } : { kind: "options", options } };
}

function applyBuiltIn(by: Inspection, place: Place, kind: LayerKind, given: readonly SymbolicTensor[], options: ReadonlyMap<string, OptionGuess>, call: Call, args: readonly Argument[]): SymbolicValue {
  const origin = at(place, call.span);
  // Scalars that are joined are vectors of one.
  const tensors = kind === "concat" ? given.map((tensor) => (tensor.type.shape.length > 0 ? tensor : { ...tensor, type: { ...tensor.type, shape: [constant(1)] } })) : given;
  const own = exactRule(by, place, kind, tensors, options, call);
  if (own !== null) return own;
  const question: Question = { layer: kind, tensors: tensors.map(({ type }) => type), options };
  const answer = answerStated(question) ?? probe(question, by.atoms);
  if (answer.kind === "never") {
    by.say(
      "shape-mismatch",
      origin,
      { layer: kind, expected: answer.expected, found: answer.found },
      { notes: operandNotes(origin, tensors), help: answer.fix ?? "Change the sizes so that they fit in every call." },
    );
    return unknown;
  }
  if (!answer.isAlways || answer.type === null) by.require(origin);
  if (answer.type === null) return unknown;
  const type = by.sized(answer.type);
  return { kind: "tensor", type, origin, sized: sizedBy(kind, tensors, args) };
}

function sizedBy(kind: LayerKind, [first]: readonly SymbolicTensor[], args: readonly Argument[]): SymbolicTensor["sized"] {
  if (transparent.has(kind)) return first?.sized ?? null;
  const option = sizeOptions[kind];
  if (option === undefined) return null;
  const required = layers[kind].options.filter((spec) => spec.default === undefined).map((spec) => spec.name);
  const argument = args.find(({ name }) => name?.text === option) ?? args.filter(({ name }) => name === null)[required.indexOf(option)];
  return argument === undefined ? null : { layer: kind, span: argument.value.span };
}

// Rules between sizes that can be said exactly. null: the layer has none, or its options are not known.
function exactRule(by: Inspection, place: Place, kind: LayerKind, tensors: readonly SymbolicTensor[], options: ReadonlyMap<string, OptionGuess>, call: Call): SymbolicValue | null {
  const origin = at(place, call.span);
  const [first] = tensors;
  if (first === undefined) return null;
  const made = (shape: readonly Size[]): SymbolicTensor => ({ kind: "tensor", type: by.sized({ dtype: first.type.dtype, shape }), origin, sized: null });
  if (kind === "flatten") {
    const size = product(first.type.shape);
    return size === null ? null : made([size]);
  }
  if (kind === "reshape") return reshape(by, place, first, options.get("shape"), call, made);
  if (kind !== "concat") return null;
  const axisGuess = options.get("axis");
  if (axisGuess?.kind !== "size" && axisGuess?.kind !== "known") return null;
  const known = axisGuess.kind === "known" ? axisGuess.value : Number(constantOf(axisGuess.size)?.n ?? Number.NaN);
  const rank = first.type.shape.length;
  const axis = typeof known === "number" ? (known < 0 ? rank + known : known) : Number.NaN;
  if (!(axis >= 0 && axis < rank) || tensors.some(({ type }) => type.dtype !== first.type.dtype || type.shape.length !== rank)) return null;
  const shape = [...first.type.shape];
  let isOpen = false;
  for (const other of tensors.slice(1)) {
    for (const [i, size] of other.type.shape.entries()) {
      const mine = shape[i];
      if (mine === undefined) return null;
      if (i === axis) {
        shape[i] = by.atoms.add(mine, size);
        continue;
      }
      const compared = by.compare(first.type.shape[i] ?? mine, size);
      if (compared === "different") {
        const expected = `${first.type.dtype}[${first.type.shape.map((each, j) => (j === axis ? "any" : printSymbolicType({ dtype: "f32", shape: [each] }).slice(4, -1))).join(", ")}] like the first tensor`;
        saysDifferent(by, place, { origin, layer: "concat", expected, tensors: [first, other], sizes: [first.type.shape[i] ?? mine, size] });
        return unknown;
      }
      if (compared === "unknown") isOpen = true;
    }
  }
  if (isOpen) by.require(origin);
  return made(shape);
}

function reshape(by: Inspection, place: Place, x: SymbolicTensor, guess: OptionGuess | undefined, call: Call, made: (shape: readonly Size[]) => SymbolicTensor): SymbolicValue | null {
  const origin = at(place, call.span);
  if (guess?.kind !== "sizes") return null;
  const [before, after] = [product(x.type.shape), product(guess.sizes)];
  const compared = before === null || after === null ? "unknown" : by.compare(before, after);
  if (compared === "different" && before !== null && after !== null) {
    const print = (size: Size): string => printSymbolicType({ dtype: "f32", shape: [size] }).slice(4, -1);
    by.say(
      "shape-mismatch",
      origin,
      { layer: "reshape", expected: `${print(after)} elements for [${guess.sizes.map(print).join(", ")}]`, found: `${print(before)} in ${printSymbolicType(x.type)}` },
      { help: "Give it sizes with the same product.", notes: [...operandNotes(origin, [x]), ...by.notes([before, after])] },
    );
    return unknown;
  }
  // A quotient in a size is whole only where one divides the other.
  const isWhole = guess.sizes.every((size) => [...size.values()].every(({ d, powers }) => d === 1n && powers.every(([atom, power]) => power > 0 && atom.least === 1)));
  if (compared === "unknown" || !isWhole) by.require(origin);
  for (const argument of call.arguments ?? []) if (!isWhole) by.require(at(place, argument.value.span));
  return made(guess.sizes);
}

/** What is known of the options of a built-in layer; null where one that it needs is not. */
function readGuesses(by: Inspection, place: Place, kind: LayerKind, args: readonly Argument[]): ReadonlyMap<string, OptionGuess> | null {
  const specs = layers[kind].options;
  const { bound, ok } = bindArguments({ context: { report: unheard }, file: place.file }, kind, parametersOf(specs), args);
  const guesses = new Map<string, OptionGuess>();
  let isComplete = ok;
  for (const spec of specs) {
    const argument = bound.get(spec.name);
    if (argument !== undefined) {
      const guess = readGuess(by, place, spec, argument.value);
      if (guess === null) isComplete = false;
      else guesses.set(spec.name, guess);
      if (guess?.kind === "size" || guess?.kind === "sizes") requireElements(by, place, argument.value, guess);
    } else if (spec.default === undefined) isComplete = false;
    else if (spec.default !== null && typeof spec.default !== "function") guesses.set(spec.name, { kind: "known", value: spec.default });
  }
  return isComplete ? guesses : null;
}

// An option that may be no whole number, or too small, in some call.
function requireElements(by: Inspection, place: Place, expression: Expression, guess: OptionGuess): void {
  if ((guess.kind === "size" && constantOf(guess.size) !== null) || (guess.kind === "sizes" && guess.sizes.every((size) => constantOf(size) !== null))) return;
  by.require(at(place, expression.span));
  if (expression.kind === "list") for (const item of expression.items) by.require(at(place, item.span));
}

function readGuess(by: Inspection, place: Place, spec: OptionSpec, expression: Expression): OptionGuess | null {
  const fallback = spec.default === undefined || spec.default === null || typeof spec.default === "function" ? null : spec.default;
  return guessOf(by, place, spec.type, fallback, expression);
}

function guessOf(by: Inspection, place: Place, type: OptionType, fallback: OptionValue | null, expression: Expression): OptionGuess | null {
  if (expression.kind === "group") return guessOf(by, place, type, fallback, expression.value);
  if (type.kind === "word") return guessWord(by, place, type.words, expression);
  // What has no part in shapes: initial values, schedules.
  if (type.kind === "call" || type.kind === "duration" || type.kind === "string" || type.kind === "floats") return { kind: "known", value: fallback === null ? "" : fallback };
  if (type.kind === "either") {
    for (const each of type.types) {
      const guess = each.kind === "call" ? null : guessOf(by, place, each, fallback, expression);
      if (guess !== null) return guess;
    }
    return fallback === null ? null : { kind: "known", value: fallback };
  }
  const value = by.rules.expression(by, place, expression);
  if (type.kind === "boolean") return value.kind !== "boolean" ? null : value.value === null ? { kind: "some", values: [true, false] } : { kind: "known", value: value.value };
  if (type.kind === "ints") {
    const sizes = sizesOf(by, value, type.count, type.one === true);
    return sizes === null ? null : { kind: "sizes", sizes, min: type.min ?? -(2 ** 31) };
  }
  if (value.kind !== "number") return type.kind === "float" ? { kind: "known", value: typeof fallback === "number" ? fallback : 0.5 } : null;
  const known = constantOf(value.size);
  if (type.kind === "float") return { kind: "known", value: known === null ? (typeof fallback === "number" ? fallback : 0.5) : Number(known.n) / Number(known.d) };
  return { kind: "size", size: value.size, min: type.min ?? -(2 ** 31) };
}

function guessWord(by: Inspection, place: Place, words: readonly string[], expression: Expression): OptionGuess | null {
  const name = bareName(expression);
  if (name !== null && words.includes(name)) return { kind: "known", value: name };
  if (expression.kind === "conditional") {
    const decided = by.rules.expression(by, place, expression.condition);
    if (decided.kind === "boolean" && decided.value !== null) return guessWord(by, place, words, decided.value ? expression.then : expression.else);
    return { kind: "some", values: words };
  }
  const value = by.rules.expression(by, place, expression);
  if (value.kind !== "word") return null;
  return value.word === null ? { kind: "some", values: words.filter((word) => value.words.includes(word)) } : { kind: "known", value: value.word };
}
