// `fields`: what each row of a dataset holds, and where it comes from.

import type { Expression, Field } from "../../ast/ast.js";
import { at, type Env } from "../context.js";
import { readTensorType } from "../declared-types.js";
import { elements } from "../layers/shape-rules.js";
import { bareName, calleeName } from "../read-options.js";
import type { DataField, DataSource } from "../semantic-model.js";
import { printType, type TensorType } from "../types.js";
import { generators } from "./generators.js";
import { readText } from "./source.js";

/** A field with its type as a tensor. */
export interface DeclaredField {
  readonly field: DataField;
  readonly type: TensorType;
  readonly node: Field;
}

/** Sources that give sequences of unequal length. */
const givesRagged: ReadonlySet<DataSource["kind"]> = new Set<DataSource["kind"]>(["jsonl"]);

/** The fields that could be read, and the names of the others, which were reported. `source` is null where it is not known what gives the values. */
export function readFields(env: Env, nodes: readonly Field[], source: DataSource | null): { readonly fields: readonly DeclaredField[]; readonly unread: ReadonlySet<string> } {
  const unread = new Set<string>();
  const names = new Set<string>();
  const fields: DeclaredField[] = [];
  for (const node of nodes) {
    const name = node.name.text;
    if (name === "") continue;
    if (names.has(name)) {
      env.context.report.say("duplicate-name", at(env, node.name.span), { what: "field", name });
      continue;
    }
    names.add(name);
    const declared = readTensorType(env, node.type);
    const from = source === null || node.from === null ? null : readFrom(env, node, node.from, source, declared?.type ?? null);
    if (declared === null || from === false) {
      unread.add(name);
      continue;
    }
    const { type } = declared;
    if (source?.kind === "csv" && type.shape.length > 0 && from?.kind !== "columns") {
      env.context.report.say("not-supported-yet", at(env, node.type.span), { what: "a field of several numbers out of one column" }, { help: 'Name the columns: `from columns("first", "last")`.' });
      unread.add(name);
      continue;
    }
    if (declared.isRagged && source !== null && !givesRagged.has(source.kind)) {
      env.context.report.say("ragged-field", at(env, node.type.span), { field: name, source: source.kind });
      unread.add(name);
      continue;
    }
    const shape = declared.isRagged ? { shape: type.shape, ragged: true as const } : { shape: type.shape };
    fields.push({ field: { name, dtype: declared.isClass ? "class" : type.dtype, ...shape, below: type.below, classes: declared.classes, from }, type: declared.isRagged ? { ...type, ragged: name } : type, node });
  }
  if (source?.kind === "synthetic") checkGenerated(env, fields, source.generator);
  if (source?.kind === "text") checkWindows(env, fields);
  return { fields, unread };
}

// false after a report.
function readFrom(env: Env, node: Field, from: Expression, source: DataSource, type: TensorType | null): DataField["from"] | false {
  const { report } = env.context;
  const origin = at(env, from.span);
  if (from.kind === "missing") return false;
  const special = bareName(from) === "next" ? "next" : calleeName(from) === "shift" ? "shift" : null;
  if (special !== null) {
    const of = special === "next" ? "text" : "jsonl";
    if (source.kind !== of) {
      report.say("field-origin", origin, { origin: special === "next" ? "next" : "shift(...)", of, source: source.kind });
      return false;
    }
    return special === "next" ? { kind: "next" } : readShift(env, from, type);
  }
  if (source.kind !== "csv" && source.kind !== "jsonl" && source.kind !== "npz") {
    report.say("field-from", origin, { field: node.name.text, source: source.kind });
    return false;
  }
  if (from.kind === "string") return { kind: "column", column: from.value };
  if (source.kind !== "csv") {
    report.say("value-type", origin, { what: "`from`", expected: source.kind === "npz" ? 'an array as `"name"`' : 'a member as `"name"`, or `shift("name")`', found: "another expression" });
    return false;
  }
  if (from.kind === "call" && calleeName(from) === "columns") return readColumns(env, from.arguments?.map((argument) => argument.value) ?? [], from, type);
  report.say("value-type", origin, { what: "`from`", expected: 'a column as `"name"`, or several as `columns("first", "last")`', found: "another expression" });
  return false;
}

// `from shift("target")`: what a decoder reads, one step behind what it writes.
function readShift(env: Env, from: Expression, type: TensorType | null): DataField["from"] | false {
  const [argument, ...others] = from.kind === "call" ? (from.arguments ?? []) : [];
  const member = argument === undefined || argument.name !== null || others.length > 0 ? null : readText(env, argument.value);
  if (member !== null && (type === null || (type.dtype === "i32" && type.shape.length === 1))) return { kind: "shift", column: member };
  if (member !== null || argument === undefined || argument.name !== null || others.length > 0)
    env.context.report.say("value-type", at(env, from.span), { what: "`shift`", expected: 'the member of a field of `i32[n]`, as `shift("target")`', found: member === null ? "other arguments" : type === null ? "" : printType(type) });
  return false;
}

// Fields of a text have one type: windows of one length over one vocabulary.
function checkWindows(env: Env, fields: readonly DeclaredField[]): void {
  const isWindow = ({ type }: DeclaredField): boolean => type.dtype === "i32" && type.shape.length === 1 && type.below !== null;
  const first = fields.find(isWindow);
  for (const declared of fields) {
    const { field, type, node } = declared;
    if (isWindow(declared) && first !== undefined && printType(type) === printType(first.type)) continue;
    const expected = first === undefined ? `i32[${type.shape[0] ?? 64}] below 96` : printType(first.type);
    env.context.report.say("text-field", at(env, node.span), { found: `${field.name}: ${printField(type)}`, expected: `${field.name}: ${expected}` });
  }
}

function readColumns(env: Env, ends: readonly Expression[], from: Expression, type: TensorType | null): DataField["from"] | false {
  const [first, last] = ends;
  const wrong = (found: string): false => {
    env.context.report.say("value-type", at(env, from.span), { what: "`columns`", expected: 'the first and the last column, as `columns("p0", "p63")` or `columns(1, 13)`', found });
    return false;
  };
  if (first === undefined || last === undefined || ends.length !== 2) return wrong(`${ends.length} values`);
  if (first.kind === "string") {
    const [a, b] = [readText(env, first), readText(env, last)];
    return a === null || b === null ? false : { kind: "columns", first: a, last: b };
  }
  const [a, b] = [env.context.rules.expression(env, first), env.context.rules.expression(env, last)];
  if (a.kind === "error" || b.kind === "error") return false;
  if (a.kind !== "number" || b.kind !== "number" || a.value.kind !== "exact" || b.value.kind !== "exact" || a.value.d !== 1n || b.value.d !== 1n || a.value.n < 1n || b.value.n < a.value.n || b.value.n > 1_000_000n)
    return wrong("other values");
  const count = Number(b.value.n - a.value.n) + 1;
  if (type !== null && elements(type.shape) !== count) return wrong(`${count} columns for ${printType(type)}`);
  return { kind: "columns", first: Number(a.value.n), last: Number(b.value.n) };
}

function checkGenerated(env: Env, fields: readonly DeclaredField[], name: string): void {
  const made = generators[name]?.fields ?? {};
  const list = Object.entries(made).map(([field, type]) => `\`${field}: ${printField(type)}\``).join(", ");
  for (const { field, type, node } of fields) {
    const given = Object.hasOwn(made, field.name) ? made[field.name] : undefined;
    const fits = given !== undefined && given.dtype === type.dtype && given.below === type.below && given.shape.join() === type.shape.join();
    if (fits) continue;
    env.context.report.say("generator-field", at(env, node.span), { field: `${field.name}: ${printField(type)}`, generator: name, list });
  }
}

/** A field's type as it is written: labels as classes. */
export function printField(type: Pick<TensorType, "dtype" | "shape" | "below" | "ragged">): string {
  return type.shape.length === 0 && type.below === null ? type.dtype : printType(type);
}
