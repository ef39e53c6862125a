// matmul of activations. One matrix for all examples on the right is a kernel; on the left it stands once for each example.

import { perExample } from "./batch.js";
import type { LoweringRule } from "./lowering.js";

export const lowerMatmul: LoweringRule = (application) => {
  const [a, b] = [application.operand(0), application.operand(1)];
  const right = application.typeOf(b);
  if (!right.batched && right.shape.length === 2) return application.add("matmul", [a, b]);
  return application.add("product", perExample(application, [a, b]));
};
