// Lengths of sequences in a run: what feeds them, which must be equal, and what is averaged over positions.

import type { LayerKind } from "../layers/layers.js";
import { losses } from "../layers/losses.js";
import type { Graph, Instance, Run } from "../semantic-model.js";

/** The inputs with their fields; a sequence of unequal length brings its length along. */
export function feedsOf({ graph }: Instance, fieldOf: (input: string) => string): Run["feeds"] {
  const feeds = graph.inputs.map(({ name }) => ({ input: name, field: fieldOf(name) }));
  const lengths = graph.inputs.flatMap(({ name, type }) => (type.ragged === undefined ? [] : [{ input: lengthName(name), field: lengthName(fieldOf(name)) }]));
  return [...feeds, ...lengths];
}

/** Pairs of fields whose positions meet, in the model or in what compares its outputs with the rows. */
export function alignedFields({ graph }: Instance, comparisons: readonly Graph[], fieldOf: (input: string) => string): Run["aligned"] {
  if (graph.aligned === undefined && comparisons.every(({ aligned }) => aligned === undefined)) return [];
  const inModel = (graph.aligned ?? []).map((pair) => pair.map(fieldOf));
  const inRows = comparisons.flatMap(({ aligned = [] }) => aligned.map((pair) => pair.map((name) => name.slice("row.".length))));
  const pairs = [...inModel, ...inRows].flatMap(([a = "", b = ""]) => (a === b ? [] : [[a, b] as const]));
  return [...new Map(pairs.map((pair) => [pair.join(" "), pair])).values()];
}

/** Items that are means over the positions of one field's sequences: those made of such comparisons alone. */
export function positionsOf({ inputs, applications, outputs }: Graph): Run["positions"] {
  const isLoss = (layer: LayerKind): boolean => layer in losses;
  const typeOf = (value: number): string | undefined => (inputs[value] ?? applications[value - inputs.length])?.type.ragged;
  // All lengths are those of inputs.
  if (inputs.every(({ type }) => type.ragged === undefined)) return [];
  return outputs.flatMap(({ name, value }) => {
    const found = new Set<string | undefined>();
    const seen = new Set<number>();
    const visit = (from: number): void => {
      const application = applications[from - inputs.length];
      if (application === undefined || seen.has(from)) return;
      seen.add(from);
      if (isLoss(application.layer)) found.add([...application.operands].reverse().map(typeOf).find((length) => length !== undefined));
      else application.operands.forEach(visit);
    };
    visit(value);
    const [only, ...others] = found;
    return only === undefined || others.length > 0 ? [] : [{ item: name, field: only.slice("row.".length) }];
  });
}

/** The name of the length of a sequence: `words.length`, which no input or field can have. */
export function lengthName(name: string): string {
  return `${name}.length`;
}
