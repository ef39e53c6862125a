// Where kernels of libtensorflow, which the backend `cuda` calls, differ from those of TensorFlow.js's other backends.

import * as tf from "@tensorflow/tfjs-core";

/**
 * Is libtensorflow in use? Its gradient of a mean pool leaves padding out of account, as it should, where the others divide by the whole window; its
 * convolution of each channel by itself takes one stride for both axes.
 */
export function isLibtensorflow(): boolean {
  return tf.getBackend() === "tensorflow";
}
