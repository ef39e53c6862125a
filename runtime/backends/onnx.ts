// Backend `onnx`: ONNX Runtime, on the CPU or on a GPU through one of its providers. Its package is optional; it is looked for beside the
// program and beside the runtime.

import { refusedDevice, type Backend } from "./backend.js";
import { hostUpdates, onnxKernels } from "./onnx-kernels/kernels.js";
import { hostMemory } from "./memory.js";
import { installedPackage, packageRoots } from "./package-roots.js";
import { runningOp } from "../tensor.js";
import { loadEngine } from "./onnx/binding.js";
import { devices, isDevice } from "./onnx/device.js";
import { installOnnxBackend, kernelCoverage, type Installed } from "./onnx/install.js";
import { fallbackReasons } from "./onnx/kernels/left-to-fallback.js";

export const onnx: Backend = {
  name: "onnx",
  doc: "The CPU, or a GPU by `--device`, through ONNX Runtime's native engine.",
  devices,
  installed: () => installedPackage("onnxruntime-node")?.version ?? null,
  load: ({ device, threads }) => {
    const refused = refusedDevice(onnx, device);
    if (refused !== null) return Promise.resolve(refused);
    const installed = installOnnxBackend({ roots: packageRoots(), extraKernels: (device ?? "cpu") === "cpu" ? [...onnxKernels, ...hostUpdates] : onnxKernels, ...(device !== null && isDevice(device) ? { device } : {}), ...(threads === null ? {} : { threads }) });
    if ("missing" in installed) return Promise.resolve({ unavailable: installed.missing, help: installed.help });
    installed.backend.recorder.label = () => runningOp()?.ordinal.toString() ?? null;
    return Promise.resolve({ registered: "onnx", isGpu: installed.device !== "cpu", memory: installed.device === "cpu" ? hostMemory() : null, device: `${inWords(installed)} (onnxruntime-node ${installed.version})` });
  },
  tryDevice: (device) => {
    if (!isDevice(device)) return refusedDevice(onnx, device);
    const engine = loadEngine(packageRoots(), device);
    return "missing" in engine ? { unavailable: engine.missing, help: engine.help } : null;
  },
  kernels: () => {
    const { native, fallback } = kernelCoverage();
    // The runtime's own kernels for `cpu` are no kernels of TensorFlow.js.
    return { native, fallback: Object.fromEntries(fallback.filter((name) => !name.startsWith("Sop")).map((name) => [name, fallbackReasons[name] ?? "it is not written yet"])) };
  },
};

function inWords({ device, threads }: Installed): string {
  if (device === "webgpu") return "a GPU through WebGPU";
  if (device === "cuda") return "an NVIDIA GPU through CUDA 12";
  return `native code, ${threads === 1 ? "one thread" : `${threads} threads`}`;
}
