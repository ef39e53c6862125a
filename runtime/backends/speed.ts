// How fast a backend multiplies matrices.

import * as tf from "@tensorflow/tfjs-core";

/** Side of the matrices: what a layer of a few hundred units has. */
const size = 512;
const mostQueued = 256;

/** Matrix products of the backend in use, in GFLOP/s: as many as take about a fifth of a second, one after the other, the result read once. */
export async function speed(): Promise<number> {
  // Each product gives the same matrix again.
  const [ones, mean] = [tf.ones([size, size]), tf.fill([size, size], 1 / size)];
  const secondsOf = async (count: number): Promise<number> => {
    const started = performance.now();
    const corner = tf.tidy(() => {
      let product: tf.Tensor = ones;
      for (let i = 0; i < count; i++) product = tf.matMul(product, mean);
      return tf.slice(product, [0, 0], [1, 1]);
    });
    await corner.data();
    corner.dispose();
    return (performance.now() - started) / 1000;
  };
  // The first prepares what all use.
  await secondsOf(1);
  const one = await secondsOf(1);
  const count = Math.max(1, Math.min(mostQueued, Math.round(0.2 / one)));
  await secondsOf(count);
  const seconds = count === 1 ? one : await secondsOf(count);
  tf.dispose([ones, mean]);
  return (2 * size ** 3 * count) / seconds / 1e9;
}
