// The rules about training: one file each. They run over programs without errors; `// sop-ignore` silences one at a place.

import type { Context } from "../context.js";
import type { SemanticModel } from "../semantic-model.js";
import { channelsFirst } from "./channels-first.js";
import { dropoutAtEnd } from "./dropout-at-end.js";
import { fuseSchedule } from "./fuse-schedule.js";
import { fusedCopies } from "./fused-copies.js";
import { metricDoesNotFit } from "./metric-does-not-fit.js";
import { optionWithoutEffect } from "./option-without-effect.js";
import { overparamOneUnit } from "./overparam-one-unit.js";
import { surroundings, type Linted, type Rule } from "./rule.js";
import { sameWindows } from "./same-windows.js";
import { splitsOverlap } from "./splits-overlap.js";
import { unusedLayer } from "./unused-layer.js";
import { unusedParameter } from "./unused-parameter.js";
import { unusedResult } from "./unused-result.js";
import { warmupTooLong } from "./warmup-too-long.js";

const rules: readonly Rule[] = [unusedResult, unusedParameter, unusedLayer, channelsFirst, sameWindows, dropoutAtEnd, overparamOneUnit, optionWithoutEffect, metricDoesNotFit, warmupTooLong, splitsOverlap, fuseSchedule, fusedCopies];

/** Warns of what the rules find in a program without errors. */
export function applyRules(context: Context, model: SemanticModel): void {
  const own = [...context.files.values()].filter(({ path }) => !isForeign(path));
  const paths = new Set(own.map(({ path }) => path));
  const program: Linted = {
    model,
    context,
    own,
    say: context.report.say,
    ownPlace: (places) => places.find(({ file }) => paths.has(file)) ?? null,
    syntaxAt: surroundings(model.files),
  };
  for (const rule of rules) if (!context.report.isFull()) rule(program);
}

/** Is it a file of the standard library or of a package? What stands there is not the user's to change. */
export function isForeign(path: string): boolean {
  return path.startsWith("sop:") || path.split("/").includes("node_modules");
}
