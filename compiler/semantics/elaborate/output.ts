// `output`: a result of a model, against its declared type.

import type { OutputStatement } from "../../ast/ast.js";
import type { Span } from "../../source/source.js";
import { at, type Env } from "../context.js";
import { fitsType, readTensorType } from "../declared-types.js";
import { resizeFix } from "../resize-fixes.js";
import { printType, type TensorType } from "../types.js";
import { describe, error, type TensorValue, type Value } from "../values.js";
import { bindName } from "./body-names.js";
import type { Frame } from "./frame.js";

export function output(env: Env, statement: OutputStatement, frame: Frame): void {
  const { report } = env.context;
  const name = statement.name.text;
  if (frame.owner.kind === "block") {
    sayOutputInBlock(env, statement);
    return;
  }
  const value = checked(env, statement, env.context.rules.expression(env, statement.value));
  const origin = at(env, statement.name.span);
  if (frame.outputs.some((other) => other.name === name)) report.say("duplicate-name", origin, { what: "output", name });
  else frame.outputs.push({ name, value, origin });
  bindName(env, name, value);
}

/** Reports an output of a block. */
export function sayOutputInBlock(env: Env, statement: OutputStatement): void {
  env.context.report.say("statement-not-here", at(env, statement.span), { statement: "output", place: "a block" }, { help: "Give results with `return`." });
}

function checked(env: Env, statement: OutputStatement, value: Value): Value {
  const declared = statement.type === null ? null : readTensorType(env, statement.type);
  if (value.kind === "error") return error;
  if (value.kind !== "tensor") {
    env.context.report.say("value-type", at(env, statement.value.span), { what: `The output \`${statement.name.text}\``, expected: "a tensor", found: describe(value) }, value.kind === "layer" ? { help: "Apply the layer to a tensor, as in `x |> relu`." } : {});
    return error;
  }
  if (!value.type.batched) {
    env.context.report.say("value-type", at(env, statement.value.span), { what: `The output \`${statement.name.text}\``, expected: "a tensor that depends on the inputs", found: `${printType(value.type)}, the same for each example` });
    return error;
  }
  if (declared === null || statement.type === null || fitsType(declared.type, value.type)) return value;
  sayResult(env, { what: `The output \`${statement.name.text}\``, value, declared, type: statement.type.span, place: statement.value.span });
  return error;
}

interface Result {
  readonly what: string;
  readonly value: TensorValue;
  readonly declared: { readonly type: TensorType };
  readonly type: Span;
  readonly place: Span;
}

/** Reports a result that has another type than declared, with the edits that would make them agree. */
export function sayResult(env: Env, { what, value, declared, type, place }: Result): void {
  const { shape } = declared.type;
  const isNear = value.type.dtype === declared.type.dtype && shape.length === value.type.shape.length && shape.slice(0, -1).every((size, i) => size === value.type.shape[i]);
  const last = shape[shape.length - 1];
  const graph = env.site?.graph;
  const resize = isNear && last !== undefined && graph !== undefined ? resizeFix(graph, value, last, env.file.path) : [];
  // An image or a sequence is surely not what was meant to be declared.
  const hasAxesTooMany = shape.length < value.type.shape.length && value.type.shape.length > 1;
  const declare = { title: `Declare it as \`${printType(value.type)}\``, edits: [{ span: type, text: printType(value.type) }] };
  env.context.report.say(
    "result-type",
    at(env, place),
    { what, expected: printType(declared.type), found: printType(value.type) },
    { ...(hasAxesTooMany ? { help: `Reduce its axes before the last layer, with ${value.type.shape.length === 2 ? "`last`, `mean(axis: 0)` or `flatten`" : "`flatten` or `global_avg_pool`"}, or change the declared type.` } : {}), notes: [{ origin: at(env, type), message: "The type is declared here." }, ...(env.site?.callers ?? []).slice(0, 4).map((origin) => ({ origin, message: "In this call." }))], fixes: [...resize, ...(hasAxesTooMany ? [] : [declare])] },
  );
}
