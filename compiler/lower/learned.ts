// learned: the weight itself.

import type { LoweringRule } from "./lowering.js";

export const lowerLearned: LoweringRule = (application) => application.weight("value");
