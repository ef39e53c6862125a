// What a backend must compute before anything depends on it. On a processor a product and a convolution are enough; on a GPU, where drivers
// are at work, also the gradients of a small network.

import * as tf from "@tensorflow/tfjs-core";

/** Compares with numbers known by hand or computed on \`cpu\`; says what is wrong, or null. All is read together: an engine that builds a program for what is read builds only one. */
export async function selfTest(isGpu: boolean): Promise<string | null> {
  const tests = isGpu ? [product, convolution, gradients] : [product, convolution];
  const all = tf.tidy(() => tf.concat(tests.map(({ compute }) => tf.reshape(compute(), [-1]))));
  const numbers = [...(await all.data())];
  all.dispose();
  let from = 0;
  for (const { what, expected, tolerance } of tests) {
    const found = numbers.slice(from, (from += expected.length));
    const wrong = expected.findIndex((value, i) => !(Math.abs((found[i] ?? NaN) - value) <= tolerance));
    if (wrong < 0) continue;
    if (tolerance === 0) return `${what} gave ${found.join()}, expected ${expected.join()}`;
    return `${what} gave ${found[wrong] ?? NaN} for ${expected[wrong] ?? NaN}, number ${wrong + 1} of ${expected.length}`;
  }
  return null;
}

interface Test {
  readonly what: string;
  readonly compute: () => tf.Tensor;
  readonly expected: readonly number[];
  /** Largest difference; 0 where numbers are whole. */
  readonly tolerance: number;
}

const product: Test = {
  what: "a product of matrices",
  compute: () => tf.matMul(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor2d([1, 0, 2, 1, 0, 3], [3, 2])),
  expected: [5, 11, 14, 23],
  tolerance: 0,
};

const convolution: Test = {
  what: "a convolution",
  // Ones through a 2 by 2 filter of 1, 2, 3, 4 with padding: inside 10, at the right 1 + 3, at the bottom 1 + 2, in the corner 1.
  compute: () => tf.conv2d(tf.ones<tf.Rank.R4>([1, 2, 2, 1]), tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]), 1, "same"),
  expected: [10, 4, 3, 1],
  tolerance: 0,
};

/** sin(pace), sin(2 pace), ... */
function wave<R extends tf.Rank>(shape: tf.ShapeMap[R], pace: number): tf.Tensor<R> {
  const length = tf.util.sizeFromShape(shape);
  return tf.tensor<R>(Float32Array.from({ length }, (_, i) => Math.sin(pace * (i + 1))), shape);
}

/** Cross-entropy of a convolution, ReLU and a dense layer: the loss and its gradients with respect to filter and kernel, of this some numbers. */
const gradients: Test = {
  what: "the gradient of a small network",
  compute: () => {
    const x = wave<tf.Rank.R4>([2, 4, 4, 1], 0.7);
    const loss = (filter: tf.Tensor, kernel: tf.Tensor): tf.Scalar => {
      const hidden = tf.relu(tf.conv2d(x, filter as tf.Tensor4D, 1, "same"));
      const logits = tf.matMul(tf.reshape<tf.Rank.R2>(hidden, [2, -1]), kernel as tf.Tensor2D);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.tensor2d([1, 0, 0, 0, 0, 1], [2, 3]), tf.logSoftmax(logits)), 1)));
    };
    const { value, grads } = tf.valueAndGrads(loss)([wave<tf.Rank.R4>([3, 3, 1, 2], 1.3), wave<tf.Rank.R2>([32, 3], 2.1)]);
    const [filter, kernel] = grads;
    if (filter === undefined || kernel === undefined) throw new Error("TensorFlow.js gives no gradients");
    return tf.concat([tf.reshape(value, [1]), tf.reshape(filter, [-1]), tf.reshape(tf.sum(tf.square(kernel)), [1]), tf.slice(tf.reshape(kernel, [-1]), [40], [4])]);
  },
  expected: [1.864502, 0.335028, 0.281042, 0.30471, -0.132932, -0.183715, -0.206692, -0.349402, -0.53938, -0.446273, 0.093861, 0.40568, 0.832779, 0.428858, 0.733868, 0.776064, 0.31974, -0.005607, -0.486881, 2.161527, 0, 0, 0.425801, 0.000003],
  tolerance: 1e-4,
};
