// Options of built-in things from the arguments of a call: matched, evaluated, checked against their types, defaults filled in.
// Relies on bind-arguments.ts for the matching and on the evaluator for values.

import type { Argument, Conditional, Expression } from "../ast/ast.js";
import { suggestWord } from "../diagnostics/synonyms.js";
import type { Span } from "../source/source.js";
import { bindArguments, parametersOf } from "./bind-arguments.js";
import { at, type Env } from "./context.js";
import { functions } from "./functions.js";
import { isWhole, printNum, toNumber, type Num } from "./numbers.js";
import { expectedOf, namesOf, sayUnknownName } from "./option-words.js";
import type { OptionSpec, OptionType } from "./options.js";
import type { OptionValue } from "./option-value.js";
import { wholeFixes } from "./read-count.js";
import { remembered } from "./remembered.js";
import { replacement } from "./report.js";
import { describe, type NumberValue, type Value } from "./values.js";

type CallType = Extract<OptionType, { readonly kind: "call" }>;
type WordType = Extract<OptionType, { readonly kind: "word" }>;
/** Bounds of a number; `open`: it must not be equal to them. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly open?: boolean;
}

type EitherType = Extract<OptionType, { readonly kind: "either" }>;

/** All options of `of`, or null where something was reported. `span` is the call, for options that are missing. */
export function readOptions(env: Env, of: string, specs: readonly OptionSpec[], args: readonly Argument[], span: Span): Readonly<Record<string, OptionValue>> | null {
  const usual = args.length === 0 ? usualOptions(specs).options : null;
  if (usual !== null) return usual;
  if (args.length > 1 && sayBrackets(env, of, specs, args)) return null;
  const { bound, ok } = bindArguments(env, of, parametersOf(specs), args);
  const options: Record<string, OptionValue> = {};
  let complete = ok;
  for (const spec of specs) {
    const argument = bound.get(spec.name);
    if (argument !== undefined) {
      const value = readOption(env, of, spec, argument.value);
      if (value === null) complete = false;
      else options[spec.name] = value;
    } else if (spec.default === undefined) {
      if (ok) env.context.report.say("missing-option", at(env, span), { option: spec.name, of }, { help: `Write \`${of}(${args.length === 0 ? "" : "..., "}${spec.name}: ...)\`: ${spec.doc.charAt(0).toLowerCase()}${spec.doc.slice(1)}` });
      complete = false;
    } else if (typeof spec.default === "function") {
      if (complete) options[spec.name] = spec.default(options);
    } else if (spec.default !== null) options[spec.name] = spec.default;
  }
  return complete ? options : null;
}

/** The options of a call that gives none; null where it has to, or where one follows from others. */
const usualOptions = remembered((specs: readonly OptionSpec[]): { readonly options: Readonly<Record<string, OptionValue>> | null } => {
  const options: Record<string, OptionValue> = {};
  for (const { name, default: usual } of specs) {
    if (usual === undefined || typeof usual === "function") return { options: null };
    if (usual !== null) options[name] = usual;
  }
  return { options };
});

// `reshape(14, 14, 8)`: several numbers for the one option that takes a list.
function sayBrackets(env: Env, of: string, specs: readonly OptionSpec[], args: readonly Argument[]): boolean {
  const [option, ...others] = specs.filter((spec) => spec.default === undefined);
  const [first, ...rest] = args;
  const last = rest[rest.length - 1];
  if (option?.type.kind !== "ints" || others.length > 0 || first === undefined || last === undefined) return false;
  if (!args.every(({ name, value }) => name === null && (value.kind === "number" || value.kind === "unary"))) return false;
  const span = { start: first.span.start, end: last.span.end };
  const fix = { title: "Write them in brackets", edits: [{ span: { start: span.start, end: span.start }, text: "[" }, { span: { start: span.end, end: span.end }, text: "]" }] };
  env.context.report.say("option-type", at(env, span), { option: option.name, of, expected: "whole numbers in brackets", found: `${args.length} numbers` }, { fixes: [fix] });
  return true;
}

/** One option's value, or null where something was reported. */
export function readOption(env: Env, of: string, spec: Pick<OptionSpec, "name" | "type">, expression: Expression): OptionValue | null {
  return new OptionReader(env, of, spec.name).read(spec.type, expression);
}

/** Reads one option; its name and owner stand in every message. */
class OptionReader {
  readonly #env: Env;
  readonly #of: string;
  readonly #option: string;

  constructor(env: Env, of: string, option: string) {
    this.#env = env;
    this.#of = of;
    this.#option = option;
  }

  read(type: OptionType, expression: Expression): OptionValue | null {
    if (expression.kind === "missing") return null;
    if (expression.kind === "group") return this.read(type, expression.value);
    if (expression.kind === "conditional") {
      const branch = chosenBranch(this.#env, expression);
      return branch === null ? null : this.read(type, branch);
    }
    if (type.kind === "either") return this.#either(type, expression);
    if (type.kind === "call") return this.#call(type, expression);
    if (type.kind === "word") return this.#word(type, expression);
    if (type.kind === "string" && this.#bareText(expression)) return null;
    const value = this.#env.context.rules.expression(this.#env, expression);
    return this.#fromValue(type, value, expression);
  }

  #fromValue(type: OptionType, value: Value, expression: Expression): OptionValue | null {
    if (value.kind === "error") return null;
    switch (type.kind) {
      case "int":
        return value.kind === "number" && value.unit === null ? this.#int(value.value, expression, type) : this.#wrong(type, value, expression);
      case "float":
        return value.kind === "number" && value.unit !== "steps" && value.unit !== "epochs" ? this.#float(value.value, expression, type) : this.#wrong(type, value, expression);
      case "boolean":
        return value.kind === "boolean" ? value.value : this.#wrong(type, value, expression);
      case "string":
        return value.kind === "string" ? value.value : this.#wrong(type, value, expression);
      case "ints":
      case "floats":
        return this.#list(type, value, expression);
      case "duration":
        return value.kind === "number" ? this.#duration(type, value, expression) : this.#wrong(type, value, expression);
      case "call":
        return value.kind === "call" && Object.hasOwn(type.functions, value.value.call) ? value.value : this.#wrong(type, value, expression);
      case "word":
        return value.kind === "word" && type.words.includes(value.word) ? value.word : this.#wrong(type, value, expression);
      case "either":
        return this.#wrong(type, value, expression);
    }
  }

  #int(num: Num, expression: Expression, bounds: Bounds): number | null {
    if (isWhole(num)) return this.#within(num, expression, bounds, "whole number", Number.MAX_SAFE_INTEGER);
    const origin = at(this.#env, expression.span);
    this.#env.context.report.say("not-whole", origin, { what: `\`${this.#option}\` of \`${this.#of}\``, found: printNum(num) }, wholeFixes(num, origin, bounds.min));
    return null;
  }

  #float(num: Num, expression: Expression, bounds: Bounds): number | null {
    return this.#within(num, expression, bounds, "number", Infinity);
  }

  /** `most`: how large it can be where the option has no bound. */
  #within(num: Num, expression: Expression, { min, max, open = false }: Bounds, noun: string, most: number): number | null {
    const value = toNumber(num);
    const least = min ?? -most;
    const greatest = max ?? most;
    if (open ? value > least && value < greatest : value >= least && value <= greatest) return value;
    const text =
      open
        ? [min === undefined ? "" : `above ${min}`, max === undefined ? "" : `below ${max}`].filter((part) => part !== "").join(" and ")
        : min !== undefined && max !== undefined
          ? `from ${min} to ${max}`
          : min !== undefined
            ? `of at least ${min}`
            : `of at most ${greatest}`;
    this.#env.context.report.say("option-range", at(this.#env, expression.span), { option: this.#option, of: this.#of, range: `a ${noun} ${text}`, found: printNum(num) });
    return null;
  }

  #list(type: Extract<OptionType, { readonly kind: "ints" | "floats" }>, value: Value, expression: Expression): readonly number[] | null {
    const isSingle = value.kind === "number" && type.kind === "ints" && type.one === true;
    if (!isSingle && value.kind !== "list") return this.#wrong(type, value, expression);
    const values = value.kind === "list" ? value.items : [value];
    if (value.kind === "list" && type.count !== undefined && values.length !== type.count) return this.#wrong(type, value, expression);
    const numbers: number[] = [];
    for (const [index, item] of values.entries()) {
      const place = (expression.kind === "list" ? expression.items[index] : undefined) ?? expression;
      if (item.kind === "error") return null;
      if (item.kind !== "number" || item.unit === "steps" || item.unit === "epochs") return this.#wrong(type, item, place);
      const number = type.kind === "ints" ? this.#int(item.value, place, type) : this.#float(item.value, place, type);
      if (number === null) return null;
      numbers.push(number);
    }
    const [first] = numbers;
    return isSingle && first !== undefined ? Array.from({ length: type.count ?? 1 }, () => first) : numbers;
  }

  #duration(type: OptionType, value: NumberValue, expression: Expression): OptionValue | null {
    const origin = at(this.#env, expression.span);
    if (value.unit === null) return this.#wrong(type, value, expression);
    if (value.unit === "%") {
      const share = toNumber(value.value);
      if (share < 0 || share > 1) {
        this.#env.context.report.say("option-range", origin, { option: this.#option, of: this.#of, range: "a share from 0% to 100%", found: describe(value) });
        return null;
      }
      return { call: "share", options: { value: share } };
    }
    const number = this.#int(value.value, expression, { min: 0 });
    return number === null ? null : { call: value.unit, options: { value: number } };
  }

  // The option's word first, then a name in scope.
  #word(type: WordType, expression: Expression): OptionValue | null {
    const name = calleeName(expression);
    const isCall = bareName(expression) === null;
    if (name !== null && type.words.includes(name)) return isCall ? this.#unknown(type, name, expression) : name;
    if (name !== null && !isCall && !this.#isNamed(name)) return this.#unknown(type, name, expression);
    return this.#fromValue(type, this.#env.context.rules.expression(this.#env, expression), expression);
  }

  #call(type: CallType, expression: Expression): OptionValue | null {
    const name = calleeName(expression);
    if (name === null || (bareName(expression) !== null && !Object.hasOwn(type.functions, name) && this.#isValue(name)))
      return this.#fromValue(type, this.#env.context.rules.expression(this.#env, expression), expression);
    const specs = Object.hasOwn(type.functions, name) ? type.functions[name]?.options : undefined;
    if (specs === undefined) return this.#unknown(type, name, expression);
    const options = readOptions(this.#env, name, specs, expression.kind === "call" ? (expression.arguments ?? []) : [], expression.span);
    return options === null ? null : { call: name, options };
  }

  // One of the names first, then a name in scope.
  #either(type: EitherType, expression: Expression): OptionValue | null {
    const { types } = type;
    const name = calleeName(expression);
    const bare = bareName(expression);
    const call = types.find((each) => each.kind === "call");
    if (bare !== null && types.some((each) => each.kind === "word" && each.words.includes(bare))) return bare;
    if (name !== null && call?.kind === "call" && Object.hasOwn(call.functions, name)) return this.#call(call, expression);
    if (name !== null && (bare === null ? namesOf(type).length > 0 && !Object.hasOwn(functions, name) : !this.#isNamed(name))) return this.#unknown(type, name, expression);
    const value = this.#env.context.rules.expression(this.#env, expression);
    if (value.kind === "call" && call !== undefined) return this.#fromValue(call, value, expression);
    const fitting = types.find((each) => each.kind !== "call" && fits(each, value));
    return fitting === undefined ? this.#wrong(type, value, expression) : this.#fromValue(fitting, value, expression);
  }

  #unknown(type: OptionType, name: string, expression: Expression): null {
    sayUnknownName(this.#env, { option: this.#option, of: this.#of, type }, name, expression);
    return null;
  }

  #isNamed(name: string): boolean {
    return this.#env.scope.lookup(name) !== undefined || this.#env.file.entries.has(name) || this.#env.file.broken.has(name);
  }

  #isValue(name: string): boolean {
    return this.#env.scope.lookup(name) !== undefined || this.#env.file.entries.get(name)?.node.kind === "let";
  }

  /** Reports a value of another type; words stand without quotes. */
  #wrong(type: OptionType, value: Value, expression: Expression): null {
    if (value.kind === "error") return null;
    const origin = at(this.#env, expression.span);
    const words = namesOf(type);
    const meant = value.kind !== "string" ? null : words.includes(value.value) ? value.value : suggestWord(value.value, words);
    const border = this.#option === "padding" && value.kind === "number" ? { help: "Write `same`, which keeps the size where the stride is 1, or `valid`, which has no border." } : {};
    this.#env.context.report.say("option-type", origin, { option: this.#option, of: this.#of, expected: expectedOf(type), found: describe(value) }, { ...border, fixes: meant === null ? [] : [replacement(`Write \`${meant}\``, origin, meant)] });
    return null;
  }

  // A name where text is due, and nothing has that name: its quotes are missing.
  #bareText(expression: Expression): boolean {
    if (expression.kind !== "path") return false;
    const name = expression.names.map((part) => part.text).join(".");
    const [first = ""] = expression.names.map((part) => part.text);
    if (name === "" || this.#env.scope.lookup(name) !== undefined || this.#env.file.entries.get(first)?.node.kind === "let" || this.#env.file.broken.has(first)) return false;
    const origin = at(this.#env, expression.span);
    this.#env.context.report.say("option-type", origin, { option: this.#option, of: this.#of, expected: "text in quotes", found: `\`${name}\`` }, { fixes: [replacement("Write it in quotes", origin, JSON.stringify(name))] });
    return true;
  }
}

function fits(type: OptionType, value: Value): boolean {
  switch (type.kind) {
    case "int":
    case "float":
    case "duration":
      return value.kind === "number" && (type.kind !== "duration" || value.unit !== null);
    case "ints":
    case "floats":
      return value.kind === "list";
    default:
      return value.kind === type.kind;
  }
}

/** The branch of `if c then a else b` that counts, so that it may hold a word or a layer; null where something was reported. */
export function chosenBranch(env: Env, expression: Conditional): Expression | null {
  const condition = env.context.rules.expression(env, expression.condition);
  if (condition.kind === "boolean") return condition.value ? expression.then : expression.else;
  // The evaluator says what is wrong with it.
  env.context.rules.expression(env, expression);
  return null;
}

/** The name if the expression is nothing but one. */
export function bareName(expression: Expression): string | null {
  if (expression.kind === "path") return expression.names.length === 1 ? (expression.names[0]?.text ?? null) : null;
  return expression.kind === "call" && expression.arguments === null ? bareName(expression.callee) : null;
}

/** The name of what a call calls, also without parentheses. */
export function calleeName(expression: Expression): string | null {
  return expression.kind === "call" ? bareName(expression.callee) : bareName(expression);
}
