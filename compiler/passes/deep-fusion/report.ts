// Layouts and states in words: what `--emit provenance` prints.

import { printAxis } from "../../ir/initializers.js";
import type { Origin } from "../../source/source.js";
import type { Aligned, NamedModule } from "./alignment.js";
import type { Claim } from "./claims.js";
import type { Factor, Factors } from "./factors.js";
import type { Layouts } from "./follow.js";
import { toAxisRuns, type Layout } from "./layout.js";
import type { Reduced } from "./new-layers.js";
import type { State } from "./state.js";

/** How each weight and value of a fused model follows from its sources. */
export interface Provenance {
  /** `source 0: left`, ... */
  readonly sources: readonly string[];
  /** Layers that no source has; they start as the identity. */
  readonly newLayers: readonly string[];
  readonly weights: readonly { readonly path: string; readonly layout: string; readonly factors: readonly number[] }[];
  readonly values: readonly { readonly value: number; readonly op: string; readonly path: string; readonly layout: string; readonly state: string; readonly origin: Origin | null }[];
  readonly outputs: readonly { readonly output: string; readonly claim: string }[];
}

export function provenanceOf(sources: readonly NamedModule[], aligned: Aligned, reduced: Reduced, layouts: Layouts, states: readonly State[], claims: readonly Claim[], { ofWeights, ofStates }: { readonly ofWeights: Factors; readonly ofStates: Factors }): Provenance {
  const { inputs } = aligned.graph;
  return {
    sources: sources.map(({ name }, index) => `source ${index}: ${name}`),
    newLayers: reduced.layers,
    weights: [...layouts.weights].map(([path, axes]) => ({ path, layout: describeLayouts(axes), factors: ofWeights.values(ofWeights.of(path)) })),
    values: states.map((state, value) => {
      const op = aligned.ops[value - inputs.length]?.op;
      return { value: reduced.values[value] ?? value, op: op?.kind ?? "input", path: op?.path ?? inputs[value]?.name ?? "", layout: describeLayouts(layouts.values[value] ?? []), state: describeState(state, ofStates), origin: op?.origin ?? null };
    }),
    outputs: claims.map((claim) => ({ output: claim.output, claim: describeClaim(claim) })),
  };
}

/** The text of a provenance; with `lineOf`, which places stand in `.sop` files, each value has its line. */
export function printProvenance({ sources, newLayers, weights, values, outputs }: Provenance, lineOf?: (origin: Origin) => string): string {
  const at = (origin: Origin | null): string => (origin === null || lineOf === undefined ? "" : ` (${lineOf(origin)})`);
  const lines = [
    ...sources,
    ...newLayers.map((path) => `new layer ${path}`),
    ...weights.map(({ path, layout, factors }) => `weight ${path} ${layout}${factors.every((factor) => factor === 1) ? "" : ` times ${factors.map(short).join(", ")}`}`),
    ...values.filter(({ op }) => op !== "weight").map(({ value, op, path, layout, state, origin }) => `%${value} ${op}${path === "" ? "" : ` ${path}`}${at(origin)} ${layout}: ${state}`),
    ...outputs.map(({ output, claim }) => `output ${output}: ${claim}`),
  ];
  return `${lines.join("\n")}\n`;
}

function describeLayouts(axes: readonly Layout[]): string {
  return `(${axes.map((axis) => printAxis(toAxisRuns(axis))).join(", ")})`;
}

function describeState(state: State, factors: Factors): string {
  switch (state.kind) {
    case "scaled":
      return `the sources' own${times(state.factor, factors)}`;
    case "mean":
      return `sum of the sources'${times(state.factor, factors)}`;
    case "zero":
      return "0";
    case "unknown":
      return `not known, because of ${state.causes.map(({ id, place }) => `${id} at ${place.path === "" ? place.what : place.path}`).join(", ")}`;
  }
}

function times(factor: Factor, factors: Factors): string {
  const values = factors.values(factor);
  return values.every((value) => value === 1) ? "" : ` times ${values.map(short).join(", ")}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function describeClaim(claim: Claim): string {
  switch (claim.kind) {
    case "mean":
      return `is the mean of the sources' outputs${claim.inserted === 1 ? "" : `, multiplied by ${short(claim.inserted)} at its end`}`;
    case "weighted-sum":
      return `is the sum of the sources' outputs times ${claim.factors.map(short).join(", ")}`;
    case "function-of-mean":
      return `is not the mean; what ${claim.through} reads is`;
    case "not":
      return `is not the mean, because of ${claim.causes.map(({ id, place }) => `${id} at ${place.path === "" ? place.what : place.path}`).join(", ")}`;
  }
}
