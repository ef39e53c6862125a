// Options in words: types with their bounds, defaults as they would be written. Relies on the tables of options only.

import { initializer } from "../../semantics/initializers.js";
import type { OptionValue } from "../../semantics/option-value.js";
import type { OptionSpec, OptionType } from "../../semantics/options.js";
import { schedules } from "../../semantics/schedules.js";
import type { ReferenceOption } from "./page.js";

/** What stands for the default of an option that is absent unless given. */
export const nothing = "nothing";

/** An option with its type and default in words. */
export function describeOption(spec: OptionSpec, all: readonly OptionSpec[]): ReferenceOption {
  return { name: spec.name, type: typeInWords(spec.type), default: defaultText(spec, all), doc: spec.doc };
}

/** `units: int`, `bias: bool = true`, as in the signature of a block. */
export function optionInSignature(spec: OptionSpec, all: readonly OptionSpec[]): string {
  const fallback = defaultText(spec, all);
  const typed = `${spec.name}: ${shortType(spec.type)}`;
  return fallback === null ? typed : fallback === nothing ? `[${typed}]` : `${typed} = ${fallback}`;
}

/** `a`, `b` or `c`. */
function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted[quoted.length - 1] ?? ""}`;
}

function typeInWords(type: OptionType): string {
  switch (type.kind) {
    case "int":
      return `a whole number${bounds(type)}`;
    case "float":
      return `a number${bounds(type)}`;
    case "boolean":
      return "`true` or `false`";
    case "string":
      return "text in quotes";
    case "word":
      return oneOf(type.words);
    case "ints":
    case "floats": {
      const noun = type.kind === "ints" ? "whole numbers" : "numbers";
      const single = type.kind === "ints" && type.one === true ? ", or one number" : "";
      return `${type.count === undefined ? "" : `${type.count} `}${noun} in brackets${bounds(type, "each ")}${single}`;
    }
    case "duration":
      return "a length: `5%`, `200 steps` or `3 epochs`";
    case "call":
      return oneOf(Object.entries(type.functions).map(([name, { options }]) => `${name}${options.length === 0 ? "" : `(${options.map((option) => option.name).join(", ")})`}`));
    case "either":
      return type.types.map((each) => (each.kind === "call" && each.functions === schedules ? "a schedule" : typeInWords(each))).join(", or ");
  }
}

function bounds(type: { readonly min?: number; readonly max?: number; readonly open?: boolean }, each = ""): string {
  const [min, max] = [type.min, type.max].map((bound) => bound?.toLocaleString("en-US", { maximumFractionDigits: 20 }));
  const lead = each === "" ? " " : `, ${each}`;
  if (min !== undefined && max !== undefined) return type.open === true ? `${lead}between ${min} and ${max}` : `${lead}from ${min} to ${max}`;
  if (min !== undefined) return type.open === true ? `${lead}above ${min}` : `${lead}${each === "" ? "of " : ""}at least ${min}`;
  if (max !== undefined) return type.open === true ? `${lead}below ${max}` : `${lead}${each === "" ? "of " : ""}at most ${max}`;
  return "";
}

function shortType(type: OptionType): string {
  switch (type.kind) {
    case "boolean":
      return "bool";
    case "word":
      return type.words.join(" | ");
    case "call":
      return type.functions === schedules ? "schedule" : type === initializer ? "initializer" : Object.keys(type.functions).join(" | ");
    case "either":
      return type.types.map(shortType).join(" | ");
    default:
      return type.kind;
  }
}

/** The default as it would be written; null: the option must be given. */
function defaultText(spec: OptionSpec, all: readonly OptionSpec[]): string | null {
  const { default: fallback, type } = spec;
  if (fallback === undefined) return null;
  if (fallback === null) return nothing;
  if (typeof fallback !== "function") return valueText(fallback, type);
  // A default that reads another option is asked with names in the place of values.
  const value = fallback(Object.fromEntries(all.map(({ name }) => [name, name])));
  return typeof value === "string" && all.some(({ name }) => name === value) ? value : valueText(value, type);
}

/** A value as it would be written. */
function valueText(value: OptionValue, type: OptionType): string {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : Number.isInteger(value) && value >= 10_000 ? value.toLocaleString("en-US").replaceAll(",", "_") : String(value);
  if (typeof value === "string") return type.kind === "string" ? JSON.stringify(value) : value;
  if (!("call" in value)) {
    const [first] = value;
    return type.kind === "ints" && type.one === true && first !== undefined && value.every((each) => each === first) ? String(first) : `[${value.join(", ")}]`;
  }
  const values = Object.values(value.options);
  const [only] = values;
  if (value.call === "share" && typeof only === "number") return `${Number((only * 100).toPrecision(12))}%`;
  if ((value.call === "steps" || value.call === "epochs") && typeof only === "number") return `${only} ${value.call}`;
  const options = type.kind === "call" ? type.functions[value.call]?.options : undefined;
  return values.length === 0 ? value.call : `${value.call}(${values.map((each, index) => valueText(each, options?.[index]?.type ?? { kind: "float" })).join(", ")})`;
}
