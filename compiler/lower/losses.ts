// Losses and metrics: one op each, prediction first, then the target; behind them the weights of a loss that is weighed.

import type { Attribute } from "../ir/module.js";
import type { OpKind } from "../ir/ops.js";
import type { Lowering, LoweringRule } from "./lowering.js";

/** A loss or metric; `attributes` reads its options. */
export function lowerComparison(kind: OpKind, attributes: (application: Lowering) => Readonly<Record<string, Attribute>> = () => ({})): LoweringRule {
  return (application) => application.add(kind, [application.operand(0), application.operand(1), ...(application.lossWeights === null ? [] : [application.lossWeights])], attributes(application));
}
