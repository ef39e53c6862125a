// Batch norm by given statistics.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import type { Operand } from "../emitter.js";
import type { Ref } from "../value.js";
import { Channelwise } from "./channelwise.js";

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
    emit: (to, [x, mean, variance, scale, offset, epsilon]) => {
      if (x === undefined || mean === undefined || variance === undefined || scale === undefined || offset === undefined || epsilon === undefined) throw new Error("batch norm of nothing");
      const by = new Channelwise(to, [x]);
      const each = ({ name, size }: Operand): string => (size === by.channels ? name : to.op("Expand", [name, to.integers([by.channels])]));
      const factor = to.op("Div", [each(scale), to.op("Sqrt", [to.op("Add", [each(variance), epsilon.name])])]);
      return by.given(by.affine(by.centered(by.of(x), each(mean)), { factor, offset: each(offset) }));
    },
  },
];
