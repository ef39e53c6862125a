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

type Place = { readonly context: Pick<Env["context"], "report">; readonly file: Env["file"] };

/** Arguments by option; `ok` is false where something was reported. Does not look for options that are missing. */
export function bindArguments(env: Place, of: string, parameters: readonly Parameter[], args: readonly Argument[]): { readonly bound: ReadonlyMap<string, Argument>; readonly ok: boolean } {
  const { report } = env.context;
  const bound = new Map<string, Argument>();
  // Where among the parameters those that are required go on.
  let next = 0;
  let ok = true;
  for (const argument of args) {
    if (report.isFull()) return { bound, ok: false };
    if (argument.name === null) {
      if (isHabit(env, of, parameters, argument)) {
        ok = false;
        continue;
      }
      while (parameters[next]?.required === false) next++;
      const parameter = parameters[next++];
      if (parameter === undefined) {
        ok = false;
        if (argument.value.kind === "missing") continue;
        sayTooMany(env, of, parameters, argument, bound);
        break;
      }
      if (bound.has(parameter.name)) {
        ok = false;
        report.say("duplicate-option", at(env, argument.span), { option: parameter.name, of });
      } else bound.set(parameter.name, argument);
      continue;
    }
    const name = argument.name.text;
    if (name === "") ok = false;
    else if (!isParameter(parameters, name)) {
      ok = false;
      sayUnknownOption(env, of, parameters, name, argument);
    } else if (bound.has(name)) {
      ok = false;
      report.say("duplicate-option", at(env, argument.name.span), { option: name, of });
    } else bound.set(name, argument);
  }
  return { bound, ok };
}

function isParameter(parameters: readonly Parameter[], name: string): boolean {
  return parameters.some((parameter) => parameter.name === name);
}

function requiredCount(parameters: readonly Parameter[]): number {
  return parameters.filter((parameter) => parameter.required).length;
}

// `adam(model.parameters(), lr: 1e-3)`.
function isHabit(env: Place, of: string, parameters: readonly Parameter[], { value, span }: Argument): boolean {
  if (value.kind !== "call" || value.callee.names.length < 2) return false;
  const habit = foreignOption(value.callee.names.at(-1)?.text ?? "", of, "");
  if (habit !== null) env.context.report.say("too-many-arguments", at(env, span), { of, expected: requiredCount(parameters) }, { help: habit });
  return habit !== null;
}

function sayTooMany(env: Place, of: string, parameters: readonly Parameter[], { span }: Argument, bound: ReadonlyMap<string, Argument>): void {
  const optional = parameters.find((other) => !other.required && !bound.has(other.name));
  env.context.report.say(
    "too-many-arguments",
    at(env, span),
    { of, expected: requiredCount(parameters) },
    optional === undefined ? {} : { help: `Name the option, for example \`${optional.name}: ...\`.` },
  );
}

function sayUnknownOption(env: Place, of: string, parameters: readonly Parameter[], name: string, argument: Argument): void {
  const { report } = env.context;
  const origin = at(env, argument.name?.span ?? argument.span);
  if (Object.hasOwn(plannedOptions, of) && plannedOptions[of]?.includes(name) === true) return report.say("not-supported-yet", origin, { what: `the option \`${name}\` of \`${of}\`` });
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
}

/** The parameter list with which every built-in is matched. */
export const parametersOf = remembered((specs: readonly { readonly name: string; readonly default?: unknown }[]): readonly Parameter[] => specs.map((spec) => ({ name: spec.name, required: spec.default === undefined })));
