// A schedule after a fusion that does not begin again: no warm-up, or no decay.

import type { OptionValue } from "../semantic-model.js";
import { optionPlace } from "./option-without-effect.js";
import type { Linted } from "./rule.js";

/** Warns of runs whose model is fused as a whole. A fused model within another one trains as that one needs. */
export function fuseSchedule({ model, context, say, ownPlace }: Linted): void {
  for (const run of model.runs) {
    if (run.instance.starts?.some(({ prefix }) => prefix === "") !== true) continue;
    const { lr } = run.settings.optimizer.options;
    if (lr === undefined || (warmsUp(lr) && decays(lr))) continue;
    const origin = ownPlace([optionPlace(context, run, "lr"), run.origin]);
    if (origin !== null) say("fuse-schedule", origin, { run: run.name });
  }
}

function warmsUp(lr: OptionValue): boolean {
  if (typeof lr !== "object" || !("call" in lr)) return false;
  const { warmup } = lr.options;
  return typeof warmup === "object" && "call" in warmup && warmup.options["value"] !== 0;
}

/** All schedules with a warm-up go down behind it, unless they are told to end where they are. */
function decays(lr: OptionValue): boolean {
  if (typeof lr !== "object" || !("call" in lr)) return false;
  const { peak, end } = lr.options;
  const last = lr.call === "one_cycle" ? 1 : peak;
  return typeof end !== "number" || typeof last !== "number" || end < last;
}
