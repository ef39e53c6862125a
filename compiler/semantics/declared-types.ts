// Types as they are written, with numbers for their sizes; parameters' kinds; values against declared types.

import type { Expression, Size, Type } from "../ast/ast.js";
import { suggestWord } from "../diagnostics/synonyms.js";
import { at, type Env } from "./context.js";
import { isWhole, printNum, whole } from "./numbers.js";
import { readCount, wholeFixes } from "./read-count.js";
import { oneOf } from "./option-words.js";
import { bareName } from "./read-options.js";
import { replacement } from "./report.js";
import type { Dtype, TensorType } from "./types.js";
import { describe, error, numberValue, type Value } from "./values.js";

/** What a parameter can be given. */
export type ParameterKind =
  | { readonly kind: "tensor" }
  | { readonly kind: "int" | "ints" | "float" | "bool" | "string" | "layer" }
  | { readonly kind: "words"; readonly words: readonly string[] };

const tensorNames: readonly string[] = ["f32", "i32", "bool", "class"];
const valueNames = ["int", "ints", "float", "bool", "string", "layer"] as const;
const valueKinds: ReadonlyMap<string, ParameterKind> = new Map(valueNames.map((kind) => [kind, { kind }]));
const tensorKind: ParameterKind = { kind: "tensor" };

/** The kind of a parameter, or null where its type is unknown; `bool` without brackets is a truth value. */
export function parameterKind(type: Type): ParameterKind | null {
  if (type.alternatives.length > 0) return { kind: "words", words: [type.name.text, ...type.alternatives.map((name) => name.text)] };
  const value = type.sizes === null ? valueKinds.get(type.name.text) : undefined;
  return value ?? (tensorNames.includes(type.name.text) ? tensorKind : null);
}

/** Reports a type that there is not. `allowed` are those that fit the place. */
export function sayUnknownType(env: Env, type: Type, allowed: readonly string[]): void {
  const name = type.name.text;
  if (name === "") return;
  const nearest = suggestWord(name, allowed);
  const origin = at(env, type.name.span);
  env.context.report.say(
    "unknown-type",
    origin,
    { name, nearest: nearest ?? "" },
    nearest === null ? { help: `Write one of ${oneOf(allowed)}.` } : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] },
  );
}

export const tensorTypeNames = tensorNames;
export const valueTypeNames: readonly string[] = valueNames;
export const parameterTypeNames: readonly string[] = [...tensorNames, "int", "ints", "float", "string", "layer"];

/** A tensor's type with the names of its classes. */
export interface DeclaredType {
  readonly type: TensorType;
  readonly isClass: boolean;
  readonly classes: readonly string[] | null;
  /** Is its first size written with `..`: the longest that a sequence can be? */
  readonly isRagged: boolean;
}

/** The type with numbers for all sizes, or null where something was reported. `mayDiffer`: can it be a sequence of unequal length? Elsewhere check-bodies.ts says so. */
export function readTensorType(env: Env, type: Type, mayDiffer = false): DeclaredType | null {
  const { name, sizes } = type;
  if (type.alternatives.length > 0 || !tensorNames.includes(name.text)) {
    sayUnknownType(env, type, tensorNames);
    return null;
  }
  if (name.text === "class") return readClass(env, type);
  const shape = (sizes ?? []).map((size, axis) => {
    if (!mayDiffer || !size.ragged || axis === 0) return readSize(env, size);
    env.context.report.say("ragged-axis", at(env, size.span), { axis });
    return null;
  });
  const below = type.below === null ? null : readCount(env, "`below`", env.context.rules.expression(env, type.below), type.below.span, 1);
  if (!shape.every((size) => size !== null) || (type.below !== null && below === null)) return null;
  const dtype: Dtype = name.text === "i32" ? "i32" : name.text === "bool" ? "bool" : "f32";
  if (below !== null && dtype !== "i32" && type.below !== null) {
    env.context.report.say("value-type", at(env, type.span), { what: "A type with `below`", expected: "i32", found: dtype });
    return null;
  }
  return { type: { dtype, shape, batched: true, below }, isClass: false, classes: null, isRagged: sizes?.[0]?.ragged === true };
}

/** A size as a whole number of at least 1, or null where something was reported. */
export function readSize(env: Env, size: Size): number | null {
  const help = size.value.kind === "unary" ? { help: "Leave out the batch: shapes are those of one example." } : {};
  return readCount(env, "A size", env.context.rules.expression(env, size.value), size.value.span, 1, help);
}

const classTakes = 'the number of classes or their names, as `class[10]` or `class["no", "yes"]`';

function readClass(env: Env, type: Type): DeclaredType | null {
  const sizes = type.sizes ?? [];
  const say = (found: string): null => {
    env.context.report.say("value-type", at(env, type.span), { what: "`class`", expected: classTakes, found });
    return null;
  };
  const [first] = sizes;
  if (first === undefined) return say("nothing in brackets");
  if (first.ragged) return say("a size with `..`");
  if (first.value.kind !== "string") {
    const names = sizes.map((size) => bareName(size.value));
    if (sizes.length > 1 && names.every((name) => name !== null)) {
      const fixes = [{ title: "Write the names in quotes", edits: sizes.map((size, index) => ({ span: size.span, text: JSON.stringify(names[index]) })) }];
      env.context.report.say("value-type", at(env, type.span), { what: "`class`", expected: classTakes, found: "names without quotes" }, { fixes });
      return null;
    }
    if (sizes.length > 1) return say(`${sizes.length} sizes`);
    const below = readSize(env, first);
    return below === null ? null : { type: { dtype: "i32", shape: [], batched: true, below }, isClass: true, classes: null, isRagged: false };
  }
  const classes = new Set<string>();
  for (const { value } of sizes) {
    if (value.kind === "missing") return null;
    if (value.kind !== "string") return say("names and other things");
    if (classes.has(value.value)) return say(`${JSON.stringify(value.value)} twice`);
    classes.add(value.value);
  }
  return { type: { dtype: "i32", shape: [], batched: true, below: classes.size }, isClass: true, classes: [...classes], isRagged: false };
}

/** The name of a size that nothing else gives: a bare name that is neither bound, nor a constant, nor one of `taken`. */
export function freeSizeName(env: Env, size: Size, taken: ReadonlySet<string>): string | null {
  const name = bareName(size.value);
  if (name === null || name === "" || taken.has(name) || env.file.broken.has(name)) return null;
  if (env.scope.lookup(name) !== undefined || env.file.entries.get(name)?.node.kind === "let") return null;
  return name;
}

/** Binds the free names of a signature's type to the sizes of the tensor given for it; other sizes are left to the check. */
export function bindSizes(env: Env, type: Type, shape: readonly number[], taken: ReadonlySet<string>): void {
  const sizes = type.sizes ?? [];
  if (type.name.text === "class" || sizes.length !== shape.length) return;
  sizes.forEach((size, index) => {
    const name = freeSizeName(env, size, taken);
    const actual = shape[index];
    if (name !== null && actual !== undefined) env.scope.define(name, numberValue(whole(actual)));
  });
}

/** A signature's type for which a tensor has too many or too few axes, as it is written: names that nothing binds stay names. null: they are as many. */
export function wrongRank(env: Env, type: Type, actual: TensorType): string | null {
  const sizes = type.name.text === "class" ? [] : (type.sizes ?? []);
  if (sizes.length === actual.shape.length || !tensorNames.includes(type.name.text)) return null;
  const printed = sizes.map((size) => {
    const free = freeSizeName(env, size, new Set());
    if (free !== null) return free;
    const value = size.value.kind === "path" || size.value.kind === "number" ? env.context.rules.expression(env, size.value) : error;
    return value.kind === "number" ? printNum(value.value) : "...";
  });
  return `${type.name.text}[${printed.join(", ")}]`;
}

/** Does a tensor of type `actual` fit where `declared` stands? Bounds of labels must be at least as tight. */
export function fitsType(declared: TensorType, actual: TensorType): boolean {
  return (
    declared.dtype === actual.dtype &&
    declared.shape.length === actual.shape.length &&
    declared.shape.every((size, i) => size === actual.shape[i]) &&
    (declared.below === null || actual.below === null || actual.below <= declared.below)
  );
}

/** A compile-time value against its declared type; `error` after a report. `name` is that of a constant, or of a parameter `of` a declaration. */
export function checkDeclaredValue(env: Env, type: Type, value: Value, expression: Expression, name: string, of: string | null = null): Value {
  const kind = parameterKind(type);
  if (value.kind === "error") return error;
  if (kind?.kind === "int" && value.kind === "number" && value.unit !== "steps" && value.unit !== "epochs" && isWhole(value.value)) return value;
  if (kind === null || kind.kind === "tensor") {
    sayUnknownType(env, type, valueNames);
    return error;
  }
  const origin = at(env, expression.span);
  const what = of === null ? `\`${name}\`` : `\`${name}\` of \`${of}\``;
  const wrong = (expected: string): Value => {
    env.context.report.say("value-type", origin, { what, expected, found: describe(value) });
    return error;
  };
  switch (kind.kind) {
    case "int":
      if (value.kind !== "number" || value.unit === "steps" || value.unit === "epochs") return wrong("a whole number");
      env.context.report.say("not-whole", origin, { what, found: printNum(value.value) }, wholeFixes(value.value, origin));
      return error;
    case "ints": {
      const items = value.kind === "list" ? value.items : [value];
      const fits = items.every((item) => item.kind === "number" && isWhole(item.value) && item.unit !== "steps" && item.unit !== "epochs");
      return fits ? value : wrong("whole numbers in brackets, or one");
    }
    case "float":
      // A schedule may stand where a rate may.
      return value.kind === "number" || value.kind === "call" ? value : wrong("a number");
    case "bool":
      return value.kind === "boolean" ? value : wrong("`true` or `false`");
    case "string":
      return value.kind === "string" ? value : wrong("text in quotes");
    case "layer":
      return value.kind === "layer" ? value : wrong("a layer");
    case "words":
      return value.kind === "word" && kind.words.includes(value.word) ? { kind: "word", word: value.word, words: kind.words } : wrong(oneOf(kind.words));
  }
}
