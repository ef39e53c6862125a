// embedding: rows of a table.

import type { LoweringRule } from "./lowering.js";

export const lowerEmbedding: LoweringRule = (application) => application.add("embedding", [application.operand(0), application.weight("table")]);
