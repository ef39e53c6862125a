// The contrastive loss of pairs: each row's partner among all of the batch. Weights are of the rows that look for their partner.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";
import { average } from "./average.js";

/**
 * a and b [batch, d], row i of one the partner of row i of the other, with products s = a b' / temperature: the mean over rows of
 * (log sum_j exp s_ij + log sum_j exp s_ji) / 2 - s_ii (Radford et al. 2021).
 */
export function contrastive(a: tf.Tensor, b: tf.Tensor, { temperature }: { readonly temperature: number }, lengths?: undefined, weights?: tf.Tensor): tf.Tensor {
  return traced("contrastive", () => {
    const scores = tf.div(tf.matMul(tf.reshape<tf.Rank.R2>(a, vectors(a)), tf.reshape<tf.Rank.R2>(b, vectors(b)), false, true), temperature);
    const own = tf.div(tf.sum(tf.mul(a, b), -1), temperature);
    const among = tf.mul(0.5, tf.add(tf.logSumExp(scores, 1), tf.logSumExp(scores, 0)));
    return average(tf.sub(among, own), lengths, weights);
  });
}

function vectors(x: tf.Tensor): [number, number] {
  const [batch = 1, d = 1] = x.shape;
  return [batch, d];
}
