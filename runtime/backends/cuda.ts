// Backend `cuda`: TensorFlow.js's binding to libtensorflow for NVIDIA GPUs. The package is optional and only ever loaded here;
// its install step needs a download, so that most of what can go wrong is told apart.

import * as tf from "@tensorflow/tfjs-core";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { refusedDevice, type Backend, type LoadedBackend, type LoadOptions, type Unavailable } from "./backend.js";
import { gibibytes, hostMemory } from "./memory.js";
import { installedPackage } from "./package-roots.js";

const packageName = "@tensorflow/tfjs-node-gpu";
const version = "4.22.0";
const install = `npm install ${packageName}@${version}`;
const other = "use `--backend webgpu` or `--backend onnx`";

export const cuda: Backend = { name: "cuda", doc: `NVIDIA GPUs of the years 2016 to 2021 through ${packageName} (CUDA 11).`, devices: ["gpu", "cpu"], installed: () => installedPackage(packageName)?.version ?? null, load };

function load({ device }: LoadOptions): Promise<LoadedBackend | Unavailable> {
  return Promise.resolve(refusedDevice(cuda, device) ?? loadOn(device ?? "gpu"));
}

function loadOn(device: string): LoadedBackend | Unavailable {
  // What libtensorflow says of each library that it loads is no use to who trains.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  const binding = quietly(loadPackage);
  if ("unavailable" in binding) return binding;
  const { isUsingGpuDevice } = binding.backend();
  if (device === "cpu") return { registered: "tensorflow", device: `libtensorflow on the processor (tfjs-node-gpu ${version})`, memory: hostMemory(), isGpu: false };
  if (!isUsingGpuDevice) return { unavailable: `${packageName} is installed, but libtensorflow finds no GPU${inSystem() === null ? "; nor does `nvidia-smi`" : ""}`, help: `Install NVIDIA's driver, CUDA 11.2 and cuDNN 8.1, or ${other}.` };
  const gpu = inSystem();
  return { registered: "tensorflow", device: `${gpu?.name ?? "an NVIDIA GPU"}, through libtensorflow (tfjs-node-gpu ${version})`, memory: gpu === null ? null : `${gibibytes(gpu.bytes)} of memory`, isGpu: true };
}

interface Binding {
  readonly backend: () => { readonly isUsingGpuDevice: boolean };
}

function loadPackage(): Binding | Unavailable {
  const found = installedPackage(packageName);
  if (found === null) return { unavailable: `${packageName} is not installed`, help: `Run \`${install}\`.` };
  try {
    const binding: unknown = found.require(packageName);
    return isBinding(binding) ? binding : { unavailable: `${packageName} is installed, but has no TensorFlow backend`, help: `Run \`${install}\`.` };
  } catch (error) {
    return reason(error);
  }
}

function reason(error: unknown): Unavailable {
  const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  if (message.includes("tfjs_binding.node")) return { unavailable: `${packageName} is installed without its native part: its install script did not run or its download failed`, help: `Run \`npm rebuild ${packageName}\` with install scripts allowed, or ${other}.` };
  if (/lib(cudart|cublas|cudnn|tensorflow)[^:]*/.test(message)) return { unavailable: `a library does not load: ${message}`, help: `Install CUDA 11.2 and cuDNN 8.1, or ${other}.` };
  return { unavailable: `${packageName} does not load: ${message}`, help: `Run \`npm rebuild ${packageName}\`, or ${other}.` };
}

/** The first GPU as NVIDIA's driver knows it; null: there is none or no driver. */
function inSystem(): { readonly name: string; readonly bytes: number } | null {
  const { status, stdout } = spawnSync("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"], { encoding: "utf8", timeout: 10_000 });
  const [name, mebibytes] = status === 0 ? (stdout.split("\n")[0] ?? "").split(/,\s*/) : [];
  return name === undefined || !Number.isFinite(Number(mebibytes)) ? null : { name, bytes: Number(mebibytes) * 2 ** 20 };
}

/**
 * The package brings a TensorFlow.js of its own along, which shares the engine: it would replace kernels of the backend `cpu` by its own and say so of
 * each. It calls functions of `node:util` that Node 23 removed, or warns of.
 */
function quietly<T>(load: () => T): T {
  const util: Record<string, unknown> = createRequire(import.meta.url)("node:util");
  util["isNullOrUndefined"] = (value: unknown) => value === null || value === undefined;
  util["isArray"] = Array.isArray;
  const { warn, log } = console;
  const kernels = tf.getKernelsForBackend("cpu");
  console.warn = console.log = () => undefined;
  try {
    return load();
  } finally {
    for (const kernel of kernels) {
      tf.unregisterKernel(kernel.kernelName, "cpu");
      tf.registerKernel(kernel);
    }
    Object.assign(console, { warn, log });
  }
}

function isBinding(value: unknown): value is Binding {
  return typeof value === "object" && value !== null && "backend" in value && typeof value.backend === "function";
}
