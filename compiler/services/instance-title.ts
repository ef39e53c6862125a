// What a model with its arguments is called: `Digits(width: 16)`.

import type { CallValue, Instance, OptionValue } from "../semantics/semantic-model.js";

/** The name as a program would write it, all arguments included. */
export function instanceTitle({ model, args }: Pick<Instance, "model" | "args">): string {
  const texts = args.map(({ name, value }) => `${name}: ${optionText(value)}`).join(", ");
  return texts === "" ? model : `${model}(${texts})`;
}

function optionText(value: OptionValue): string {
  if (typeof value === "object" && "call" in value) return callText(value);
  return typeof value === "object" ? `[${value.join(", ")}]` : String(value);
}

function callText({ call, options }: CallValue): string {
  return `${call}(${Object.entries(options).map(([name, value]) => `${name}: ${optionText(value)}`).join(", ")})`;
}
