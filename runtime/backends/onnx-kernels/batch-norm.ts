// The kernels of batch norm in training on the backend `onnx`. What they share - x less its mean above all - is computed once in a step, because
// equal nodes of a recorded graph are one.

import type { Emitter } from "../onnx/emitter.js";
import type { KernelDefinition } from "../onnx/definition.js";
import { Channelwise } from "../onnx/kernels/channelwise.js";
import { batchStatisticsKernelName, normalizeGradKernelName, normalizeKernelName } from "../cpu/batch-norm.js";

/** 1 / sqrt(variance + epsilon) for each feature. */
function inverseDeviation(to: Emitter, variance: string, epsilon: string): string {
  return to.op("Div", [to.float(1), to.op("Sqrt", [to.op("Add", [variance, epsilon])])]);
}

export const batchNorm: readonly KernelDefinition[] = [
  {
    kernel: batchStatisticsKernelName,
    isList: true,
    plan: (call) => {
      const x = call.input("x");
      const features = [x.shape.at(-1) ?? 1];
      return { inputs: [x], outputs: [{ shape: features, dtype: "float32" }, { shape: features, dtype: "float32" }] };
    },
    /** x to its mean and its variance with divisor rows. */
    emit: (to, [x]) => {
      if (x === undefined) throw new Error("batch norm of nothing");
      const by = new Channelwise(to, [x]);
      const mean = by.mean(by.of(x));
      const centered = by.centered(by.of(x), mean);
      return [mean, by.mean(to.op("Mul", [centered, centered]))];
    },
  },
  {
    kernel: normalizeKernelName,
    plan: (call) => {
      const x = call.input("x");
      const inputs = [x, call.input("scale"), call.input("bias"), call.input("mean"), call.input("variance"), call.scalar(Number(call.attribute("epsilon")))];
      return { inputs, outputs: [{ shape: x.shape, dtype: "float32" }] };
    },
    /** (x - mean) * scale / sqrt(variance + epsilon) + bias. */
    emit: (to, [x, scale, bias, mean, variance, epsilon]) => {
      if (x === undefined || scale === undefined || bias === undefined || mean === undefined || variance === undefined || epsilon === undefined) throw new Error("batch norm of nothing");
      const by = new Channelwise(to, [x]);
      const factor = to.op("Mul", [scale.name, inverseDeviation(to, variance.name, epsilon.name)]);
      return by.given(by.affine(by.centered(by.of(x), mean.name), { factor, offset: bias.name }));
    },
  },
  {
    kernel: normalizeGradKernelName,
    isList: true,
    plan: (call) => {
      const x = call.input("x");
      const features = [x.shape.at(-1) ?? 1];
      const inputs = [call.input("dy"), x, call.input("scale"), call.input("mean"), call.input("variance"), call.scalar(Number(call.attribute("epsilon")))];
      return { inputs, outputs: [{ shape: x.shape, dtype: "float32" }, { shape: features, dtype: "float32" }, { shape: features, dtype: "float32" }] };
    },
    /**
     * dy to [dx, dscale, dbias] where mean and variance are those of x. With c = x - mean and i = 1 / sqrt(variance + epsilon): dbias = sum dy,
     * dscale = i sum (dy c), dx = scale i (dy - dbias / rows - c i dscale / rows).
     */
    emit: (to, [dy, x, scale, mean, variance, epsilon]) => {
      if (dy === undefined || x === undefined || scale === undefined || mean === undefined || variance === undefined || epsilon === undefined) throw new Error("batch norm of nothing");
      const by = new Channelwise(to, [x, dy]);
      const gradient = by.of(dy);
      const centered = by.centered(by.of(x), mean.name);
      const inverse = inverseDeviation(to, variance.name, epsilon.name);
      const dbias = by.sum(gradient);
      const dscale = to.op("Mul", [inverse, by.sum(to.op("Mul", [gradient, centered]))]);
      const factor = to.op("Mul", [scale.name, inverse]);
      const share = to.op("Neg", [to.op("Div", [factor, to.float(by.rows)])]);
      const along = by.affine(centered, { factor: to.op("Mul", [share, to.op("Mul", [inverse, dscale])]), offset: to.op("Mul", [share, dbias]) });
      return [by.given(by.affine(gradient, { factor, plus: along })), dscale, dbias];
    },
  },
];
