// Norms of single examples: one op each, with their weights.

import type { LoweringRule } from "./lowering.js";

export const lowerLayerNorm: LoweringRule = (application) =>
  application.add("layer_norm", [application.operand(0), application.weight("scale"), application.weight("bias")], { epsilon: application.number("epsilon") });

export const lowerRmsNorm: LoweringRule = (application) => application.add("rms_norm", [application.operand(0), application.weight("scale")], { epsilon: application.number("epsilon") });

/** Groups by count or by size; the op has the count. */
export const lowerGroupNorm: LoweringRule = (application) => {
  const x = application.operand(0);
  const channels = application.typeOf(x).shape.at(-1) ?? 1;
  const groups = application.numberIfGiven("groups") ?? channels / application.number("group_size");
  return application.add("group_norm", [x, application.weight("scale"), application.weight("bias")], { groups, epsilon: application.number("epsilon") });
};

export const lowerL2Normalize: LoweringRule = (application) => application.add("l2_normalize", [application.operand(0)], { epsilon: application.number("epsilon") });
