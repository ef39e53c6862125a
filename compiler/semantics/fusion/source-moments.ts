// `moments: fused`: a run's optimizer begins with what those of its sources kept, so these must be the same numbers of gradients. What cannot be
// put together is said before anything is trained.

import { at, type Env } from "../context.js";
import { optimizers } from "../optimizers.js";
import type { Instance, Overparam, Run } from "../semantic-model.js";

/** Reports what keeps the moments of a run from being made of its sources'. */
export function checkSourceMoments(env: Env, run: Run): void {
  const { report } = env.context;
  for (const { fusion, target, prefix } of run.instance.starts ?? []) {
    if (fusion.moments === "fresh" || !keepsMoments(run)) continue;
    const notes = [{ origin: fusion.origin, message: "The moments of the sources are asked for here." }];
    if (prefix !== "") report.say("fuse-moments-part", at(env, run.origin.span), { run: run.name, model: target.model, layer: prefix }, { notes });
    else if (run.settings.optimizer.options["precondition"] === true) report.say("fuse-moments-preconditioned", at(env, run.origin.span), { run: run.name }, { notes });
    else checkSources(env, run, fusion.sources.flatMap((source) => (source.kind === "run" ? [source] : [])));
  }
}

/** Does the optimizer keep anything from step to step? */
export function keepsMoments({ settings: { optimizer } }: Pick<Run, "settings">): boolean {
  const kept = optimizers[optimizer.call]?.keeps(optimizer.options);
  return kept?.first === true || kept?.second === true;
}

function checkSources(env: Env, run: Run, sources: readonly { readonly name: string; readonly run: Run }[]): void {
  const { report } = env.context;
  for (const source of sources) {
    const [expected, found] = [momentsOf(run), momentsOf(source.run)];
    if (expected.same === found.same) continue;
    const notes = [{ origin: source.run.origin, message: `\`${source.name}\` is trained here.` }];
    return report.say("fuse-moments-optimizer", at(env, run.origin.span), { run: run.name, expected: expected.shown, source: source.name, found: found.shown }, { notes });
  }
  const { call, options } = run.settings.optimizer;
  if (optimizers[call]?.keeps(options).second !== true) return;
  for (const { name, instance } of [{ name: run.name, instance: run.instance }, ...sources.map((source) => ({ name: source.name, instance: source.run.instance }))]) {
    const each = withMomentsPerCopy(instance);
    if (each !== null) return report.say("fuse-moments-copies", each.origin, { run: name }, { notes: [{ origin: run.origin, message: `\`${run.name}\` begins with the moments of its sources.` }] });
  }
}

/** What the moments of a run are beside its gradients, to be compared, and as a program would write it. */
function momentsOf({ settings: { optimizer } }: Run): { readonly same: string; readonly shown: string } {
  const { call, options } = optimizer;
  const { of, by } = optimizers[call]?.moments ?? { of: call, by: [] };
  const given = by.map((name) => `${name}: ${Array.isArray(options[name]) ? `[${options[name].join(", ")}]` : String(options[name])}`).join(", ");
  return { same: `${of} ${given}`, shown: given === "" ? call : `${call}(${given})` };
}

function withMomentsPerCopy({ graph }: Instance): Overparam | null {
  return graph.applications.map(({ overparam }) => overparam).find((each) => each !== null && each.copies > 1 && each.moments === "copies") ?? null;
}
