// The only file that touches ONNX Runtime's native binding. It calls what the package's own wrapper calls, because only that is
// synchronous; it is no public interface, so the version is pinned and the binding is tried before it is used.

import { createRequire } from "node:module";
import { findDevice, type Device } from "./device.js";

/** The version this was written for; others are refused. */
export const onnxRuntimeVersion = "1.30.0";
const packageName = "onnxruntime-node";

/** Its install script only downloads what this backend does not use, and would fail without a network. */
const help = `Run \`npm install --ignore-scripts ${packageName}@${onnxRuntimeVersion}\`.`;

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
  open(model: Uint8Array, threads: number): NativeSession;
}

/** Why there is no engine, in half a sentence, and what to do. */
export interface MissingEngine {
  readonly missing: string;
  readonly help: string;
}

/** The engine writes nothing to the terminal: what goes wrong is thrown. */
const silent = 4;

interface RawSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: object, fetches: object, options: object): unknown;
  dispose(): void;
}

interface RawBinding {
  readonly binding: { readonly InferenceSession: new () => RawSession; readonly listSupportedBackends: () => readonly { readonly name: string }[] };
  readonly initOrt: () => void;
}

/** Loads the engine from the first of `roots` (paths or URLs of files) from which its package is found, and tries the device. */
export function loadEngine(roots: readonly string[], device: Device = "cpu"): NativeEngine | MissingEngine {
  for (const root of roots) {
    let resolve: NodeJS.Require;
    try {
      resolve = createRequire(root);
      resolve.resolve(`${packageName}/package.json`);
    } catch {
      continue;
    }
    return load(resolve, device);
  }
  return { missing: `${packageName} is not installed`, help };
}

function load(require: NodeJS.Require, device: Device): NativeEngine | MissingEngine {
  try {
    const found: unknown = require(`${packageName}/package.json`);
    const version = typeof found === "object" && found !== null && "version" in found ? String(found.version) : "of unknown version";
    if (version !== onnxRuntimeVersion) return { missing: `${packageName} is ${version}, expected ${onnxRuntimeVersion}`, help };
    const raw: unknown = require(`${packageName}/dist/binding.js`);
    if (!isRawBinding(raw)) return { missing: `${packageName} ${version} has another binding than expected`, help };
    const listed = raw.binding.listSupportedBackends().map(({ name }) => name);
    const none = device === "cpu" ? null : findDevice(device, { binding: require.resolve(`${packageName}/dist/binding.js`), listed });
    if (none !== null) return none;
    raw.initOrt();
    return { version, device, open: (model, threads) => open(raw, device, model, threads) };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { missing: `${packageName} does not load: ${message}`, help: "Use `--backend cpu`." };
  }
}

/** What a GPU's provider has no kernel for, and all shapes, run on the CPU in the same session: the engine copies between them by itself. */
function open({ binding }: RawBinding, device: Device, model: Uint8Array, threads: number): NativeSession {
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, { executionProviders: [device], intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: "sequential", graphOptimizationLevel: "disabled", logSeverityLevel: silent });
  return {
    run: (feeds, fetches) => void session.run(feeds, fetches, { logSeverityLevel: silent }),
    dispose: () => session.dispose(),
  };
}

function isRawBinding(value: unknown): value is RawBinding {
  if (typeof value !== "object" || value === null || !("binding" in value) || !("initOrt" in value)) return false;
  const { binding, initOrt } = value;
  return typeof initOrt === "function" && typeof binding === "object" && binding !== null && "InferenceSession" in binding && typeof binding.InferenceSession === "function" && "listSupportedBackends" in binding && typeof binding.listSupportedBackends === "function";
}
