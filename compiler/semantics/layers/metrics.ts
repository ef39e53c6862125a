// Metrics: the prediction first, then the target. They carry counts that add up over batches.

import type { LayerSignature } from "./layer.js";
import { alike, alikeRule, labelled, labelledRule, pair, singleRule, vectors, vectorsRule } from "./losses.js";
import { lastSize, mismatch, tensor } from "./shape-rules.js";

/** The metrics that are not losses too, by name. */
export const metrics = {
  accuracy: pair("Share of rows (and positions) whose largest logit is the label; of equal ones the first counts. Of one logit: its sign against a label 0 or 1.", singleRule, (tensors) => labelled(tensors, true)),
  top_k: {
    ...pair("Share of rows (and positions) where fewer than k logits are larger than that of the label.", labelledRule, (tensors) => labelled(tensors, false), [{ name: "k", doc: "How many logits count.", type: { kind: "int", min: 1 } }]),
    shape: (tensors, options) => {
      const k = options["k"];
      const classes = lastSize(tensor(tensors, 0));
      return typeof k === "number" && k > classes ? mismatch(`k of at most ${classes}, the number of logits`, `k: ${k}`, `Write a k below ${classes}.`) : labelled(tensors, false);
    },
  },
  f1: pair("2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall, averaged over classes that occur as a label or a prediction.", singleRule, (tensors) => labelled(tensors, true), [
    { name: "average", doc: "`macro`: the mean over classes; `micro`: of the counts of all classes together; `binary`: of class 1.", type: { kind: "word", words: ["macro", "micro", "binary"] }, default: "macro" },
    { name: "ignore", doc: "A class that is left out of the average; its rows still count against the classes they are taken for. -1: none.", type: { kind: "int", min: -1 }, default: -1 },
  ]),
  r2: pair("1 - sum (target - prediction)^2 / sum (target - mean)^2 over all rows, for each element, then their mean.", alikeRule, alike),
  perplexity: pair("exp of the mean of -log softmax(logits)[label].", labelledRule, (tensors) => labelled(tensors, false)),
  recall: {
    ...pair("Share of rows whose own partner is among the k with the largest products a b', of all b of the batch. It depends on the size of the batch: fewer candidates are easier.", vectorsRule, vectors, [{ name: "k", doc: "How many candidates count.", type: { kind: "int", min: 1 } }]),
    tensors: ["a", "b"],
  },
} as const satisfies Readonly<Record<string, LayerSignature>>;
