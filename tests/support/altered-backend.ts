// Backends that are `cpu` with kernels replaced, to see what becomes of one that is wrong, fails or is fast.

import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../../runtime/backends/backend.js";
import { cpu } from "../../runtime/backends/cpu.js";

/** A backend with the kernels of `cpu`, some of them replaced; `cpu` must be loaded. `loads` counts. */
export function altered(name: string, kernels: Readonly<Record<string, tf.KernelFunc>>, { isGpu = false, installed = "1" }: { readonly isGpu?: boolean; readonly installed?: string | null } = {}): Backend & { readonly loads: () => number } {
  let loads = 0;
  return {
    name,
    doc: "",
    devices: [],
    installed: () => installed,
    loads: () => loads,
    load: async () => {
      loads++;
      await cpu.load({ device: null, threads: null });
      if (tf.findBackendFactory(name) === null) {
        const factory = tf.findBackendFactory("cpu");
        if (factory === null) throw new Error("no backend cpu");
        // Its first use would print an advertisement for another package.
        tf.registerBackend(name, () => Object.assign(factory(), { firstUse: false }) as tf.KernelBackend, 0);
        tf.copyRegisteredKernels("cpu", name);
        for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
          tf.unregisterKernel(kernelName, name);
          tf.registerKernel({ kernelName, backendName: name, kernelFunc });
        }
      }
      return { registered: name, device: "none", memory: null, isGpu };
    },
  };
}

type MakeTensor = (shape: readonly number[], dtype: "float32", values: Float32Array) => tf.TensorInfo;

/** A kernel that gives zeros of the shape that `of` says. */
export const zeros = (of: (call: Parameters<tf.KernelFunc>[0]) => readonly number[]): tf.KernelFunc => (call) => {
  const shape = of(call);
  return (call.backend as tf.KernelBackend & { makeTensorInfo: MakeTensor }).makeTensorInfo(shape, "float32", new Float32Array(tf.util.sizeFromShape([...shape])));
};

export const failing: tf.KernelFunc = () => {
  throw new Error("the engine failed.\n    at native code");
};
