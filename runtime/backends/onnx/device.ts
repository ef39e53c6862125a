// Devices of the engine, tried in a process of their own before this one uses them.

import { noAdapter, patience, shortMessage, tryElsewhere, type NoDevice } from "../trial.js";
import { encodeModel } from "./model.js";

/**
 * What computes: processors, a GPU through WebGPU (Vulkan, Metal, Direct3D 12), or NVIDIA's through CUDA 12 on Linux. WebGPU was tried with a
 * driver in software only, so that nothing is known of its speed; of CUDA, only what is said where it is missing.
 */
export const devices = ["cpu", "webgpu", "cuda"] as const;
export type Device = (typeof devices)[number];

export function isDevice(name: string): name is Device {
  return devices.some((device) => device === name);
}

const other = "use `--device cpu`";

/** The smallest program: a run of it takes a provider, a device and a result that comes back. */
const model = encodeModel({
  nodes: [{ name: "n", op: "Neg", domain: "", inputs: ["x"], outputs: ["y"], attributes: {} }],
  constants: [],
  inputs: [{ name: "x", type: "float32", shape: [4] }],
  outputs: [{ name: "y", type: "float32", shape: [4] }],
});

/** Runs in the other process: arguments are the package's binding, the device and the model. */
const script = `
const [path, device, text] = process.argv.slice(1);
const { binding, initOrt } = require(path);
initOrt();
try {
  const model = Uint8Array.from(Buffer.from(text, "base64"));
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, 0, model.length, { executionProviders: [device], graphOptimizationLevel: "disabled" });
  const tensor = (data) => ({ type: "float32", dims: [4], data, location: "cpu" });
  const y = new Float32Array(4);
  session.run({ x: tensor(Float32Array.of(1, 2, 3, 4)) }, { y: tensor(y) }, {});
  answer(y.join() === "-1,-2,-3,-4" ? {} : { message: "it computes " + y.join() + " for -1,-2,-3,-4" });
} catch (error) {
  answer({ message: String(error.message) });
}
`;

/** What the other process said and printed; `message` is null if the device computed. */
export interface Tried {
  readonly message: string | null;
  readonly printed: string;
}

/** Tries a device. `binding` is the path of the package's binding, `listed` the providers that its build has. */
export function findDevice(device: Exclude<Device, "cpu">, { binding, listed, timeout = patience }: { readonly binding: string; readonly listed: readonly string[]; readonly timeout?: number }): NoDevice | null {
  if (!listed.includes(device)) {
    const rest = devices.filter((one) => listed.includes(one)).map((one) => `\`--device ${one}\``);
    return { missing: `onnxruntime-node has no \`${device}\` for ${process.platform} on ${process.arch}`, help: `Use ${rest.join(" or ")}.` };
  }
  const { answer, problem, printed } = tryElsewhere(script, [binding, device, Buffer.from(model).toString("base64")], timeout);
  const message = problem ?? (typeof answer?.["message"] === "string" ? answer["message"] : null);
  return message === null ? null : explain(device, { message, printed });
}

/** The reason and the way out, from the engine's message and what was printed. */
export function explain(device: Exclude<Device, "cpu">, { message, printed }: Tried): NoDevice {
  return device === "webgpu" ? explainWebGpu(message ?? "", printed) : explainCuda(message ?? "", printed);
}

function explainWebGpu(message: string, printed: string): NoDevice {
  if (/Failed to get a WebGPU adapter/.test(message)) return noAdapter(printed, other);
  return { missing: `WebGPU does not start: ${shortMessage(message)}`, help: `Update the GPU's driver, or ${other}.` };
}

function explainCuda(message: string, printed: string): NoDevice {
  const [, file = "", reason = ""] = /Failed to load library (\S+) with error: (.*)/.exec(printed) ?? [];
  if (/libonnxruntime_providers_\w+\.so/.test(reason) && /No such file/.test(reason)) return { missing: "onnxruntime-node's CUDA provider is not installed", help: `Run \`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node\` where that package is installed (a download of some hundred MB), or ${other}.` };
  if (file !== "") return { missing: `the CUDA provider does not load: ${shortMessage(reason)}`, help: `Install CUDA 12 and cuDNN 9 and name their folders in LD_LIBRARY_PATH, or ${other}.` };
  return { missing: `the CUDA provider does not start: ${shortMessage(message)}`, help: `Check with \`nvidia-smi\` that a GPU and a driver for CUDA 12 are there, or ${other}.` };
}
