// `weigh`: weights of rows in the training loss, by the class of a label or by a field.

import { suggest } from "../../diagnostics/suggest.js";
import { at } from "../context.js";
import { sayUnknownWord } from "../option-words.js";
import { bareName, readOption } from "../read-options.js";
import { replacement } from "../report.js";
import type { Application, Graph, RunSettings } from "../semantic-model.js";
import { onlyPart, type PlacedClause } from "./collect.js";
import { printField, type DeclaredField } from "./fields.js";
import { inputBehind } from "./links.js";
import type { Nameable } from "./objectives.js";

const form = "weigh classes balanced`, `weigh classes [1, 2, 5]` or `weigh by field";

/** The clause, or undefined without one or after a report. `loss` is null where it could not be read. */
export function readWeigh(placed: PlacedClause | undefined, loss: Graph | null, nameable: Nameable): RunSettings["weigh"] {
  if (placed === undefined) return undefined;
  const { clause, env } = placed;
  const { report } = env.context;
  const found: { classes?: NonNullable<NonNullable<RunSettings["weigh"]>["classes"]>; by?: string } = {};
  if (clause.items.length === 0) report.say("clause-form", at(env, clause.span), { word: "weigh", form });
  for (const item of clause.items) {
    const [first, second] = item.parts;
    if (item.parts.some((part) => part.kind === "missing")) return undefined;
    const word = first === undefined ? null : first.kind === "linking-word" ? first.word : bareName(first);
    if (item.name !== null || item.parts.length !== 2 || second === undefined || second.kind === "linking-word" || (word !== "classes" && word !== "by") || found[word] !== undefined) {
      report.say("clause-form", at(env, item.span), { word: "weigh", form });
      return undefined;
    }
    if (word === "by") {
      const by = readField(placed, second, nameable);
      if (by === null) return undefined;
      found.by = by;
      continue;
    }
    const named = bareName(second);
    if (named !== null && named !== "balanced" && sayUnknownWord(env, "classes", "weigh", ["balanced"], named, second.span)) return undefined;
    const weights = readOption(env, "weigh", { name: "classes", type: { kind: "either", types: [{ kind: "word", words: ["balanced"] }, { kind: "floats", min: 0 }] } }, second);
    if (weights === null || loss === null) return undefined;
    const fields = labelFields(loss, nameable.fields ?? []);
    if (fields.length === 0) {
      report.say("weigh-without-classes", at(env, item.span), {});
      return undefined;
    }
    const given = typeof weights === "object" && !("call" in weights) ? weights : null;
    const odd = fields.find(({ type }) => given !== null && given.length !== type.below);
    if (given !== null && odd !== undefined) {
      report.say("class-weights-count", at(env, second.span), { found: given.length, field: odd.field.name, classes: odd.type.below ?? 0 }, { notes: [{ origin: { file: env.file.path, span: odd.node.span }, message: `\`${odd.field.name}\` is declared here.` }] });
      return undefined;
    }
    if (given?.every((weight) => weight === 0) === true) {
      report.say("value-range", at(env, second.span), { what: "`weigh classes`", range: "weights of which one at least is above 0", found: "zeros" });
      return undefined;
    }
    found.classes = { fields: fields.map(({ field }) => field.name), weights: given ?? "balanced" };
  }
  return found.classes === undefined && found.by === undefined ? undefined : found;
}

/** The field of labels that a cross-entropy compares with, or null. */
export function labelField(loss: Graph, { layer, operands }: Application): string | null {
  const [, target] = operands;
  if ((layer !== "cross_entropy" && layer !== "binary_cross_entropy") || target === undefined) return null;
  const input = inputBehind(loss, target);
  return input?.startsWith("row.") === true ? input.slice("row.".length) : null;
}

/** Fields of whole numbers below a bound that cross-entropies compare with. */
function labelFields(loss: Graph, fields: readonly DeclaredField[]): readonly DeclaredField[] {
  const names = new Set(loss.applications.map((application) => labelField(loss, application)));
  return fields.filter(({ field, type }) => names.has(field.name) && type.dtype === "i32" && type.below !== null);
}

function readField({ env }: PlacedClause, expression: NonNullable<ReturnType<typeof onlyPart>>, { fields, unread }: Nameable): string | null {
  const { report } = env.context;
  const origin = at(env, expression.span);
  const name = expression.kind === "path" ? expression.names.map((each) => each.text).join(".").replace(/^row\./, "") : null;
  if (name === null) {
    report.say("clause-form", origin, { word: "weigh", form: "weigh by field" });
    return null;
  }
  if (fields === null || unread.has(name)) return null;
  const declared = fields.find(({ field }) => field.name === name);
  if (declared === undefined) {
    const nearest = suggest(name, fields.map(({ field }) => field.name));
    report.say("unknown-field", origin, { name, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
    return null;
  }
  if (declared.type.dtype === "f32" && declared.type.shape.length === 0) return name;
  report.say("value-type", origin, { what: "`weigh by`", expected: "a field of `f32`, one number for each row", found: `\`${name}: ${printField(declared.type)}\`` });
  return null;
}
