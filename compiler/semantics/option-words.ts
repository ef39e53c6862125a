// What an option takes, in words, and names that are none of them.

import type { Expression } from "../ast/ast.js";
import { suggestWord } from "../diagnostics/synonyms.js";
import type { Origin, Span } from "../source/source.js";
import { at, type Env } from "./context.js";
import type { OptionType } from "./options.js";
import { replacement } from "./report.js";

/** `a`, `b` or `c`. */
export function oneOf(words: readonly string[]): string {
  return listed(words.map((word) => `\`${word}\``));
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} or ${parts[parts.length - 1]}`;
}

/** What a message says that a type takes, bounds left out. */
export function expectedOf(type: OptionType): string {
  return listed(partsOf(type));
}

function partsOf(type: OptionType): readonly string[] {
  switch (type.kind) {
    case "int":
      return ["a whole number"];
    case "float":
      return ["a number"];
    case "boolean":
      return ["`true` or `false`"];
    case "string":
      return ["text in quotes"];
    case "ints":
    case "floats": {
      const noun = type.kind === "ints" ? "whole numbers" : "numbers";
      const each = type.kind === "floats" && type.each !== undefined ? `, one for each ${type.each}` : "";
      return [`${type.count === undefined ? "" : `${type.count} `}${noun} in brackets${each}${type.kind === "ints" && type.one === true ? ", or one number" : ""}`];
    }
    case "duration":
      return ["a length such as `5%`, `200 steps` or `3 epochs`"];
    case "word":
    case "call":
      return namesOf(type).map((name) => `\`${name}\``);
    case "either":
      return [...type.types].sort((a, b) => Number(hasNames(a)) - Number(hasNames(b))).flatMap(partsOf);
  }
}

/** The words and functions of a type. */
export function namesOf(type: OptionType): readonly string[] {
  if (type.kind === "either") return type.types.flatMap(namesOf);
  return type.kind === "word" ? type.words : type.kind === "call" ? Object.keys(type.functions) : [];
}

function functionsOf(type: OptionType): readonly string[] {
  return type.kind === "either" ? type.types.flatMap(functionsOf) : type.kind === "call" ? namesOf(type) : [];
}

const hasNames = (type: OptionType): boolean => namesOf(type).length > 0;

interface Named {
  readonly option: string;
  readonly of: string;
  readonly type: OptionType;
}

/** Reports a name, or the call of one, that is none of the option's. */
export function sayUnknownName(env: Env, { option, of, type }: Named, name: string, expression: Expression): void {
  const names = namesOf(type);
  const meant = names.includes(name) ? name : suggestWord(name, names);
  const isCall = expression.kind === "call" && expression.arguments !== null;
  // Words take no parentheses; of a function that is meant the options stay.
  const isFunction = meant === null || functionsOf(type).includes(meant);
  const origin = at(env, isCall && isFunction ? expression.callee.span : expression.span);
  say(env, { option, of, type }, `\`${isCall && !isFunction ? `${name}(...)` : name}\``, meant, origin);
}

/** Reports a bare name that is neither one of the option's words nor anything else; false where it is something else. */
export function sayUnknownWord(env: Env, option: string, of: string, words: readonly string[], name: string, span: Span): boolean {
  if (env.scope.lookup(name) !== undefined || env.file.entries.has(name) || env.file.broken.has(name)) return false;
  say(env, { option, of, type: { kind: "word", words } }, `\`${name}\``, suggestWord(name, words), at(env, span));
  return true;
}

function say(env: Env, { option, of, type }: Named, found: string, meant: string | null, origin: Origin): void {
  const more = meant === null ? {} : { help: `Did you mean \`${meant}\`?`, fixes: [replacement(`Write \`${meant}\``, origin, meant)] };
  env.context.report.say("option-type", origin, { option, of, expected: expectedOf(type), found }, more);
}
