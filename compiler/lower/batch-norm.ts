// batch_norm: one op with two trained weights and two statistics.

import type { LoweringRule } from "./lowering.js";

export const lowerBatchNorm: LoweringRule = (application) => {
  const weights = ["scale", "bias", "mean", "variance"].map((name) => application.weight(name));
  return application.add(application.isFrozen ? "frozen_batch_norm" : "batch_norm", [application.operand(0), ...weights], { epsilon: application.number("epsilon"), momentum: application.number("momentum") });
};
