// Local response normalization: each number by the squares of its neighbors in depth; its gradient.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition } from "../definition.js";
import type { Emitter } from "../emitter.js";
import { firstShape } from "../emitter.js";
import { inFloat64 } from "./float64.js";

const paramsOf = (call: Call): readonly number[] => ["depthRadius", "bias", "alpha", "beta"].map((name) => Number(call.attribute(name)));

/** Sums over the channels from `radius` before to `radius` behind each: a convolution with ones along [n, c, h, w]'s second axis. */
function neighbors(to: Emitter, x: string, radius: number, [n = 1, c = 1, h = 1, w = 1]: readonly number[]): string {
  const ones = to.op("Expand", [to.float(1), to.integers([1, 1, 2 * radius + 1, 1])]);
  return to.reshape(to.op("Conv", [to.reshape(x, [n, 1, c, h * w]), ones], { kernel_shape: [2 * radius + 1, 1], pads: [radius, 0, radius, 0] }), [n, c, h, w]);
}

/** norm^-beta and norm, which is bias + alpha times the sum of squares. The engine's own op rounds by where a thread's share begins. */
function power(to: Emitter, x: string, shape: readonly number[], [radius = 0, bias = 1, alpha = 1, beta = 1]: readonly number[]): readonly [string, string] {
  const norm = to.op("Add", [to.op("Mul", [neighbors(to, to.op("Mul", [x, x]), radius, shape), to.float(alpha)]), to.float(bias)]);
  return [inFloat64(to, [norm], ([wide = ""]) => to.op("Pow", [wide, to.double(-beta)])), norm];
}

export const localResponse: readonly KernelDefinition[] = [
  {
    kernel: tf.LRN,
    plan: (call) => {
      const x = call.input("x");
      const params = paramsOf(call);
      return x.value.dtype === "float32" && Number.isInteger(params[0]) ? { inputs: [x], outputs: [{ shape: x.shape, dtype: "float32" }], params } : null;
    },
    emit: (to, [x], params) => {
      if (x === undefined) throw new Error("a normalization without input");
      const [factor] = power(to, x.channelsFirst, firstShape(x.shape), params);
      return { channelsFirst: to.op("Mul", [x.channelsFirst, factor]) };
    },
  },
  {
    kernel: tf.LRNGrad,
    plan: (call) => {
      const inputs = [call.input("x"), call.input("y"), call.input("dy")];
      const params = paramsOf(call);
      return inputs.every(({ value }) => value.dtype === "float32") && Number.isInteger(params[0]) ? { inputs, outputs: [{ shape: inputs[0]?.shape ?? [], dtype: "float32" }], params } : null;
    },
    // dy norm^-beta - 2 alpha beta x sum(dy y / norm), the sum over the same neighbors as in norm.
    emit: (to, [x, y, dy], params) => {
      if (x === undefined || y === undefined || dy === undefined) throw new Error("a normalization without input");
      const shape = firstShape(x.shape);
      const [radius = 0, , alpha = 1, beta = 1] = params;
      const [factor, norm] = power(to, x.channelsFirst, shape, params);
      const own = to.op("Mul", [dy.channelsFirst, factor]);
      const shares = neighbors(to, to.op("Div", [to.op("Mul", [dy.channelsFirst, y.channelsFirst]), norm]), radius, shape);
      return { channelsFirst: to.op("Sub", [own, to.op("Mul", [to.op("Mul", [x.channelsFirst, to.float(2 * alpha * beta)]), shares])]) };
    },
  },
];
