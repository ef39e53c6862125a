// Losses and metrics: one op each, prediction first, then the target, then the lengths of sequences (the target's, or those of the prediction),
// then the weights of a loss that is weighed.

import type { Attribute } from "../ir/module.js";
import type { OpKind } from "../ir/ops.js";
import type { Lowering, LoweringRule } from "./lowering.js";

/** A loss or metric; `attributes` reads its options. */
export function lowerComparison(kind: OpKind, attributes: (application: Lowering) => Readonly<Record<string, Attribute>> = () => ({})): LoweringRule {
  return (application) => {
    const [lengths] = [...application.lengthsOf(1), ...application.lengthsOf(0)];
    return application.add(kind, [application.operand(0), application.operand(1), ...(lengths === undefined ? [] : [lengths]), ...(application.lossWeights === null ? [] : [application.lossWeights])], attributes(application));
  };
}
