// Batch norm by given statistics.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Ref } from "../value.js";
import { inLayout } from "./pointwise.js";

export const normalization: readonly KernelDefinition[] = [
  {
    kernel: tf.FusedBatchNorm,
    plan: (call) => {
      const x = call.input("x");
      const optional = (name: string, otherwise: number): Ref => (call.has(name) ? call.input(name) : call.scalar(otherwise));
      const inputs = [x, call.input("mean"), call.input("variance"), optional("scale", 1), optional("offset", 0), call.scalar(Number(call.attribute("varianceEpsilon")))];
      // Statistics of another shape than [features] repeat in a way of their own.
      const isPlain = inputs.every(({ value, shape }, i) => value.dtype === "float32" && (i === 0 || shape.length === 0 || (shape.length === 1 && shape[0] === x.shape.at(-1))));
      return isPlain ? { inputs, outputs: [{ shape: x.shape, dtype: "float32" }] } : null;
    },
    emit: (to, inputs, _params, [output]) =>
      inLayout(to, inputs, output?.shape ?? [], ([x = "", mean = "", variance = "", scale = "", offset = "", epsilon = ""]) => {
        const factor = to.op("Div", [scale, to.op("Sqrt", [to.op("Add", [variance, epsilon])])]);
        return to.op("Add", [to.op("Mul", [to.op("Sub", [x, mean]), factor]), offset]);
      }),
  },
];
