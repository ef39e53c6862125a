// dense: a matrix product and a bias.

import type { LoweringRule } from "./lowering.js";

/** x W + b; without a bias x W. */
export const lowerDense: LoweringRule = (application) => {
  const product = application.add("matmul", [application.operand(0), application.weight("kernel")]);
  return application.hasWeight("bias") ? application.add("add", [product, application.weight("bias")]) : product;
};
