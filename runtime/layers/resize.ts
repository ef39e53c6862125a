// Images in another size. The gradient is ours: TensorFlow.js's forgets, on `cpu`, that coordinates are those of the centers of pixels.

import * as tf from "@tensorflow/tfjs-core";
import { traced } from "../tensor.js";

export interface ResizeOptions {
  /** Height and width of the result. */
  readonly size: readonly [number, number];
  readonly method: "nearest" | "bilinear";
}

/** x [batch, h, w, c]: [batch, ...size, c]. A new pixel's center at i is at (i + 1/2) h / h' - 1/2 among the old ones, as in PyTorch (`align_corners=False`). */
export function resize(x: tf.Tensor, { size, method }: ResizeOptions): tf.Tensor {
  return traced("resize", () => {
    const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
    const images = tf.reshape<tf.Rank.R4>(x, [batch, height, width, channels]);
    const target: [number, number] = [size[0], size[1]];
    const resized = tf.customGrad((given) => ({
      value: method === "nearest" ? tf.image.resizeNearestNeighbor(given as tf.Tensor4D, target, false, true) : tf.image.resizeBilinear(given as tf.Tensor4D, target, false, true),
      gradFunc: (dy: tf.Tensor) => {
        const rows = spread(tf.reshape(dy, [batch, size[0], size[1] * channels]), height, method);
        const both = spread(tf.reshape(rows, [batch * height, size[1], channels]), width, method);
        return tf.reshape(both, images.shape);
      },
    }));
    return resized(images);
  });
}

/** What each of `count` old pixels gets back of dy [n, new, inner]: [n, count, inner]. */
function spread(dy: tf.Tensor, count: number, method: ResizeOptions["method"]): tf.Tensor {
  const many = dy.shape[1] ?? 1;
  return many === count ? dy : tf.matMul(tf.tensor3d(shares(count, many, method), [1, count, many]), dy);
}

/** [old, new]: the share of each new pixel that comes from each old one. */
function shares(old: number, many: number, method: ResizeOptions["method"]): Float32Array {
  const found = new Float32Array(old * many);
  const give = (to: number, of: number, share: number): void => {
    found[to * many + of] = (found[to * many + of] ?? 0) + share;
  };
  for (let i = 0; i < many; i++) {
    // In this order, so that it rounds as in the kernels.
    const center = (old / many) * (i + 0.5);
    if (method === "nearest") {
      give(Math.min(old - 1, Math.floor(center)), i, 1);
      continue;
    }
    const place = Math.min(old - 1, Math.max(0, center - 0.5));
    const low = Math.floor(place);
    give(low, i, 1 - (place - low));
    give(Math.min(old - 1, low + 1), i, place - low);
  }
  return found;
}
