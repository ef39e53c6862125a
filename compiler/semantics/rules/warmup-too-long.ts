// A warm-up that is longer than the run: the rate never reaches its peak.

import type { CallValue, DatasetModel, OptionValue, Run } from "../semantic-model.js";
import { rowsPerStep } from "../step-costs.js";
import { optionPlace } from "./option-without-effect.js";
import type { Linted } from "./rule.js";

/** Warns where the lengths can be compared: in one unit, or where the number of rows is known. */
export function warmupTooLong({ model, context, say, ownPlace }: Linted): void {
  for (const run of model.runs) {
    const { optimizer, length } = run.settings;
    const lr = optimizer.options["lr"];
    const warmup = isCall(lr) ? lr.options["warmup"] : undefined;
    const value = isCall(warmup) ? warmup.options["value"] : undefined;
    if (!isCall(warmup) || typeof value !== "number" || (warmup.call !== "steps" && warmup.call !== "epochs")) continue;
    const perEpoch = warmup.call === length.unit ? 1 : stepsPerEpoch(run.dataset, rowsPerStep(run.settings));
    if (perEpoch === null) continue;
    const inSteps = (unit: string, count: number): number => (unit === "epochs" ? count * perEpoch : count);
    const origin = inSteps(warmup.call, value) > inSteps(length.unit, length.value) ? ownPlace([optionPlace(context, run, "warmup")]) : null;
    if (origin !== null) say("warmup-too-long", origin, { warmup: `${value} ${warmup.call}`, run: run.name, length: lengthText(run) });
  }
}

function isCall(value: OptionValue | undefined): value is CallValue {
  return typeof value === "object" && "call" in value;
}

function lengthText({ settings: { length } }: Run): string {
  return `${length.value} ${length.value === 1 ? length.unit.slice(0, -1) : length.unit}`;
}

/** Only of generated data is the number of rows known before training. */
function stepsPerEpoch({ source, take, split }: DatasetModel, rows: number): number | null {
  if (source.kind !== "synthetic") return null;
  return Math.ceil(Math.round(split.train * Math.min(source.rows, take ?? source.rows)) / rows);
}
