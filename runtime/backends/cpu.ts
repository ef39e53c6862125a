// Backend `cpu`: JavaScript kernels, TensorFlow.js's own or faster ones of ours. The reference that other backends are compared with.

import { version_cpu } from "@tensorflow/tfjs-backend-cpu";
import type { Backend } from "./backend.js";
import { installCpuKernels } from "./cpu/install.js";

export const cpu: Backend = {
  name: "cpu",
  doc: "JavaScript kernels, one thread; runs everywhere.",
  load: () => {
    installCpuKernels();
    return Promise.resolve({ registered: "cpu", device: `JavaScript, one thread (tfjs-backend-cpu ${version_cpu})` });
  },
};
