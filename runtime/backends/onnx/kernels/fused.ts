// A product or convolution, a bias and an activation as one kernel: the three kernels one after the other.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition, OutputSpec } from "../definition.js";
import { formsOf, Operand, type Emitted, type Emitter } from "../emitter.js";
import { broadcast, isSameShape } from "../value.js";
import { convolutions } from "./convolutions.js";
import { elementwise } from "./elementwise.js";
import { functions } from "./functions.js";
import { products } from "./products.js";

/** Kernels behind the names of activations; their places in this list are params. */
const activations = [
  ["linear", null],
  ["relu", tf.Relu],
  ["relu6", tf.Relu6],
  ["elu", tf.Elu],
  ["sigmoid", tf.Sigmoid],
  ["leakyrelu", tf.LeakyRelu],
  ["prelu", tf.Prelu],
] as const;

const pointwise = [...elementwise, ...functions];
const definitionOf = (kernel: string): KernelDefinition => {
  const found = pointwise.find((each) => each.kernel === kernel);
  if (found === undefined) throw new Error(`no kernel ${kernel}`);
  return found;
};

function operand(to: Emitter, given: Emitted, shape: readonly number[]): Operand {
  return new Operand(to, formsOf(given), shape, "float32");
}

function fused(kernel: string, base: KernelDefinition): KernelDefinition {
  return {
    kernel,
    plan: (call) => {
      const plan = base.plan(call);
      const [output] = plan?.outputs ?? [];
      const activation = activations.findIndex(([name]) => name === (call.attribute("activation") ?? "linear"));
      if (plan === null || output === undefined || activation === -1 || isChannelsFirst(call)) return null;
      const more = ["bias", "preluActivationWeights"].map((name) => (call.has(name) ? call.input(name) : null));
      const isFitting = more.every((ref) => ref === null || (ref.value.dtype === "float32" && isSameShape(broadcast(ref.shape, output.shape) ?? [], output.shape)));
      if (!isFitting) return null;
      const alpha = Number(call.attribute("leakyreluAlpha") ?? 0.2);
      const inputs = [...plan.inputs, ...more.flatMap((ref) => (ref === null ? [] : [ref]))];
      return { inputs, outputs: plan.outputs, params: [plan.inputs.length, call.has("bias") ? 1 : 0, activation, alpha, ...(plan.params ?? [])] };
    },
    emit: (to, inputs, [count = 0, hasBias = 0, activation = 0, alpha = 0, ...params], outputs) => {
      const spec: OutputSpec = outputs[0] ?? { shape: [], dtype: "float32" };
      const own = base.emit(to, inputs.slice(0, count), params, outputs);
      let result: Emitted = Array.isArray(own) ? ((own as readonly Emitted[])[0] ?? "") : (own as Emitted);
      const then = (next: string, more: readonly Operand[], settings: readonly number[] = []): void => {
        const emitted = definitionOf(next).emit(to, [operand(to, result, spec.shape), ...more], settings, [spec]);
        result = Array.isArray(emitted) ? ((emitted as readonly Emitted[])[0] ?? "") : (emitted as Emitted);
      };
      if (hasBias === 1) then(tf.Add, inputs.slice(count, count + 1));
      const name = activations[activation]?.[1] ?? null;
      if (name !== null) then(name, name === tf.Prelu ? inputs.slice(count + hasBias) : [], name === tf.LeakyRelu ? [alpha] : []);
      return result;
    },
  };
}

/** Biases mean another axis then. */
function isChannelsFirst(call: Call): boolean {
  return call.attribute("dataFormat") === "NCHW";
}

const over = (kernel: string, bases: readonly KernelDefinition[], base: string): readonly KernelDefinition[] => bases.filter((each) => each.kernel === base).map((each) => fused(kernel, each));

export const fusions: readonly KernelDefinition[] = [
  ...over(tf._FusedMatMul, products, tf.BatchMatMul),
  ...over(tf.FusedConv2D, convolutions, tf.Conv2D),
  ...over(tf.FusedDepthwiseConv2D, convolutions, tf.DepthwiseConv2dNative),
];
