// Gradients of TensorFlow.js in forms that suit this backend, while it is in use; on others the registered ones run. Theirs make images of ones to
// repeat a sum's gradient, and scale whole images where scaling a number for each channel is enough. All are made of ops with gradients.

import * as tf from "@tensorflow/tfjs-core";

type GradFunc = tf.GradConfig["gradFunc"];
type Gradients = ReturnType<GradFunc>;

/** Replaces gradients that are registered; `isInUse` says whether ours run. The registered ones must be there, else this does nothing. */
export function installGradients(isInUse: () => boolean): void {
  override(tf.Sum, isInUse, (dy, [x], attributes) => repeated(dy, x, attributes, false));
  override(tf.Mean, isInUse, (dy, [x], attributes) => repeated(dy, x, attributes, true));
  override(tf.FusedBatchNorm, isInUse, batchNorm);
}

type Own = (dy: tf.Tensor, saved: readonly tf.Tensor[], attributes: Readonly<Record<string, unknown>>) => Gradients | null;

function override(kernelName: string, isInUse: () => boolean, own: Own): void {
  const original = tf.getGradient(kernelName);
  if (original === undefined) return;
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    ...original,
    gradFunc: (dy, saved, attributes) => (isInUse() && !Array.isArray(dy) ? own(dy, saved, attributes as Readonly<Record<string, unknown>>) : null) ?? original.gradFunc(dy, saved, attributes),
  });
}

/** The gradient of a sum or mean, repeated over what was summed. */
function repeated(dy: tf.Tensor, x: tf.Tensor | undefined, { axis }: Readonly<Record<string, unknown>>, isMean: boolean): Gradients | null {
  if (x === undefined || x.rank === 0) return null;
  const axes = tf.util.parseAxisParam(axis as number | number[], [...x.shape]);
  const shape = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const count = axes.reduce((product, i) => product * (x.shape[i] ?? 1), 1);
  return { x: () => tf.tile(tf.reshape(isMean ? tf.div(dy, count) : dy, shape), x.shape.map((size, i) => (axes.includes(i) ? size : 1))) };
}

/** With c = x - mean and i = 1 / sqrt(variance + epsilon), for each channel: y = c i scale + offset. Statistics of other shapes: null. */
function batchNorm(dy: tf.Tensor, [x, mean, variance, given]: readonly tf.Tensor[], { varianceEpsilon }: Readonly<Record<string, unknown>>): Gradients | null {
  if (x === undefined || mean === undefined || variance === undefined || mean.rank !== 1 || variance.rank !== 1 || (given !== undefined && given.rank !== 1)) return null;
  const axes = x.shape.slice(0, -1).map((_, i) => i);
  // Each is asked for on its own; what they share is computed once, as equal parts of a recorded graph are.
  const scale = (): tf.Tensor => given ?? tf.onesLike(mean);
  const inverse = (): tf.Tensor => tf.rsqrt(tf.add(variance, Number(varianceEpsilon)));
  const sum = (): tf.Tensor => tf.sum(dy, axes);
  const along = (): tf.Tensor => tf.sum(tf.mul(dy, tf.sub(x, mean)), axes);
  return {
    x: () => tf.mul(dy, tf.mul(scale(), inverse())),
    mean: () => tf.neg(tf.mul(tf.mul(scale(), inverse()), sum())),
    variance: () => tf.mul(tf.mul(tf.mul(scale(), -0.5), tf.pow(inverse(), 3)), along()),
    scale: () => tf.mul(inverse(), along()),
    offset: sum,
  };
}
