// Kernel sets whose weights come from sources, and that are mixed by their mean: the copies begin equal and stay equal.

import type { Linted } from "./rule.js";
import { fusedReach } from "../fusion/fused-reach.js";

/** Warns of `mix: mean` with the default spread over fused weights. */
export function fusedCopies({ model, say, ownPlace }: Linted): void {
  for (const instance of model.instances) {
    for (const { overparam } of fusedReach(instance)) {
      const isEqual = !overparam.isInitGiven || (overparam.init.rule === "centred" && overparam.init.spread === 0);
      const origin = overparam.mix.rule === "mean" && isEqual ? ownPlace([overparam.origin]) : null;
      if (origin !== null) say("fuse-copies-stay-equal", origin, { model: instance.model });
    }
  }
}
