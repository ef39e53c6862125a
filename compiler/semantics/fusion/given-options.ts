// The options that stand in the call before `fuse from`, by name: where a size of the target can be changed.

import type { Fuse, Param } from "../../ast/ast.js";
import { optionParameters } from "../callables.js";
import { at, type Env } from "../context.js";
import type { GivenOption } from "../semantic-model.js";

/** Options of the call that `fuse` belongs to; the call itself is checked elsewhere. */
export function givenOptions(env: Env, fuse: Fuse): readonly GivenOption[] {
  const model = env.file.program.declarations.find((node) => node.kind === "model" && node.definition.kind === "instance" && node.definition.fuse === fuse);
  if (model?.kind !== "model" || model.definition.kind !== "instance") return [];
  const written = model.definition.call;
  const call = written.kind === "annotated" ? written.value : written;
  if (call.kind !== "call") return [];
  const callee = env.file.entries.get(call.callee.names.map(({ text }) => text).join("."))?.node;
  const required: readonly Param[] = callee?.kind === "model" ? optionParameters(callee).filter((param) => param.default === null) : [];
  let position = 0;
  return (call.arguments ?? []).flatMap(({ name, value, span }): GivenOption[] => {
    const option = name?.text ?? required[position++]?.name.text;
    return option === undefined ? [] : [{ name: option, origin: at(env, span), number: value.kind === "number" ? value.span : null }];
  });
}
