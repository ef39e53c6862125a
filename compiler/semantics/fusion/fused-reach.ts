// `overparam` over weights that come from trained ones.

import type { Instance, Overparam, Start } from "../semantic-model.js";

/** The annotations that reach calls in fused models of an instance, each once with the fusion that it meets. */
export function fusedReach(instance: Instance): readonly { readonly overparam: Overparam; readonly start: Start }[] {
  const found = new Map<string, { readonly overparam: Overparam; readonly start: Start }>();
  for (const { overparam, path } of instance.graph.applications) {
    if (overparam === null || overparam.copies === 1) continue;
    const start = instance.starts?.find(({ prefix }) => prefix === "" || path.startsWith(`${prefix}.`));
    if (start !== undefined) found.set(`${overparam.origin.file}:${overparam.origin.span.start}`, { overparam, start });
  }
  return [...found.values()];
}

/** Those whose copies are drawn on their own, so that their mean would not be the fused kernel. */
export function withDrawnCopies(instance: Instance): ReturnType<typeof fusedReach> {
  return fusedReach(instance).filter(({ overparam: { init, isInitGiven } }) => isInitGiven && init.rule !== "centred");
}
