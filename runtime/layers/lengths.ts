// Sequences of unequal length: padded to [batch, t, ...], with lengths [batch] from 1 to t. What stands behind a sequence's length is padding and
// reaches no result: a prediction depends on nothing but its own example, bit by bit.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

/** 1 at real positions, 0 at padding, [batch, t, 1, ...] with as many axes as `rank`, of `t` positions. */
export function realPositions(lengths: tf.Tensor, t: number, rank: number): tf.Tensor {
  const { size } = lengths;
  const isReal = tf.less(tf.range(0, t, 1, "int32"), tf.reshape(tf.cast(lengths, "int32"), [size, 1]));
  return tf.reshape(tf.cast(isReal, "float32"), [size, t, ...Array<number>(Math.max(0, rank - 2)).fill(1)]);
}

/** x [batch, t, ...] with 0 in the place of padding, whatever stood there. */
export function withoutPadding(x: tf.Tensor, lengths: tf.Tensor): tf.Tensor {
  const [, t = 1] = x.shape;
  return tf.where(tf.cast(realPositions(lengths, t, x.rank), "bool"), x, tf.zerosLike(x));
}

/** x [batch, t, ...] at the last real position of each example: [batch, ...]. */
export function last(x: tf.Tensor, lengths: tf.Tensor): tf.Tensor {
  return traced("last", () => {
    const [batch = 1, t = 1, ...shape] = x.shape;
    const places = tf.add(firstPlaces(batch, t), tf.sub(tf.cast(lengths, "int32"), 1));
    return tf.reshape(tf.gather(tf.reshape(x, [batch * t, -1]), tf.reshape(places, [batch])), [batch, ...shape]);
  });
}

/** x [batch, t, ...] with the real positions of each example in reverse order; padding stays where it is. Its own inverse. */
export function reversedWithin(x: tf.Tensor, lengths: tf.Tensor): tf.Tensor {
  const [batch = 1, t = 1, ...shape] = x.shape;
  const position = tf.reshape(tf.range(0, t, 1, "int32"), [1, t]);
  const turned = tf.sub(tf.reshape(tf.sub(tf.cast(lengths, "int32"), 1), [batch, 1]), position);
  const within = tf.where(tf.greaterEqual(turned, 0), turned, tf.tile(position, [batch, 1]));
  const places = tf.add(tf.reshape(firstPlaces(batch, t), [batch, 1]), within);
  return tf.reshape(tf.gather(tf.reshape(x, [batch * t, -1]), tf.reshape(tf.cast(places, "int32"), [batch * t])), [batch, t, ...shape]);
}

/** Where each example begins among [batch * t] positions. */
function firstPlaces(batch: number, t: number): tf.Tensor {
  return tf.range(0, batch * t, t, "int32");
}
