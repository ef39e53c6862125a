// A layer whose output nothing uses: it costs time and weights that no output depends on.

import type { Origin } from "../../source/source.js";
import { isMade } from "../costs.js";
import type { Application, Instance } from "../semantic-model.js";
import type { Linted } from "./rule.js";

/** What an application makes: its place is the call of the block that gave it back, and which of that call's values it is; else its own. */
interface Result {
  readonly application: Application;
  readonly origin: Origin;
  readonly index: number | null;
}

/** Warns at values that are neither read nor bound to `_`, wherever the same text makes none that is. */
export function unusedResult(program: Linted): void {
  const unused = new Map<string, Result>();
  eachResult(program, false, (result) => {
    const key = keyOf(result);
    if (!unused.has(key)) unused.set(key, result);
  });
  // In most programs there are none, and all others need not be looked at.
  if (unused.size === 0) return;
  eachResult(program, true, (result) => void unused.delete(keyOf(result)));
  for (const { application, origin } of unused.values()) {
    if (program.ownPlace([origin]) !== null) program.say("unused-result", origin, { value: nameOf(application) });
  }
}

/** Calls `act` for results that are used, or for those that are not. */
function eachResult({ model, context }: Linted, isUsed: boolean, act: (result: Result) => void): void {
  for (const instance of model.instances) {
    const used = usedValues(instance);
    const trace = context.traces.get(instance);
    instance.graph.applications.forEach((application, index) => {
      if ((used.has(index) || trace?.discarded.has(index) === true) !== isUsed || isMade(application)) return;
      const given = trace?.returned.get(index);
      act({ application, origin: given?.call ?? application.origin, index: given?.index ?? null });
    });
  }
}

function keyOf({ origin: { file, span }, index }: Result): string {
  return `${file}:${span.start}:${span.end}:${index ?? ""}`;
}

/** Applications that another one reads or that are outputs. */
function usedValues({ graph }: Instance): ReadonlySet<number> {
  const used = new Set<number>();
  graph.applications.forEach(({ operands }) => operands.forEach((operand) => used.add(operand - graph.inputs.length)));
  graph.outputs.forEach(({ value }) => used.add(value - graph.inputs.length));
  return used;
}

function nameOf({ name, path, layer }: Application): string {
  return name ?? (path === "" ? layer : path);
}
