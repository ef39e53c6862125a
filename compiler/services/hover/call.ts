// What is known of one call: types that come in and go out, weights and operations, in all models that have it.

import type { Expression } from "../../ast/ast.js";
import type { Node } from "../../ast/visit.js";
import type { Origin, Span } from "../../source/source.js";
import type { PlaceCost } from "../facts/costs.js";
import type { SeenValue } from "../facts/facts.js";
import { range, short, whole } from "../facts/figures.js";
import { printFound, printTogether } from "../facts/print-found.js";
import type { Snapshot } from "../snapshot.js";

/** Models that are listed by name; of more there is a range. */
const most = 4;

/** What a call in a body is: `inner` is the call itself, `whole` with its annotations, `stage` the pipe that it ends. */
export interface CallPlace {
  readonly inner: Span;
  readonly whole: Span;
  readonly stage: Span;
  /** What is piped in. */
  readonly piped: Expression | null;
}

/** The call whose name stands at the end of `around`; null where it is none. */
export function callPlace(around: readonly Node[]): CallPlace | null {
  const path = around[around.length - 2];
  if (path?.kind !== "path") return null;
  const parent = around[around.length - 3];
  const isCall = parent?.kind === "call" && parent.callee === path;
  const inner = isCall ? parent : path;
  let at = around.length - (isCall ? 4 : 3);
  const annotated = around[at];
  const isAnnotated = annotated?.kind === "annotated" && annotated.value === inner;
  if (isAnnotated) at--;
  const pipe = around[at];
  const outer = isAnnotated ? annotated : inner;
  const isPiped = pipe?.kind === "pipe" && pipe.right === outer;
  // A name that is neither called nor piped into is a value.
  if (!isCall && !isPiped) return null;
  return { inner: inner.span, whole: outer.span, stage: isPiped ? pipe.span : outer.span, piped: isPiped ? pipe.left : null };
}

/** `f32[784] -> f32[32]`, weights and operations; null where nothing is known. */
export function callText(snapshot: Snapshot, file: string, { inner, whole: all, stage, piped }: CallPlace): string | null {
  const at = (span: Span): readonly SeenValue[] => snapshot.facts.valueAt({ file, span });
  const gives = first([at(stage), at(all), at(inner)]);
  const takes = piped === null ? [] : at(piped.span);
  const types = [takes, gives].flatMap((seen) => {
    const text = typeOf(seen);
    return text === null ? [] : [`\`${text}\``];
  });
  const lines = [types.length === 0 ? "" : `Here ${types.join(" to ")}.`, costText(snapshot.facts.costsAt({ file, span: inner }))];
  const text = lines.filter((line) => line !== "").join("  \n");
  return text === "" ? null : text;
}

function first(all: readonly (readonly SeenValue[])[]): readonly SeenValue[] {
  return all.find((seen) => seen.length > 0) ?? [];
}

function typeOf(seen: readonly SeenValue[]): string | null {
  return printTogether(seen.flatMap(({ found }) => found));
}

/** "4,128 weights, 8,224 FLOPs": of one model alone, of several with their names or as ranges. */
export function costText(costs: readonly PlaceCost[]): string {
  const distinct = costs.filter((cost, index) => costs.findIndex((other) => figures([other]) === figures([cost])) === index);
  const [only] = distinct;
  if (only === undefined) return "";
  if (distinct.length === 1) return `${figures([only])}${only.uses > 1 ? `, in ${whole(only.uses)} calls together` : ""}.`;
  if (distinct.length > most) return `${figures(distinct)}, in ${costs.length} models.`;
  return distinct.map((cost) => `- \`${cost.title}\`: ${figures([cost])}${cost.uses > 1 ? `, in ${whole(cost.uses)} calls together` : ""}`).join("\n");
}

function figures(costs: readonly Pick<PlaceCost, "weightsTrained" | "weightsShipped" | "flops">[]): string {
  const [trained, shipped, flops] = [range(costs.map((cost) => cost.weightsTrained)), range(costs.map((cost) => cost.weightsShipped)), range(costs.map((cost) => cost.flops), short)];
  const weights = shipped === "0" && trained === "0" ? "No weights" : trained === shipped ? `${shipped} weights` : `${trained} weights trained, ${shipped} shipped`;
  return `${weights}, ${flops} FLOPs`;
}

/** `f32[32]`, and by models where they differ: as a list below. */
export function valueText(snapshot: Snapshot, origin: Origin, index: number | null = null): { readonly text: string; readonly list: string } | null {
  const seen = snapshot.facts.valueAt(origin).flatMap(({ title, found }) => {
    const own = index === null ? found : found.flatMap((each) => (each.kind === "tuple" ? (each.values[index] ?? []) : index === 0 ? [each] : []));
    return own.length === 0 ? [] : [{ title, found: own }];
  });
  const text = typeOf(seen);
  if (text === null) return null;
  const byTitle = new Map(seen.map(({ title, found }) => [title ?? "", printTogether(found) ?? printFound(found[0] ?? { kind: "layer", name: "" })]));
  const isOne = new Set(byTitle.values()).size === 1;
  return { text, list: isOne || byTitle.size > most ? "" : [...byTitle].map(([title, type]) => `- \`${type}\`${title === "" ? "" : ` in \`${title}\``}`).join("\n") };
}
