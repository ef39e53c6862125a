// Puts our kernels for the backend `cpu` in the place of TensorFlow.js's, several to many times slower, and keeps those for what ours
// do not serve and for comparison.

import * as tf from "@tensorflow/tfjs-core";
import { adamStep, adamStepName } from "./adam-step.js";
import { register, type Call, type Kernel } from "./arrays.js";
import { batchStatistics, batchStatisticsKernelName, normalize, normalizeGrad, normalizeGradKernelName, normalizeKernelName } from "./batch-norm.js";
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput } from "./conv2d.js";
import { add, binary, divide, multiplyElements, relu, step, subtract } from "./elementwise.js";
import { batchMatMul } from "./matmul.js";
import { mixKernel, mixKernelName } from "./mix.js";
import { avgPool, maxPool, maxPoolGrad } from "./pools.js";
import { reduce } from "./reduce.js";
import { sgdStep, sgdStepName } from "./sgd-step.js";

/** Kernels of TensorFlow.js that ours replace; null means "not served": the original runs. */
const replacements: Readonly<Record<string, (call: Call) => tf.TensorInfo | null>> = {
  [tf.BatchMatMul]: (call) => (bothFloat(call, "a", "b") ? batchMatMul(call) : null),
  [tf.Conv2D]: (call) => (isNhwc(call) && bothFloat(call, "x", "filter") ? conv2d(call) : null),
  [tf.Conv2DBackpropFilter]: (call) => (isNhwc(call) && bothFloat(call, "x", "dy") ? conv2dBackpropFilter(call) : null),
  [tf.Conv2DBackpropInput]: (call) => (isNhwc(call) && bothFloat(call, "dy", "filter") ? conv2dBackpropInput(call) : null),
  [tf.MaxPool]: (call) => (isFloat(call, "x") ? maxPool(call) : null),
  [tf.MaxPoolGrad]: (call) => (isFloat(call, "input") ? maxPoolGrad(call) : null),
  [tf.AvgPool]: (call) => (isFloat(call, "x") ? avgPool(call) : null),
  [tf.Add]: binary(add),
  [tf.Sub]: binary(subtract),
  [tf.Multiply]: binary(multiplyElements),
  [tf.RealDiv]: binary(divide),
  [tf.Relu]: relu,
  [tf.Step]: step,
  [tf.Sum]: reduce(false),
  [tf.Mean]: reduce(true),
};

/** Kernels that TensorFlow.js does not have. */
const additions: Readonly<Record<string, Kernel>> = {
  [mixKernelName]: mixKernel,
  [adamStepName]: adamStep,
  [sgdStepName]: sgdStep,
  [batchStatisticsKernelName]: batchStatistics,
  [normalizeKernelName]: normalize,
  [normalizeGradKernelName]: normalizeGrad,
};

const originals = new Map<string, tf.KernelFunc>();

/** Installs the kernels; once is enough, more do nothing. The backend `cpu` must be registered. */
export function installCpuKernels(): void {
  if (originals.size > 0) return;
  silence();
  for (const [name, ours] of Object.entries(replacements)) {
    const original = tf.getKernel(name, "cpu")?.kernelFunc;
    if (original === undefined) throw new Error(`TensorFlow.js has no kernel ${name} for the backend cpu`);
    originals.set(name, original);
    tf.unregisterKernel(name, "cpu");
    tf.registerKernel({
      kernelName: name,
      backendName: "cpu",
      kernelFunc: (call) => {
        const own = ours({ inputs: call.inputs, backend: call.backend as Call["backend"], attrs: call.attrs ?? {} });
        return own ?? original(call);
      },
    });
  }
  for (const [name, kernel] of Object.entries(additions)) register(name, kernel);
}

/** Runs `run` on TensorFlow.js's own kernels alone: for comparisons. */
export function withOriginalKernels<T>(run: () => T): T {
  const ours = new Map<string, tf.KernelFunc>();
  for (const name of [...originals.keys(), ...Object.keys(additions)]) {
    const kernel = tf.getKernel(name, "cpu")?.kernelFunc;
    if (kernel === undefined) throw new Error("our kernels are not installed");
    ours.set(name, kernel);
    tf.unregisterKernel(name, "cpu");
  }
  for (const [kernelName, kernelFunc] of originals) tf.registerKernel({ kernelName, backendName: "cpu", kernelFunc });
  try {
    return run();
  } finally {
    for (const kernelName of originals.keys()) tf.unregisterKernel(kernelName, "cpu");
    for (const [kernelName, kernelFunc] of ours) tf.registerKernel({ kernelName, backendName: "cpu", kernelFunc });
  }
}

/** Without this, the backend's first use prints an advertisement for another package. */
function silence(): void {
  const backend: unknown = tf.findBackend("cpu");
  if (typeof backend === "object" && backend !== null && "firstUse" in backend) backend.firstUse = false;
}

function isNhwc(call: Call): boolean {
  const format = call.attrs["dataFormat"];
  return format === undefined || format === "NHWC";
}

function isFloat(call: Call, name: string): boolean {
  return call.inputs[name]?.dtype === "float32";
}

function bothFloat(call: Call, first: string, second: string): boolean {
  return isFloat(call, first) && isFloat(call, second);
}
