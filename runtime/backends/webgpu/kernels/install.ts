// Puts our kernels for WebGPU in the place of TensorFlow.js's, several to a hundred times slower on large tensors; theirs serve what ours do not.

import * as tf from "@tensorflow/tfjs-core";
import { adamStepName } from "../../cpu/adam-step.js";
import { mixKernelName } from "../../cpu/mix.js";
import { sgdStepName } from "../../cpu/sgd-step.js";
import type { WebGpuBackend } from "../programs.js";
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput } from "./conv2d.js";
import { batchMatMul } from "./matmul.js";
import { reduce } from "./reduce.js";
import { adamStep, mix, sgdStep } from "./updates.js";

const backendName = "webgpu";

type Kernel<Result> = (backend: WebGpuBackend, inputs: tf.NamedTensorInfoMap, attrs: object) => Result;

/** Null means "not served": the original runs. */
const replacements: Readonly<Record<string, Kernel<tf.TensorInfo | null>>> = {
  [tf.BatchMatMul]: batchMatMul,
  [tf.Conv2D]: conv2d,
  [tf.Conv2DBackpropFilter]: conv2dBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2dBackpropInput,
  [tf.Sum]: reduce(false),
  [tf.Mean]: reduce(true),
};

/** Kernels that TensorFlow.js does not have. */
const additions: Readonly<Record<string, Kernel<tf.TensorInfo | tf.TensorInfo[]>>> = {
  [mixKernelName]: mix,
  [adamStepName]: adamStep,
  [sgdStepName]: sgdStep,
};

/** Registers the kernels over TensorFlow.js's; once in a process. */
export function installWebGpuKernels(): void {
  for (const [kernelName, ours] of Object.entries(replacements)) {
    const original = tf.getKernel(kernelName, backendName).kernelFunc;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ kernelName, backendName, kernelFunc: (call) => ours(call.backend as WebGpuBackend, call.inputs, call.attrs ?? {}) ?? original(call) });
  }
  for (const [kernelName, ours] of Object.entries(additions)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: ({ backend, inputs, attrs }) => ours(backend as WebGpuBackend, inputs, attrs ?? {}) });
  }
}
