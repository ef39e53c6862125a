// WebGPU's device in Node, from the package `webgpu` (Dawn). The package is optional and found beside the program or beside sop. An adapter
// is tried in another process first.

import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { InstalledPackage } from "../package-roots.js";
import { noAdapter, shortMessage, tryElsewhere, type NoDevice } from "../trial.js";

export const packageName = "webgpu";
export const install = `npm install --ignore-scripts --no-save ${packageName}@0.6.2`;
const other = "use another `--backend`";

/** What `--device` may say beside a part of an adapter's name: the fast one, the default, and the one that saves power. */
export const preferences = ["high-performance", "low-power"] as const;

/** What is known of an adapter. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Does the processor compute? */
  readonly isFallbackAdapter: boolean;
}

export interface GpuError {
  readonly message: string;
}

/** As much of a GPUDevice as is used here. */
export interface GpuDevice {
  readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  createBuffer(descriptor: { readonly size: number; readonly usage: number; readonly mappedAtCreation: boolean }): { destroy(): void };
  addEventListener(type: "uncapturederror", listener: (event: { readonly error: GpuError }) => void): void;
  destroy(): void;
}

interface Adapter {
  readonly info: AdapterInfo;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: { readonly has: (feature: string) => boolean };
  requestDevice(descriptor: object): Promise<GpuDevice>;
}

interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}

interface Dawn {
  readonly create: (flags: readonly string[]) => Gpu;
  readonly globals: object;
}

/** A device that computes. */
export interface FoundDevice {
  readonly device: GpuDevice;
  readonly info: AdapterInfo;
  /** The package's. */
  readonly version: string;
}

/** Limits that are asked for as far as the adapter goes: without asking, a buffer has at most 256 MiB, and a kernel sees 128 MiB of it. */
const asked = ["maxBufferSize", "maxStorageBufferBindingSize", "maxComputeWorkgroupStorageSize", "maxComputeWorkgroupsPerDimension", "maxComputeWorkgroupSizeX", "maxComputeWorkgroupSizeY", "maxComputeInvocationsPerWorkgroup", "maxStorageBuffersPerShaderStage"] as const;

/** Runs in the other process: arguments are the address of the package and how to ask for an adapter. It computes -x for four x. */
const script = `
const [address, text] = process.argv.slice(1);
(async () => {
  const { create, globals } = await import(address);
  Object.assign(globalThis, globals);
  const { flags, options } = JSON.parse(text);
  const gpu = create(flags);
  const adapter = await gpu.requestAdapter(options);
  if (adapter === null) return answer({ isMissing: true });
  const { vendor, architecture, device: name, description, isFallbackAdapter } = adapter.info;
  const device = await adapter.requestDevice();
  const code = "@group(0) @binding(0) var<storage, read_write> x: array<f32>; @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) i: vec3u) { x[i.x] = -x[i.x]; }";
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module: device.createShaderModule({ code }) } });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const x = device.createBuffer({ size: 16, usage: STORAGE | COPY_SRC | COPY_DST });
  const back = device.createBuffer({ size: 16, usage: MAP_READ | COPY_DST });
  device.queue.writeBuffer(x, 0, Float32Array.of(1, 2, 3, 4));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer: x } }] }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(x, 0, back, 0, 16);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const found = new Float32Array(back.getMappedRange().slice(0)).join();
  back.unmap();
  device.destroy();
  answer(found === "-1,-2,-3,-4" ? { info: { vendor, architecture, device: name, description, isFallbackAdapter } } : { message: "it computes " + found + " for -1,-2,-3,-4" });
})().catch((error) => answer({ message: String(error.message) })).finally(() => process.exit(0));
`;

/** The address of the package's module. */
export function addressOf({ path }: InstalledPackage): string {
  return pathToFileURL(join(dirname(path), "index.js")).href;
}

/** An adapter that computes. */
export interface TriedAdapter {
  readonly info: AdapterInfo;
  /** What Dawn knows it by, whose names are in upper and lower case. */
  readonly name: string;
}

/** Tries an adapter, by a preference or a part of its name in any case, in another process: what is known of it, or why it cannot be used. */
export function tryAdapter(address: string, name: string, timeout?: number): TriedAdapter | NoDevice {
  const found = ask(address, name, timeout);
  if (!("names" in found)) return found;
  const { names } = found;
  const meant = names.find((one) => one.toLowerCase().includes(name.toLowerCase()));
  const again = meant === undefined ? found : ask(address, meant, timeout);
  return "names" in again ? { missing: `it has no device \`${name}\``, help: `Use ${[...preferences, ...names].map((one) => `\`--device ${quoted(one)}\``).join(" or ")}.`, isUsage: true } : again;
}

/** The adapter that Dawn finds under a name as it is written; else what its adapters are called, if that is all that is wrong. */
function ask(address: string, name: string, timeout?: number): TriedAdapter | NoDevice | { readonly names: readonly string[] } {
  const { answer, problem, printed } = tryElsewhere(script, [address, JSON.stringify(requestOf(name))], timeout);
  if (answer?.["isMissing"] === true) return noAdapter(printed, other);
  const info = answer?.["info"];
  if (isInfo(info)) return { info, name };
  const message = problem ?? String(answer?.["message"]);
  const names = namesIn(message);
  if (names !== null) return names.length === 0 ? noAdapter(printed, other) : { names };
  if (/dawn\.node/.test(message)) return { missing: `${packageName} is not whole or has nothing for ${process.platform} on ${process.arch}: ${shortMessage(message)}`, help: `Run \`${install}\`, or ${other}.` };
  return { missing: `WebGPU does not start: ${shortMessage(message)}`, help: `Update the GPU's driver, or ${other}.` };
}

function isInfo(value: unknown): value is AdapterInfo {
  return typeof value === "object" && value !== null && "isFallbackAdapter" in value && "description" in value;
}

function requestOf(name: string): { readonly flags: readonly string[]; readonly options: object } {
  const powerPreference = preferences.find((preference) => preference === name.toLowerCase());
  return powerPreference === undefined ? { flags: [`adapter=${name}`], options: {} } : { flags: [], options: { powerPreference } };
}

/** The names of the adapters that Dawn lists where it was asked for another; null: it was something else. */
function namesIn(message: string): readonly string[] | null {
  return message.includes("no suitable backends found") ? [...message.matchAll(/name: '(.*)'/g)].flatMap(([, name]) => name ?? []) : null;
}

const quoted = (name: string): string => (/^[\w-]+$/.test(name) ? name : `"${name}"`);

/** The adapter's device with the limits that it has, after it was tried elsewhere. If it `mustGain`, a driver in software is refused. */
export async function openDevice(found: InstalledPackage | null, name: string, mustGain: boolean): Promise<FoundDevice | NoDevice> {
  if (found === null) return { missing: `${packageName} is not installed`, help: `Run \`${install}\`.` };
  const address = addressOf(found);
  const tried = tryAdapter(address, name);
  if ("missing" in tried) return tried;
  const { info } = tried;
  if (mustGain && info.isFallbackAdapter) return { missing: `its only device is the processor, through ${info.description}`, help: `Install the GPU's driver, or ${other}.` };
  const dawn: unknown = await import(address);
  if (!isDawn(dawn)) return { missing: `${packageName} ${found.version} has another form than expected`, help: `Run \`${install}\`.` };
  Object.assign(globalThis, dawn.globals);
  const { flags, options } = requestOf(tried.name);
  const gpu = dawn.create(flags);
  // TensorFlow.js looks for it there.
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true, writable: true });
  const adapter = await gpu.requestAdapter(options);
  if (adapter === null) return noAdapter("", other);
  const requiredLimits = Object.fromEntries(asked.flatMap((limit) => (adapter.limits[limit] === undefined ? [] : [[limit, adapter.limits[limit]]])));
  const device = await adapter.requestDevice({ requiredLimits });
  // Each of them is asked for at every op, and each answer of the device takes as long as a small op's own work in JavaScript.
  Object.defineProperty(device, "limits", { value: plain(device.limits) });
  return { device, info, version: found.version };
}

/** A copy of all limits, which are getters of a prototype. */
function plain(limits: object): object {
  const copy: Record<string, unknown> = {};
  for (const name in limits) copy[name] = (limits as Readonly<Record<string, unknown>>)[name];
  return copy;
}

function isDawn(value: unknown): value is Dawn {
  return typeof value === "object" && value !== null && "create" in value && typeof value.create === "function" && "globals" in value && typeof value.globals === "object";
}
