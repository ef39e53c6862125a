// Backend `cpu`: JavaScript kernels, TensorFlow.js's own or faster ones of ours. The reference that other backends are compared with.

import { version_cpu } from "@tensorflow/tfjs-backend-cpu";
import { refusedDevice, type Backend } from "./backend.js";
import { installCpuKernels } from "./cpu/install.js";
import { hostMemory } from "./memory.js";

export const cpu: Backend = {
  name: "cpu",
  doc: "JavaScript kernels, one thread; runs everywhere.",
  devices: [],
  installed: () => version_cpu,
  load: ({ device }) => {
    const refused = refusedDevice(cpu, device);
    if (refused !== null) return Promise.resolve(refused);
    installCpuKernels();
    return Promise.resolve({ registered: "cpu", isGpu: false, memory: hostMemory(), device: `JavaScript, one thread (tfjs-backend-cpu ${version_cpu})` });
  },
};
