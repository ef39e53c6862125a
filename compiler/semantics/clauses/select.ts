// `select`: how training rows are chosen.

import { suggestWord } from "../../diagnostics/synonyms.js";
import { at } from "../context.js";
import { calleeName, readOption } from "../read-options.js";
import { replacement } from "../report.js";
import { comparesRows } from "../layers/losses.js";
import { byClasses, byLosses, selections } from "../selections.js";
import type { CallValue, Graph, Run } from "../semantic-model.js";
import { onlyPart, type PlacedClause } from "./collect.js";

/** The method with its options, or undefined without the clause or after a report. `linked`: what predictions make of the outputs; it and `loss` are null where they are not known. */
export function readSelect(placed: PlacedClause | undefined, outputs: readonly string[], loss: Graph | null, linked: Run["links"] | null): CallValue | undefined {
  if (placed === undefined) return undefined;
  const { env, clause } = placed;
  const { report } = env.context;
  const [item, ...others] = clause.items;
  const expression = item === undefined || item.name !== null || others.length > 0 ? null : onlyPart(item.parts);
  if (expression?.kind === "missing") return undefined;
  const name = expression === null ? null : calleeName(expression);
  if (expression === null || name === null) {
    report.say("clause-form", at(env, clause.span), { word: "select", form: "select sensitivity(fraction: 30%)" });
    return undefined;
  }
  const table = selections(outputs);
  if (!Object.hasOwn(table, name)) {
    const origin = at(env, expression.kind === "call" ? expression.callee.span : expression.span);
    const nearest = suggestWord(name, Object.keys(table));
    report.say("unknown-selection", origin, { name, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
    return undefined;
  }
  const value = readOption(env, "select", { name: "select", type: { kind: "call", functions: table } }, expression);
  if (value === null || typeof value !== "object" || !("call" in value)) return undefined;
  const after = value.options["after"];
  if (typeof after === "object" && "call" in after && after.call === "share") {
    report.say("option-type", at(env, expression.span), { option: "after", of: name, expected: "`1 epochs` or `500 steps`", found: "a share" });
    return undefined;
  }
  const among = byLosses.has(name) ? loss?.applications.find(({ layer }) => comparesRows(layer)) : undefined;
  if (among !== undefined) {
    report.say("select-without-row-loss", at(env, expression.span), { method: name, loss: among.layer }, { notes: [{ origin: among.origin, message: `\`${among.layer}\` stands here.` }] });
    return undefined;
  }
  if (byClasses.has(name) && linked?.every(({ link }) => link === "none") === true) {
    report.say("select-without-classes", at(env, expression.span), { method: name });
    return undefined;
  }
  return value;
}
