// embedding: rows of a table; unembed: the same table the other way round.

import type { LoweringRule } from "./lowering.js";

export const lowerEmbedding: LoweringRule = (application) => application.add("embedding", [application.operand(0), application.weight("table")]);

export const lowerUnembed: LoweringRule = (application) => application.add("unembed", [application.operand(0), application.weight("table")]);
