// Our kernels for pools on the backend `cpu`. Windows that reach over the border see what is inside only. Images are NHWC.

import * as tf from "@tensorflow/tfjs-core";
import { floats, input, type Call } from "./arrays.js";
import { padding, pair } from "./conv2d.js";

type Info = tf.backend_util.Conv2DInfo;

/** Windows' maxima; a NaN in a window gives NaN. */
export function maxPool(call: Call): tf.TensorInfo {
  const info = infoOf(call, input(call, "x").shape);
  const x = floats(call, "x");
  const out = new Float32Array(info.batchSize * info.outHeight * info.outWidth * info.outChannels).fill(-Infinity);
  eachPair(info, (from, to, channels) => {
    for (let c = 0; c < channels; c++) {
      const value = x[from + c] as number;
      // A NaN wins, and stays: nothing compares greater than it.
      if (value > (out[to + c] as number) || value !== value) out[to + c] = value;
    }
  });
  return call.backend.makeTensorInfo([...info.outShape], "float32", out);
}

/** The gradient goes to the first maximum of each window. */
export function maxPoolGrad(call: Call): tf.TensorInfo {
  const shape = input(call, "input").shape;
  const info = infoOf(call, shape);
  const x = floats(call, "input");
  const y = floats(call, "output");
  const dy = floats(call, "dy");
  const dx = new Float32Array(x.length);
  const taken = new Uint8Array(y.length);
  eachPair(info, (from, to, channels) => {
    for (let c = 0; c < channels; c++) {
      if (taken[to + c] === 0 && x[from + c] === y[to + c]) {
        taken[to + c] = 1;
        dx[from + c] = (dx[from + c] as number) + (dy[to + c] as number);
      }
    }
  });
  return call.backend.makeTensorInfo([...shape], "float32", dx);
}

/** Windows' means; padding does not count. */
export function avgPool(call: Call): tf.TensorInfo {
  const info = infoOf(call, input(call, "x").shape);
  const x = floats(call, "x");
  const sums = new Float64Array(info.batchSize * info.outHeight * info.outWidth * info.outChannels);
  const counts = new Float64Array(sums.length);
  eachPair(info, (from, to, channels) => {
    for (let c = 0; c < channels; c++) {
      sums[to + c] = (sums[to + c] as number) + (x[from + c] as number);
      counts[to + c] = (counts[to + c] as number) + 1;
    }
  });
  return call.backend.makeTensorInfo([...info.outShape], "float32", Float32Array.from(sums, (sum, i) => sum / (counts[i] as number)));
}

/** Calls `use` with the offsets of all pairs of an input and an output position that share a window, windows in order of their rows. */
function eachPair(info: Info, use: (from: number, to: number, channels: number) => void): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  const heightSpan = info.effectiveFilterHeight;
  const widthSpan = info.effectiveFilterWidth;
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideHeight - padInfo.top;
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideWidth - padInfo.left;
        const to = ((image * outHeight + row) * outWidth + column) * inChannels;
        for (let y = top; y < top + heightSpan; y += dilationHeight) {
          if (y < 0 || y >= inHeight) continue;
          for (let x = left; x < left + widthSpan; x += dilationWidth) {
            if (x < 0 || x >= inWidth) continue;
            use(((image * inHeight + y) * inWidth + x) * inChannels, to, inChannels);
          }
        }
      }
    }
  }
}

function infoOf(call: Call, shape: readonly number[]): Info {
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs;
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  const given = padding(pad);
  if (typeof given === "object") throw new Error("the pool kernels for `cpu` take no explicit padding");
  return tf.backend_util.computePool2DInfo([a, b, c, d], pair(filterSize), pair(strides), 1, given, dimRoundingMode === "floor" || dimRoundingMode === "round" || dimRoundingMode === "ceil" ? dimRoundingMode : undefined);
}
