// Classes of ops that more than one place asks about.

import type { OpKind } from "./ops.js";

/** Ops whose result is a metric: counts that add up over batches, not a tensor to compute with. */
export const metricOps: ReadonlySet<OpKind> = new Set<OpKind>(["accuracy", "top_k", "f1", "r2", "perplexity", "recall"]);
