// max_pool, avg_pool and global_avg_pool.

import type { LoweringRule } from "./lowering.js";

/** A pool over windows of space. */
export function lowerPool(kind: "max_pool" | "avg_pool"): LoweringRule {
  return (application) =>
    application.add(kind, [application.operand(0)], {
      size: application.numbers("size"),
      stride: application.numbers("stride"),
      padding: application.word("padding"),
    });
}

/** The mean over height and width. */
export const lowerGlobalAvgPool: LoweringRule = (application) => application.add("mean", [application.operand(0)], { axes: [0, 1] });
