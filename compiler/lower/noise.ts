// noise: one op; its random numbers are keyed by the path of the layer. Frozen, it is 0.

import type { LoweringRule } from "./lowering.js";

export const lowerNoise: LoweringRule = (application) => {
  const x = application.operand(0);
  return application.isFrozen ? application.add("mul", [x, application.add("constant", [], { value: 0 })]) : application.add("noise", [x]);
};
