// Inside the brackets of a call: options that are not given yet, and what the parameter at the cursor takes.

import type { CallAt } from "../signatures/call-at.js";
import { item, type CompletionItem } from "./item.js";
import { tensorValues, takenValues } from "./values.js";
import type { Site } from "./site.js";

export function callItems(site: Site, { signature, active, given, isNamed }: CallAt): readonly CompletionItem[] {
  // In the middle of an expression anything may follow.
  const behind = isNamed ? 2 : 0;
  if (site.item.length > behind) return active === null || active.takes.kind === "tensor" ? tensorValues(site) : takenValues(site, active.takes);
  if (isNamed) return active === null ? [] : takenValues(site, active.takes);
  const options = signature.parameters
    .filter(({ name, takes, isPositional }) => !given.has(name) && !(takes.kind === "tensor" && isPositional) && !name.endsWith("..."))
    .map((option): CompletionItem => item("option", option.name, "here", { detail: option.text, snippet: `${option.name}: `, topic: option.doc === null ? null : { kind: "option", doc: option.doc } }));
  const values = active === null ? [] : takenValues(site, active.takes);
  // What must be given comes before what may be.
  return [...values, ...options.map((option) => (active === null || active.name === option.label ? option : { ...option, sort: `2 ${option.label}` }))];
}
