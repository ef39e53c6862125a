// Names in arguments: options and what they are given, of what is built in (rows of semantics/options.ts) and of the program's own.

import type { Argument, Block, Expression, Model, Name, Param, Recipe } from "../../ast/ast.js";
import { optionParameters } from "../../semantics/callables.js";
import { parameterKind } from "../../semantics/declared-types.js";
import { functions } from "../../semantics/functions.js";
import type { FunctionSpec, OptionSpec, OptionType } from "../../semantics/options.js";
import { namesOf } from "../../semantics/option-words.js";
import { bareName, calleeName } from "../../semantics/read-options.js";
import { learningRate, schedules } from "../../semantics/schedules.js";
import { parameterSymbol, wordSymbols, type Owner } from "./members.js";
import type { Place } from "./sink.js";

/** The options of what is built in: `skipped` arguments by position are tensors, or files. */
export function builtInArguments(place: Place, of: string, specs: readonly OptionSpec[], args: readonly Argument[], skipped = 0): void {
  const required = specs.filter((spec) => spec.default === undefined);
  let position = 0;
  for (const { name, value } of args) {
    const spec = name !== null ? specs.find((each) => each.name === name.text) : position < skipped ? undefined : required[position - skipped];
    if (name === null) position++;
    else if (spec !== undefined) place.sink.builtIn(place.file, name, "option", of, spec.doc);
    if (spec === undefined) place.rules.expression(place, value);
    else optionValue(place, spec.name, spec.type, value);
  }
}

/** What an option is given: its words and functions first, then names in scope. */
export function optionValue(place: Place, option: string, type: OptionType, value: Expression): void {
  if (value.kind === "group") return optionValue(place, option, type, value.value);
  if (value.kind === "conditional") {
    place.rules.expression(place, value.condition);
    for (const branch of [value.then, value.else]) optionValue(place, option, type, branch);
    return;
  }
  const word = nameIn(value);
  const name = calleeName(value);
  if (word === null || name === null || namesOf(type).length === 0) return place.rules.expression(place, value);
  const { spec } = functionIn(type, name);
  if (spec !== null) {
    place.sink.builtIn(place.file, word, "option-function", option, spec.doc);
    return builtInArguments(place, name, spec.options, argumentsOf(value));
  }
  if (bareName(value) === null) {
    // A call of something else; of functions on numbers the rest is an expression.
    if (Object.hasOwn(functions, name)) return place.rules.expression(place, value);
    return argumentsOf(value).forEach((argument) => place.rules.expression(place, argument.value));
  }
  if (namesOf(type).includes(name)) place.sink.builtIn(place.file, word, "word", option);
  else place.rules.expression(place, value);
}

function functionIn(type: OptionType, name: string): { readonly spec: FunctionSpec | null } {
  if (type.kind === "call") return { spec: Object.hasOwn(type.functions, name) ? (type.functions[name] ?? null) : null };
  if (type.kind !== "either") return { spec: null };
  for (const each of type.types) {
    const found = functionIn(each, name);
    if (found.spec !== null) return found;
  }
  return { spec: null };
}

/** The one name of a bare name or of a callee. */
export function nameIn(value: Expression): Name | null {
  const path = value.kind === "call" ? value.callee : value;
  return path.kind === "path" && path.names.length === 1 ? (path.names[0] ?? null) : null;
}

export function argumentsOf(value: Expression): readonly Argument[] {
  return value.kind === "call" ? (value.arguments ?? []) : [];
}

/** Options of a block, a model or a recipe; `skipped` arguments by position are tensors. */
export function ownArguments(place: Place, owner: Owner<Block | Model | Recipe>, args: readonly Argument[], skipped = 0): void {
  const params = owner.node.kind === "recipe" ? owner.node.params : optionParameters(owner.node);
  const required = params.filter((param) => param.default === null);
  let position = 0;
  for (const { name, value } of args) {
    const param = name !== null ? params.find((each) => each.name.text === name.text) : position < skipped ? undefined : required[position - skipped];
    if (name === null) position++;
    else if (param !== undefined) place.sink.symbol(place.file, name, parameterSymbol(owner, param));
    if (param === undefined) place.rules.expression(place, value);
    else parameterValue(place, owner, param, value);
  }
}

/** What a parameter is given, by an argument or as its default. */
export function parameterValue(place: Place, owner: Owner<Block | Model | Recipe>, param: Param, value: Expression): void {
  if (value.kind === "group") return parameterValue(place, owner, param, value.value);
  if (value.kind === "conditional") {
    place.rules.expression(place, value.condition);
    for (const branch of [value.then, value.else]) parameterValue(place, owner, param, branch);
    return;
  }
  const kind = parameterKind(param.type);
  const bare = nameIn(value);
  const word = bare === null ? undefined : wordSymbols(owner, param).find(({ name }) => name === bare.text);
  if (bare !== null && bareName(value) !== null && word !== undefined) place.sink.symbol(place.file, bare, word);
  else if (kind?.kind === "layer") place.rules.layer(place, value);
  else if (kind?.kind === "float" && Object.hasOwn(schedules, calleeName(value) ?? "")) optionValue(place, param.name.text, learningRate, value);
  else place.rules.expression(place, value);
}
