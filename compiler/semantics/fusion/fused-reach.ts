// `overparam` over weights that come from trained ones.

import type { Instance, Overparam, Start } from "../semantic-model.js";

/** The annotations that reach calls in fused models of an instance, each once with the fusion that it meets. */
export function fusedReach(instance: Instance): readonly { readonly overparam: Overparam; readonly start: Start }[] {
  const found = new Map<string, { readonly overparam: Overparam; readonly start: Start }>();
  for (const { overparam, path } of instance.graph.applications) {
    if (overparam === null || overparam.copies === 1) continue;
    const start = startOf(instance, path);
    if (start !== undefined) found.set(`${overparam.origin.file}:${overparam.origin.span.start}`, { overparam, start });
  }
  return [...found.values()];
}

/** An annotation as it works on the call at `path`: copies of fused weights begin equal unless the program says how. */
export function asTrained(instance: Pick<Instance, "starts">, path: string, overparam: Overparam | null): Overparam | null {
  if (overparam === null || overparam.isInitGiven || startOf(instance, path) === undefined) return overparam;
  return { ...overparam, init: { rule: "centred", spread: 0 } };
}

function startOf({ starts }: Pick<Instance, "starts">, path: string): Start | undefined {
  return starts?.find(({ prefix }) => prefix === "" || path.startsWith(`${prefix}.`));
}

/** Those whose copies are drawn on their own, so that their mean would not be the fused kernel. */
export function withDrawnCopies(instance: Instance): ReturnType<typeof fusedReach> {
  return fusedReach(instance).filter(({ overparam: { init, isInitGiven } }) => isInitGiven && init.rule !== "centred");
}
