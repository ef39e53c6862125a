// Metrics: the prediction first, then the target. They carry counts that add up over batches.

import type { LayerSignature } from "./layer.js";
import { alike, labelled, pair } from "./losses.js";
import { lastSize, mismatch, tensor } from "./shape-rules.js";

/** The metrics that are not losses too, by name. */
export const metrics = {
  accuracy: pair("Share of rows whose largest logit is the label; of one logit: its sign against a label 0 or 1.", (tensors) => labelled(tensors, true)),
  top_k: {
    ...pair("Share of rows whose label is among the k largest logits.", (tensors) => labelled(tensors, false), [{ name: "k", doc: "How many logits count.", type: { kind: "int", min: 1 } }]),
    shape: (tensors, options) => {
      const k = options["k"];
      const classes = lastSize(tensor(tensors, 0));
      return typeof k === "number" && k > classes ? mismatch(`k of at most ${classes}, the number of logits`, `k: ${k}`) : labelled(tensors, false);
    },
  },
  f1: pair("Harmonic mean of precision and recall.", (tensors) => labelled(tensors, true), [
    { name: "average", doc: "`macro`: the mean over classes; `micro`: over all rows; `binary`: of class 1.", type: { kind: "word", words: ["macro", "micro", "binary"] }, default: "macro" },
    { name: "ignore", doc: "A class whose rows do not count; -1: none.", type: { kind: "int", min: -1 }, default: -1 },
  ]),
  r2: pair("1 - residual sum of squares / total sum of squares.", alike),
  perplexity: pair("exp of the mean cross-entropy.", (tensors) => labelled(tensors, false)),
} as const satisfies Readonly<Record<string, LayerSignature>>;
