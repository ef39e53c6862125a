// A decoder that predicts the next token: embedding of tokens and positions, blocks of causal attention and a feed-forward part with layer
// norm before each (Radford et al. 2019), and a last norm before the logits.

import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../runtime/random.js";
import { at, constant, crossEntropy, dense, denseWeights, type HandModel, type Named, type Start } from "./model.js";

export interface TransformerSizes {
  readonly batch: number;
  readonly blocks: number;
  /** Features of a token. */
  readonly width: number;
  readonly heads: number;
  /** Tokens of a row. */
  readonly length: number;
  readonly vocabulary: number;
}

/** Added to a variance. */
const epsilon = 1e-5;
/** Stands in the place of the scores of later tokens. */
const hidden = -1e9;

export function transformer({ batch, blocks, width, heads, length, vocabulary }: TransformerSizes): HandModel {
  const rows = batch * length;
  const names = Array.from({ length: blocks }, (_, i) => `block_${i + 1}`);
  const shape: [number, number, number, number] = [batch, length, heads, width / heads];

  /** x [rows, width] to [batch, heads, length, width / heads]. */
  const split = (x: tf.Tensor2D): tf.Tensor => tf.transpose(tf.reshape(x, shape), [0, 2, 1, 3]);

  const attention = (x: tf.Tensor2D, weights: Named, name: string, mask: tf.Tensor): tf.Tensor2D => {
    const [query, key, value] = ["query", "key", "value"].map((part) => split(dense(x, weights, `${name}.${part}`)));
    if (query === undefined || key === undefined || value === undefined) throw new Error("attention without a part");
    const scores = tf.add(tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(width / heads)), mask);
    const mixed = tf.transpose(tf.matMul(tf.softmax(scores), value), [0, 2, 1, 3]);
    return dense(tf.reshape<tf.Rank.R2>(mixed, [rows, width]), weights, `${name}.result`);
  };

  return {
    title: `Transformer, ${blocks} blocks, width ${width}, ${heads} heads, ${length} tokens of ${vocabulary}`,
    batch,
    weights: Object.assign(
      { tokens: table(vocabulary, width), positions: table(length, width) },
      ...names.map((name) =>
        Object.assign(
          {},
          normWeights(`${name}.norm_1`, width),
          ...["query", "key", "value", "result"].map((part) => denseWeights(`${name}.${part}`, width, width)),
          normWeights(`${name}.norm_2`, width),
          denseWeights(`${name}.wide`, width, 4 * width),
          denseWeights(`${name}.narrow`, 4 * width, width),
        ),
      ),
      normWeights("norm", width),
      denseWeights("logits", width, vocabulary),
    ),
    inputs: (seed) => tokens(batch, length, vocabulary, seed),
    loss: (weights, inputs) => {
      const mask = tf.tensor2d(Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? hidden : 0)), [length, length]);
      const embedded = tf.add(tf.gather(at(weights, "tokens"), at<tf.Rank.R1>(inputs, "x")), at(weights, "positions"));
      let x = tf.reshape<tf.Rank.R2>(embedded, [rows, width]);
      for (const name of names) {
        x = tf.add(x, attention(norm(x, weights, `${name}.norm_1`), weights, name, mask));
        x = tf.add(x, dense(tf.relu(dense(norm(x, weights, `${name}.norm_2`), weights, `${name}.wide`)), weights, `${name}.narrow`));
      }
      return crossEntropy(dense(norm(x, weights, "norm"), weights, "logits"), tf.reshape(at(inputs, "y"), [rows]));
    },
  };
}

function table(rows: number, width: number): Start {
  return { shape: [rows, width], mean: 0, deviation: 0.02, isTrained: true };
}

function normWeights(name: string, width: number): Readonly<Record<string, Start>> {
  return { [`${name}.scale`]: constant(width, 1), [`${name}.bias`]: constant(width, 0) };
}

/** Layer norm (Ba et al. 2016) of x [rows, width]. */
function norm(x: tf.Tensor2D, weights: Named, name: string): tf.Tensor2D {
  const centered = tf.sub(x, tf.mean(x, 1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), 1, true), epsilon));
  return tf.add(tf.mul(tf.mul(centered, inverse), at<tf.Rank.R1>(weights, `${name}.scale`)), at<tf.Rank.R1>(weights, `${name}.bias`));
}

/** Rows in which each token mostly follows from the one before: `x` [batch, length] and the next ones, `y`. */
function tokens(batch: number, length: number, vocabulary: number, seed: number): Named {
  const draw = stream(seed, "tokens");
  const [x, y] = [new Int32Array(batch * length), new Int32Array(batch * length)];
  for (let row = 0; row < batch; row++) {
    let token = draw.below(vocabulary);
    for (let i = row * length; i < (row + 1) * length; i++) {
      x[i] = token;
      token = draw.uniform() < 0.1 ? draw.below(vocabulary) : (5 * token + 7) % vocabulary;
      y[i] = token;
    }
  }
  return { x: tf.tensor2d(x, [batch, length], "int32"), y: tf.tensor2d(y, [batch, length], "int32") };
}
