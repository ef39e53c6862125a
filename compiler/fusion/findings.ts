// What the analysis of a fusion found, as diagnostics at the `fuse from` that asks for it.

import type { Note } from "../diagnostics/diagnostic.js";
import type { Claim } from "../passes/deep-fusion/claims.js";
import type { FusionProblem } from "../passes/deep-fusion/problems.js";
import type { FusionFindings } from "../semantics/context.js";
import { withDrawnCopies } from "../semantics/fusion/fused-reach.js";
import type { Report } from "../semantics/report.js";
import { instanceOf, ofDepths } from "../semantics/fusion/source-instance.js";
import type { Instance, Start } from "../semantics/semantic-model.js";
import { inWords } from "./causes.js";
import type { FusedModels } from "./fused-models.js";
import { sizeOption, type SizeOption } from "./size-options.js";

/** Everything about the starts of an instance. */
export function assess(models: FusedModels, instance: Instance): FusionFindings {
  const all = (instance.starts ?? []).map((start) => ({ start, found: models.fusion(start) }));
  const problems = all.flatMap(({ found }) => found.problems);
  const drawn = withDrawnCopies(instance);
  return {
    errors: problems.filter(({ severity }) => severity === "error").length,
    isExact: all.every(({ found }) => found.module !== null && found.claims.every(({ kind }) => kind === "mean")),
    grows: all.every(({ start }) => start.fusion.sources.some((source) => sizeOf(models, instanceOf(source)) < sizeOf(models, start.target))),
    say: (report) => {
      for (const { start, found } of all) {
        const causes = found.problems.filter((problem) => optionOf(start, problem) !== null);
        // Sizes that follow an option in another way than in proportion follow from the same mistake.
        for (const problem of found.problems) if (problem.id !== "sizes-do-not-add-up" || causes.length === 0 || causes.includes(problem)) sayProblem(report, start, problem);
        for (const claim of found.claims) sayClaim(report, start, claim);
      }
      for (const { overparam, start } of drawn) {
        const { origin } = start.fusion;
        report.say("fuse-overparam-init", overparam.origin, { model: start.target.model, init: overparam.init.rule }, { notes: [{ origin, message: "The weights begin with those of its sources here." }] });
      }
    },
  };
}

function sizeOf(models: FusedModels, instance: Instance): number {
  return models.module(instance).weights.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

function sayProblem(report: Report, start: Start, { id, place, parameters }: FusionProblem): void {
  const { fusion, target } = start;
  const layer = place.path === "" ? place.what : place.path;
  const get = (name: string): string => parameters[name] ?? "";
  const notes: readonly Note[] = place.origin.file === "" ? [] : [{ origin: place.origin, message: `\`${layer}\` is here.` }];
  switch (id) {
    case "mixing-weights":
      return report.say("fuse-mixing-weights", fusion.origin, { given: get("given"), sources: Number(get("sources")) });
    case "antisymmetric-needs-self-fusion":
      return report.say("fuse-antisymmetric", fusion.origin, {});
    case "graphs-differ":
      return report.say("fuse-graphs-differ", fusion.origin, { layer, expected: get("expected"), found: get("found"), source: get("source") }, { notes, ...ofDepths(fusion) });
    case "layer-not-added":
      return report.say("fuse-new-layer", fusion.origin, { layer }, { notes });
    case "fixed-axis-differs":
      return report.say("fuse-fixed-axis", fusion.origin, { layer, axis: get("axis"), target: get("target"), sources: [...new Set(get("sources").split(", "))].join(" and ") }, { notes });
    case "sizes-do-not-add-up": {
      const found = optionOf(start, { id, parameters });
      return report.say("fuse-sizes", found?.option.origin ?? fusion.origin, { layer, target: get("target"), sources: sumOf(get("sources")) }, { notes, ...found?.details });
    }
    case "layout-conflict":
      return report.say("fuse-layout-conflict", fusion.origin, { layer }, { notes });
    case "outer-product":
      return report.say("fuse-outer-product", fusion.origin, { layer }, { notes });
    case "groups-differ":
      return report.say("fuse-groups-differ", fusion.origin, { layer }, { notes });
    case "stays-symmetric":
      return report.say("fuse-stays-symmetric", fusion.origin, { model: target.model, source: get("source") });
  }
}

// The option to change where sizes do not add up.
function optionOf(start: Start, { id, parameters }: Pick<FusionProblem, "id" | "parameters">): SizeOption | null {
  return id === "sizes-do-not-add-up" ? sizeOption(start, Number(parameters["target"]), (parameters["sources"] ?? "").split(", ").map(Number)) : null;
}

/** `8, 8` as `16 (8 + 8)`. */
function sumOf(sizes: string): string {
  const numbers = sizes.split(", ").map(Number);
  return numbers.some(Number.isNaN) ? sizes : `${numbers.reduce((sum, size) => sum + size, 0)} (${numbers.join(" + ")})`;
}

function sayClaim(report: Report, { fusion, target, prefix }: Start, claim: Claim): void {
  const { output } = claim;
  // Within another model there is no place for a constant behind an output.
  if (prefix !== "" && claim.kind === "mean" && claim.inserted !== 1) return report.say("fuse-weighted-sum", fusion.origin, { model: target.model, output, factors: String(Number((1 / claim.inserted).toPrecision(4))) });
  switch (claim.kind) {
    // What a softmax or sigmoid reads is the mean: that is what a loss on logits compares.
    case "mean":
    case "function-of-mean":
      return;
    case "weighted-sum":
      return report.say("fuse-weighted-sum", fusion.origin, { model: target.model, output, factors: claim.factors.map((factor) => String(Number(factor.toPrecision(4)))).join(", ") });
    case "not": {
      const causes = new Map(claim.causes.map((cause) => [inWords(cause), { origin: cause.place.origin, message: inWords(cause) }]));
      const notes = [...causes.values()].slice(0, 8);
      return report.say("fuse-not-mean", fusion.origin, { model: target.model, output }, { notes });
    }
  }
}
