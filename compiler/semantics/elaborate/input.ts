// `input`: a tensor that the data give, or the caller of a model.

import type { Field, InputStatement } from "../../ast/ast.js";
import { at, Symbolic, type Env } from "../context.js";
import { bindSizes, fitsType, freeSizeName, readTensorType, wrongRank } from "../declared-types.js";
import { printType } from "../types.js";
import { error, type Value } from "../values.js";
import type { Frame } from "./frame.js";

const nothingTaken: ReadonlySet<string> = new Set();

export function input(env: Env, statement: InputStatement, frame: Frame): void {
  if (frame.owner.kind === "block") {
    sayInputInBlock(env, statement);
    return;
  }
  for (const field of statement.fields) {
    if (field.name.text === "") continue;
    if (field.from !== null) env.context.report.say("statement-not-here", at(env, field.from.span), { statement: "from", place: "an input" }, { help: "Map inputs to fields with `feed` in `train`." });
    const value = frame.given === null ? own(env, field, frame) : given(env, field, frame);
    env.site?.seen?.add(field.name, value);
    env.scope.define(field.name.text, value);
  }
}

/** Reports an input of a block. */
export function sayInputInBlock(env: Env, statement: InputStatement): void {
  const [first] = statement.fields;
  env.context.report.say("statement-not-here", at(env, statement.span), { statement: "input", place: "a block" }, { help: `Add a parameter to the block: \`${first?.name.text || "x"}: f32[d]\`.` });
}

// An input of a model on its own: the sizes are numbers already, or the data's.
function own(env: Env, field: Field, frame: Frame): Value {
  const { site } = env;
  const name = field.name.text;
  if (site === null) return error;
  const free = field.type.name.text === "class" ? [] : (field.type.sizes ?? []).filter((size) => freeSizeName(env, size, nothingTaken) !== null);
  if (free.length > 0) {
    const shape = frame.fed?.get(name);
    if (shape === undefined || shape.length !== field.type.sizes?.length) throw new Symbolic();
    bindSizes(env, field.type, shape, nothingTaken);
  }
  const declared = readTensorType(env, field.type, true);
  if (declared === null) return error;
  if (site.graph.inputNames.has(name)) {
    env.context.report.say("duplicate-name", at(env, field.name.span), { what: "input", name });
    return error;
  }
  return site.graph.input(name, declared.isRagged ? { ...declared.type, ragged: name } : declared.type, at(env, field.name.span));
}

function given(env: Env, field: Field, frame: Frame): Value {
  const argument = frame.given?.get(field.name.text);
  if (argument?.value.kind !== "tensor") return error;
  bindSizes(env, field.type, argument.value.type.shape, nothingTaken);
  const found = argument.value.type;
  const wrong = wrongRank(env, field.type, found);
  const declared = wrong === null ? readTensorType(env, field.type, true) : null;
  if (declared !== null && fitsType(declared.type, found)) return argument.value;
  const expected = wrong ?? (declared === null ? null : printType(declared.type));
  if (expected === null) return error;
  env.context.report.say(
    "argument-type",
    at(frame.caller ?? env, argument.span),
    { of: frame.owner.name.text, name: field.name.text, expected, found: printType(found) },
    { notes: [{ origin: at(env, field.span), message: `\`${field.name.text}\` is declared here.` }] },
  );
  return error;
}
