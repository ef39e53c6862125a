// dropout: one op; its random numbers are keyed by the path of the layer. Frozen, it is the identity.

import type { LoweringRule } from "./lowering.js";

export const lowerDropout: LoweringRule = (application) =>
  application.isFrozen ? application.operand(0) : application.add("dropout", [application.operand(0)], { rate: application.number("rate") });
