// Maxima and means over windows of images, and their gradients.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import { sizeOf } from "../value.js";
import { attributesOf, firstShape, poolGeometry } from "./convolutions.js";

function pool(kernel: string, op: string): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const x = call.input("x");
      const geometry = x.value.dtype === "float32" ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [x], outputs: [{ shape: geometry.output, dtype: "float32" }], params: geometry.params };
    },
    emit: (to, [x], params) => {
      const { kernel_shape, strides, pads } = attributesOf(params);
      return { channelsFirst: to.op(op, [x?.channelsFirst ?? ""], { kernel_shape, strides, pads }) };
    },
  };
}

export const pools: readonly KernelDefinition[] = [
  pool(tf.MaxPool, "MaxPool"),
  pool(tf.AvgPool, "AveragePool"),
  {
    kernel: tf.MaxPoolGrad,
    plan: (call) => {
      const [dy, x] = [call.input("dy"), call.input("input")];
      const geometry = dy.value.dtype === "float32" && x.value.dtype === "float32" ? poolGeometry(call, x.shape) : null;
      return geometry === null ? null : { inputs: [dy, x], outputs: [{ shape: x.shape, dtype: "float32" }], params: geometry.params };
    },
    // The engine tells where each maximum is, counted over the whole tensor; what comes from there goes back there.
    emit: (to, [dy, x], params) => {
      if (dy === undefined || x === undefined) throw new Error("a pool without inputs");
      const { kernel_shape, strides, pads } = attributesOf(params);
      const [, places = ""] = to.ops("MaxPool", [x.channelsFirst], 2, { kernel_shape, strides, pads });
      const [zeros, flat] = [to.op("Expand", [to.float(0), to.integers([sizeOf(x.shape)])]), to.integers([-1])];
      const sums = to.op("ScatterElements", [zeros, to.op("Reshape", [places, flat]), to.op("Reshape", [dy.channelsFirst, flat])], { axis: 0, reduction: "add" });
      return { channelsFirst: to.reshape(sums, firstShape(x.shape)) };
    },
  },
  {
    kernel: tf.AvgPoolGrad,
    plan: (call) => {
      const [dy, x] = [call.input("dy"), call.input("input")];
      const geometry = dy.value.dtype === "float32" ? poolGeometry(call, x.shape) : null;
      if (geometry === null) return null;
      const [height = 1, width = 1] = geometry.params;
      return { inputs: [dy, call.scalar(1 / (height * width))], outputs: [{ shape: x.shape, dtype: "float32" }], params: geometry.params };
    },
    // Each channel of each image is an image of its own, spread by a filter of 1 / (height width).
    emit: (to, [dy, share], params, [output]) => {
      if (dy === undefined || share === undefined) throw new Error("a pool without inputs");
      const [kh = 1, kw = 1, sh = 1, sw = 1, , , top = 0, left = 0, bottom = 0, right = 0] = params;
      const [n = 1, oh = 1, ow = 1, channels = 1] = dy.shape;
      const [, height = 1, width = 1] = output?.shape ?? [];
      const images = to.reshape(dy.channelsFirst, [n * channels, 1, oh, ow]);
      const filter = to.op("Expand", [share.name, to.integers([1, 1, kh, kw])]);
      const more = [height - ((oh - 1) * sh + kh - top - bottom), width - ((ow - 1) * sw + kw - left - right)];
      const spread = to.op("ConvTranspose", [images, filter], { kernel_shape: [kh, kw], strides: [sh, sw], pads: [top, left, bottom, right], output_padding: more });
      return { channelsFirst: to.reshape(spread, [n, channels, height, width]) };
    },
  },
];
