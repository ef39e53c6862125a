// A layer whose output nothing uses: it costs time and weights that no output depends on.

import type { Origin } from "../../source/source.js";
import { isMade } from "../costs.js";
import type { Application, Instance } from "../semantic-model.js";
import type { Linted } from "./rule.js";

interface Place {
  readonly origin: Origin;
  readonly what: string;
  isUsed: boolean;
}

/** Warns at values that are neither read nor bound to `_`, wherever the same text makes none that is. */
export function unusedResult({ model, context, say, ownPlace }: Linted): void {
  const places = new Map<string, Place>();
  for (const instance of model.instances) {
    const used = usedValues(instance);
    const trace = context.traces.get(instance);
    instance.graph.applications.forEach((application, index) => {
      if (isMade(application)) return;
      const given = trace?.returned.get(index);
      const origin = given?.call ?? application.origin;
      const key = `${origin.file}:${origin.span.start}:${origin.span.end}:${given?.index ?? ""}`;
      const isUsed = used.has(index) || trace?.discarded.has(index) === true;
      const known = places.get(key);
      if (known !== undefined) known.isUsed ||= isUsed;
      else places.set(key, { origin, what: nameOf(application), isUsed });
    });
  }
  for (const { origin, what, isUsed } of places.values()) {
    if (!isUsed && ownPlace([origin]) !== null) say("unused-result", origin, { value: what });
  }
}

/** Applications that another one reads or that are outputs. */
function usedValues({ graph }: Instance): ReadonlySet<number> {
  const values = [...graph.applications.flatMap(({ operands }) => operands), ...graph.outputs.map(({ value }) => value)];
  return new Set(values.map((value) => value - graph.inputs.length));
}

function nameOf({ name, path, layer }: Application): string {
  return name ?? (path === "" ? layer : path);
}
