// Backend `cuda`: TensorFlow.js's binding to libtensorflow for NVIDIA GPUs. The package is optional and only ever loaded here;
// its install step needs a download, so that most of what can go wrong is told apart.

import { createRequire } from "node:module";
import { systemCode } from "../program/errors.js";
import { refusedDevice, type Backend, type LoadedBackend, type LoadOptions, type Unavailable } from "./backend.js";

const packageName = "@tensorflow/tfjs-node-gpu";

export const cuda: Backend = { name: "cuda", doc: `NVIDIA GPUs through ${packageName} (CUDA 11).`, devices: [], load };

async function load({ device }: LoadOptions): Promise<LoadedBackend | Unavailable> {
  const refused = refusedDevice(cuda, device);
  if (refused !== null) return refused;
  restoreIsNullOrUndefined();
  let binding: unknown;
  try {
    binding = await import(packageName);
  } catch (error) {
    return reason(error);
  }
  if (!isBinding(binding)) return { unavailable: `${packageName} is installed, but has no TensorFlow backend`, help: `Install ${packageName}@4.22.0.` };
  if (!binding.backend().isUsingGpuDevice) return { unavailable: `${packageName} is installed, but libtensorflow finds no GPU`, help: "Install the NVIDIA driver, CUDA 11.2 and cuDNN 8.1, or use `--backend cpu`." };
  return { registered: "tensorflow", device: "an NVIDIA GPU, through libtensorflow" };
}

function reason(error: unknown): Unavailable {
  const code = systemCode(error);
  const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  if (code === "ERR_MODULE_NOT_FOUND" && message.includes(packageName)) return { unavailable: `${packageName} is not installed`, help: `Run \`npm install ${packageName}@4.22.0\`.` };
  if (message.includes("tfjs_binding.node")) return { unavailable: `${packageName} is installed without its native part: its install script did not run or its download failed`, help: `Run \`npm rebuild ${packageName}\` with install scripts allowed.` };
  if (/lib(cudart|cublas|cudnn|tensorflow)[^:]*/.test(message)) return { unavailable: `a library does not load: ${message}`, help: "Install CUDA 11.2 and cuDNN 8.1." };
  return { unavailable: `${packageName} does not load: ${message}`, help: null };
}

/** The package calls `util.isNullOrUndefined`, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  const util: Record<string, unknown> = createRequire(import.meta.url)("node:util");
  util["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
}

function isBinding(value: unknown): value is { readonly backend: () => { readonly isUsingGpuDevice: boolean } } {
  return typeof value === "object" && value !== null && "backend" in value && typeof value.backend === "function";
}
