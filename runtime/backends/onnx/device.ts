// Devices of the engine, tried in a process of their own before this one uses them: a driver that crashes or hangs takes only that process
// along, and what native code prints about the reason is read there, since the engine's own message leaves it out.

import { spawnSync } from "node:child_process";
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

/** Why a device cannot be used, in half a sentence, and what to do. */
export interface NoDevice {
  readonly missing: string;
  readonly help: string;
}

/** The first use of a GPU may compile its programs; beyond this it hangs. */
const patience = 60_000;

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
const answer = (found) => process.stdout.write("\\n" + JSON.stringify(found) + "\\n");
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
  const child = spawnSync(process.execPath, ["-e", script, binding, device, Buffer.from(model).toString("base64")], { encoding: "utf8", timeout, killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  const printed = child.stderr ?? "";
  if (child.error !== undefined && "code" in child.error && child.error.code === "ETIMEDOUT") return explain(device, { message: `it does not answer within ${timeout / 1000} seconds`, printed });
  if (child.error !== undefined) return explain(device, { message: child.error.message, printed });
  const line = child.stdout.trimEnd().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) return explain(device, { message: child.signal === null ? `its process ends with code ${child.status ?? "none"}` : `its process dies of ${child.signal}`, printed });
  const { message = null } = JSON.parse(line) as { readonly message?: string };
  return message === null ? null : explain(device, { message, printed });
}

/** The reason and the way out, from the engine's message and what was printed. */
export function explain(device: Exclude<Device, "cpu">, { message, printed }: Tried): NoDevice {
  return device === "webgpu" ? explainWebGpu(message ?? "", printed) : explainCuda(message ?? "", printed);
}

function explainWebGpu(message: string, printed: string): NoDevice {
  const loader = /Couldn't load Vulkan: (\S+?):/.exec(printed)?.[1];
  if (loader !== undefined) return { missing: `there is no Vulkan here (${loader} is not installed)`, help: `Install the GPU's Vulkan driver (Debian: \`apt install libvulkan1 mesa-vulkan-drivers\`, or NVIDIA's driver), or ${other}.` };
  if (/Failed to get a WebGPU adapter/.test(message)) {
    const refused = /^Warning: (Vulkan .+ required)\.$/m.exec(printed)?.[1];
    const driver = process.platform === "linux" ? "Vulkan driver" : "graphics driver";
    return { missing: refused === undefined ? "no GPU is found" : `the GPU's driver is too limited (${refused})`, help: `Install a current ${driver} for the GPU, or ${other}.` };
  }
  return { missing: `WebGPU does not start: ${short(message)}`, help: `Update the GPU's driver, or ${other}.` };
}

function explainCuda(message: string, printed: string): NoDevice {
  const [, file = "", reason = ""] = /Failed to load library (\S+) with error: (.*)/.exec(printed) ?? [];
  if (/libonnxruntime_providers_\w+\.so/.test(reason) && /No such file/.test(reason)) return { missing: "onnxruntime-node's CUDA provider is not installed", help: `Run \`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node\` where that package is installed (a download of some hundred MB), or ${other}.` };
  if (file !== "") return { missing: `the CUDA provider does not load: ${short(reason)}`, help: `Install CUDA 12 and cuDNN 9 and name their folders in LD_LIBRARY_PATH, or ${other}.` };
  return { missing: `the CUDA provider does not start: ${short(message)}`, help: `Check with \`nvidia-smi\` that a GPU and a driver for CUDA 12 are there, or ${other}.` };
}

/** An engine's message without the places in its source. */
function short(message: string): string {
  const [line = ""] = message.trim().split("\n");
  const text = line.replace(/^\/onnxruntime_src\/.*? (?:was false\. |false\. )/, "").replace(/\.$/, "");
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
