// Where a slice begins and how large it is, as TensorFlow.js reads its attributes.

import * as tf from "@tensorflow/tfjs-core";
import type { Call } from "../definition.js";

/** Throws TensorFlow.js's message if the slice does not lie in the shape. */
export function sliceOf(shape: readonly number[], call: Call): { readonly begin: readonly number[]; readonly size: readonly number[] } {
  const x = { shape: [...shape] } as tf.Tensor;
  const [begin = [], size = []] = tf.slice_util.parseSliceParams(x, [...call.numbers("begin")], [...call.numbers("size")]);
  tf.slice_util.assertParamsValid(x, begin, size);
  return { begin, size };
}
