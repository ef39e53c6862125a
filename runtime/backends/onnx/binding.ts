// The only file that touches ONNX Runtime's native binding. It calls what the package's own wrapper calls, because only that is
// synchronous; it is no public interface, so the version is pinned and the binding is tried before it is used.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cutOffLibrary } from "./cut-off.js";
import { findDevice, type Device } from "./device.js";
import { encodeModel, type Model } from "./model.js";
import { DeviceMemory, type RawSession } from "./resident.js";
import { webGpuProvider } from "./webgpu.js";

/** The version this was written for; others are refused. */
export const onnxRuntimeVersion = "1.30.0";
const packageName = "onnxruntime-node";

/**
 * Its install script only downloads what this backend does not use, and fails without a network. Saved among a project's packages, it would make
 * all of the project's installation fail then.
 */
const install = `npm install --ignore-scripts --no-save ${packageName}@${onnxRuntimeVersion}`;
const help = `Run \`${install}\`.`;

/** Arrays that tensors' numbers lie in: bool as bytes. */
export type HostArray = Float32Array | Int32Array | Uint8Array;

/** A tensor as the binding takes and gives it. */
export interface NativeTensor {
  readonly type: "float32" | "int32" | "bool";
  readonly dims: readonly number[];
  readonly data: HostArray;
  readonly location: "cpu";
}

/** A model that is ready to run. */
export interface NativeSession {
  /** Computes; results are written into the arrays of `fetches`. Throws with the engine's message. */
  run(feeds: Readonly<Record<string, NativeTensor>>, fetches: Readonly<Record<string, NativeTensor>>): void;
  dispose(): void;
}

export interface NativeEngine {
  readonly version: string;
  readonly device: Device;
  /** Throws with the engine's message. */
  open(model: Model, threads: number): NativeSession;
  /** Makes a result's array hold its numbers, which may still lie on the device: to be called before the host looks at them. */
  settle(array: HostArray): void;
  /** Frees what belongs to a result's array on the device: to be called when the numbers are no longer wanted, and before the host writes there. */
  forget(array: HostArray): void;
}

/** Why there is no engine, in half a sentence, and what to do. */
export interface MissingEngine {
  readonly missing: string;
  readonly help: string;
}

/** The engine writes nothing to the terminal: what goes wrong is thrown. */
const silent = 4;

interface RawBinding {
  readonly binding: { readonly InferenceSession: new () => RawSession; readonly listSupportedBackends: () => readonly { readonly name: string }[] };
  readonly initOrt: () => void;
}

/** Loads the engine from the first of `roots` (paths or URLs of files) from which its package is found, and tries the device. */
export function loadEngine(roots: readonly string[], device: Device = "cpu"): NativeEngine | MissingEngine {
  const loaded = load(roots);
  if ("missing" in loaded) return loaded;
  const { raw, version, path } = loaded;
  const missing = device === "cpu" ? null : findDevice(device, { binding: path, listed: raw.binding.listSupportedBackends().map(({ name }) => name) });
  if (missing !== null) return missing;
  raw.initOrt();
  return engineOf(raw, version, device);
}

interface Loaded {
  readonly raw: RawBinding;
  readonly version: string;
  /** Where the binding was found. */
  readonly path: string;
}

function load(roots: readonly string[]): Loaded | MissingEngine {
  for (const root of roots) {
    let resolve: NodeJS.Require;
    try {
      resolve = createRequire(root);
      resolve.resolve(`${packageName}/package.json`);
    } catch {
      continue;
    }
    return required(resolve);
  }
  return { missing: `${packageName} is not installed`, help };
}

function required(require: NodeJS.Require): Loaded | MissingEngine {
  // The engine would keep a record of each session and send it to its makers.
  process.env["ORT_DISABLE_TELEMETRY"] = "1";
  try {
    const found: unknown = require(`${packageName}/package.json`);
    const version = typeof found === "object" && found !== null && "version" in found ? String(found.version) : "of unknown version";
    if (version !== onnxRuntimeVersion) return { missing: `${packageName} is ${version}, expected ${onnxRuntimeVersion}`, help };
    const cut = cutOffLibrary(join(dirname(require.resolve(`${packageName}/package.json`)), "bin", "napi-v6", process.platform, process.arch));
    if (cut !== null) return { missing: `${packageName} is not whole: its file ${cut} is cut off`, help: `Delete its folder and run \`${install}\`.` };
    const path = require.resolve(`${packageName}/dist/binding.js`);
    const raw: unknown = require(path);
    if (!isRawBinding(raw)) return { missing: `${packageName} ${version} has another binding than expected`, help };
    return { raw, version, path };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { missing: `${packageName} does not load: ${message}`, help: "Use `--backend cpu`." };
  }
}

/**
 * Only the provider `webgpu` can leave results on its device: the binding makes a tensor of such a result if it lies in WebGPU's memory, and
 * takes only such a tensor as an input. With `cuda`, weights and an optimizer's state travel to the device and back at every run.
 */
function engineOf(raw: RawBinding, version: string, device: Device): NativeEngine {
  const options = { logSeverityLevel: silent };
  if (device === "webgpu") {
    const memory = new DeviceMemory((model, threads, resident) => open(raw, device, model, threads, resident), options);
    return { version, device, open: (model, threads) => memory.session(model, threads), settle: (array) => memory.settle(array), forget: (array) => memory.forget(array) };
  }
  const session = (model: Model, threads: number): NativeSession => {
    const opened = open(raw, device, model, threads, []);
    return { run: (feeds, fetches) => void opened.run(feeds, fetches, options), dispose: () => opened.dispose() };
  };
  return { version, device, open: session, settle: () => undefined, forget: () => undefined };
}

/** What a GPU's provider has no kernel for, and all shapes, run on the CPU in the same session: the engine copies between them by itself. */
function open({ binding }: RawBinding, device: Device, model: Model, threads: number, resident: readonly string[]): RawSession {
  const session = new binding.InferenceSession();
  const bytes = encodeModel(model);
  const provider = device === "webgpu" ? webGpuProvider(model) : device;
  const places = resident.length === 0 ? {} : { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer"])) };
  session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, { executionProviders: [provider], intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: "sequential", graphOptimizationLevel: "disabled", logSeverityLevel: silent, ...places });
  return session;
}

function isRawBinding(value: unknown): value is RawBinding {
  if (typeof value !== "object" || value === null || !("binding" in value) || !("initOrt" in value)) return false;
  const { binding, initOrt } = value;
  return typeof initOrt === "function" && typeof binding === "object" && binding !== null && "InferenceSession" in binding && typeof binding.InferenceSession === "function" && "listSupportedBackends" in binding && typeof binding.listSupportedBackends === "function";
}
