// Cross-entropies of logits. Both are means over the batch and all axes but the classes'; with lengths over real positions, with weights of terms times weights.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { average } from "./average.js";
import { alike, labelRows, logitRows } from "./targets.js";

/**
 * -sum_c t_c log softmax(logits)_c for logits [batch, ..., classes] and labels [batch, ...], where t is 1 - smoothing at the label plus
 * smoothing / classes everywhere (Szegedy et al. 2016).
 */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor, { smoothing }: { readonly smoothing: number }, lengths?: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return traced("crossEntropy", () => {
    const rows = logitRows(logits);
    const classes = rows.shape[1];
    const targets = tf.oneHot(labelRows(labels), classes, 1 - smoothing + smoothing / classes, smoothing / classes, "float32");
    const own = tf.mul(targets, tf.logSoftmax(rows));
    if (lengths === undefined && weights === undefined) return tf.neg(tf.div(tf.sum(own), rows.shape[0]));
    return tf.neg(average(tf.reshape(tf.sum(own, 1), labels.shape), lengths, weights));
  });
}

/** -t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)) = softplus(x) - x t, for logits and targets of the same shape, targets in [0, 1]. */
export function binaryCrossEntropy(logits: tf.Tensor, targets: tf.Tensor, lengths?: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return traced("binaryCrossEntropy", () => average(tf.sub(tf.softplus(logits), tf.mul(logits, alike(logits, targets))), lengths, weights));
}
