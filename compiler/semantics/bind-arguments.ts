// Which argument of a call goes to which option: by name, or by position for options without a default, in order.

import type { Argument } from "../ast/ast.js";
import { suggest } from "../diagnostics/suggest.js";
import { foreignOption } from "../diagnostics/foreign.js";
import { ownName } from "../diagnostics/synonyms.js";
import { at, type Env } from "./context.js";
import { plannedOptions } from "./not-supported.js";
import { remembered } from "./remembered.js";
import { replacement } from "./report.js";

/** An option as far as matching goes. */
export interface Parameter {
  readonly name: string;
  readonly required: boolean;
}

/** Arguments by option; `ok` is false where something was reported. Does not look for options that are missing. */
export function bindArguments(env: { readonly context: Pick<Env["context"], "report">; readonly file: Env["file"] }, of: string, parameters: readonly Parameter[], args: readonly Argument[]): { readonly bound: ReadonlyMap<string, Argument>; readonly ok: boolean } {
  const { report } = env.context;
  const bound = new Map<string, Argument>();
  const positional = parameters.filter((parameter) => parameter.required);
  let next = 0;
  let ok = true;
  for (const argument of args) {
    if (report.isFull()) return { bound, ok: false };
    if (argument.name === null) {
      // `adam(model.parameters(), lr: 1e-3)`.
      const habit = argument.value.kind === "call" ? foreignOption(argument.value.callee.names.at(-1)?.text ?? "", of, "") : null;
      if (habit !== null && argument.value.kind === "call" && argument.value.callee.names.length > 1) {
        ok = false;
        report.say("too-many-arguments", at(env, argument.span), { of, expected: positional.length }, { help: habit });
        continue;
      }
      const parameter = positional[next++];
      if (parameter === undefined) {
        ok = false;
        if (argument.value.kind === "missing") continue;
        const optional = parameters.find((other) => !other.required && !bound.has(other.name));
        report.say(
          "too-many-arguments",
          at(env, argument.span),
          { of, expected: positional.length },
          optional === undefined ? {} : { help: `Name the option, for example \`${optional.name}: ...\`.` },
        );
        break;
      }
      if (bound.has(parameter.name)) {
        ok = false;
        report.say("duplicate-option", at(env, argument.span), { option: parameter.name, of });
      } else bound.set(parameter.name, argument);
      continue;
    }
    const name = argument.name.text;
    const origin = at(env, argument.name.span);
    if (name === "") ok = false;
    else if (!parameters.some((parameter) => parameter.name === name)) {
      ok = false;
      if (Object.hasOwn(plannedOptions, of) && plannedOptions[of]?.includes(name) === true) {
        report.say("not-supported-yet", origin, { what: `the option \`${name}\` of \`${of}\`` });
        continue;
      }
      const foreign = foreignOption(name, of, argument.value.kind === "path" ? (argument.value.names[0]?.text ?? "") : argument.value.kind === "string" ? argument.value.value : "");
      const candidates = parameters.map((parameter) => parameter.name);
      const nearest = ownName(name, candidates) ?? (foreign === null ? suggest(name, candidates) : null);
      const known = parameters.map((parameter) => `\`${parameter.name}\``).join(", ");
      report.say(
        "unknown-option",
        origin,
        { option: name, of, nearest: nearest ?? "" },
        nearest !== null ? { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] } : { help: foreign ?? (known === "" ? `Remove it: \`${of}\` has no options.` : `Use an option of \`${of}\`: ${known}.`) },
      );
    } else if (bound.has(name)) {
      ok = false;
      report.say("duplicate-option", origin, { option: name, of });
    } else bound.set(name, argument);
  }
  return { bound, ok };
}

/** The parameter list with which every built-in is matched. */
export const parametersOf = remembered((specs: readonly { readonly name: string; readonly default?: unknown }[]): readonly Parameter[] => specs.map((spec) => ({ name: spec.name, required: spec.default === undefined })));
