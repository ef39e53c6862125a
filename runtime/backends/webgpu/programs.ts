// Programs of our own on WebGPU, in WGSL, on the tensors of TensorFlow.js's backend: they go into the same command encoder, so that they take their
// turn among its own, and may change tensors where they lie.

import type * as tf from "@tensorflow/tfjs-core";

/** A GPUBuffer. */
type Buffer = object;

interface Pass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
}

interface Pipeline {
  getBindGroupLayout(index: number): object;
}

interface Device {
  readonly limits: { readonly maxComputeWorkgroupsPerDimension: number };
  createShaderModule(descriptor: { readonly code: string; readonly label: string }): object;
  createComputePipeline(descriptor: object): Pipeline;
  createBindGroup(descriptor: object): object;
}

/** What TensorFlow.js's backend knows of a tensor. */
interface TensorData {
  /** That of the buffer; what is cast to float32 may still be whole numbers there. */
  readonly dtype: string;
  values: unknown;
  readonly resource: Buffer | null;
}

/** A number in a program's uniform struct `P`. */
export interface Uniform {
  readonly type: "int32" | "float32";
  readonly data: readonly number[];
}

/** As much of TensorFlow.js's backend as is used here; all of it is public in its JavaScript. */
export interface WebGpuBackend {
  readonly device: Device;
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly commandQueueOwnedIds: { add(dataId: object): void };
  commandEncoder: { beginComputePass(descriptor: object): Pass } | null;
  computePassEncoder: Pass | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(dataId: object): void;
  makeUniforms(uniforms: readonly Uniform[]): object;
  makeTensorInfo(shape: readonly number[], dtype: string): tf.TensorInfo;
  disposeData(dataId: object): void;
}

export interface Program {
  /** Tells programs apart: the same name has the same code. */
  readonly name: string;
  /** WGSL with an entry point `main`; bindings of group 0 are `reads`, then `writes`, then the uniforms. */
  readonly code: () => string;
  readonly reads: readonly tf.TensorInfo[];
  /** Read and written; none may be among `reads`. */
  readonly writes: readonly tf.TensorInfo[];
  readonly uniforms: readonly Uniform[];
  readonly groups: readonly [x: number, y: number, z: number];
}

/** Are the tensor's numbers float32 where they lie? */
export function hasFloats({ tensorMap }: WebGpuBackend, { dtype, dataId }: tf.TensorInfo): boolean {
  return dtype === "float32" && tensorMap.get(dataId).dtype === "float32";
}

/** Whole numbers and numbers of a program's uniforms. */
export const int = (n: number): Uniform => ({ type: "int32", data: [n] });
export const float = (x: number): Uniform => ({ type: "float32", data: [x] });

/** Programs that are given to the device together: each time costs tens of microseconds, and memory comes back only then. */
export const together = 64;

const compiled = new WeakMap<object, Map<string, { readonly pipeline: Pipeline; readonly layout: object }>>();

/** Adds a program to what the device is to do. */
export function run(backend: WebGpuBackend, { name, code, reads, writes, uniforms, groups }: Program): void {
  for (const { dataId } of [...reads, ...writes]) backend.uploadToGPU(dataId);
  const { pipeline, layout } = compile(backend.device, name, code);
  const buffers = [...reads, ...writes].map(({ dataId }) => ({ buffer: backend.tensorMap.get(dataId).resource }));
  const entries = [...buffers, backend.makeUniforms(uniforms)].map((resource, binding) => ({ binding, resource }));
  const group = backend.device.createBindGroup({ layout, entries });
  for (const { dataId } of [...reads, ...writes]) backend.commandQueueOwnedIds.add(dataId);
  // What was read of it before does not hold any more.
  for (const { dataId } of writes) backend.tensorMap.get(dataId).values = null;
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder?.beginComputePass({}) ?? null;
  const pass = backend.computePassEncoder;
  if (pass === null) throw new Error("WebGPU gives no compute pass");
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...groups);
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass < together) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function compile(device: Device, name: string, code: () => string): { readonly pipeline: Pipeline; readonly layout: object } {
  const own = compiled.get(device) ?? new Map<string, { readonly pipeline: Pipeline; readonly layout: object }>();
  compiled.set(device, own);
  const known = own.get(name);
  if (known !== undefined) return known;
  const module = device.createShaderModule({ code: code(), label: name });
  const pipeline = device.createComputePipeline({ label: name, layout: "auto", compute: { module, entryPoint: "main" } });
  const made = { pipeline, layout: pipeline.getBindGroupLayout(0) };
  own.set(name, made);
  return made;
}

/** Declarations of the bindings: storage buffers by their names, then the struct of uniforms, `p`. */
export function bindings(reads: readonly string[], writes: readonly string[], uniforms: Readonly<Record<string, "u32" | "i32" | "f32">>): string {
  const buffers = [...reads.map((name) => `var<storage, read> ${named(name)}`), ...writes.map((name) => `var<storage, read_write> ${named(name)}`)];
  return [
    ...buffers.map((declaration, i) => `@group(0) @binding(${i}) ${declaration};`),
    `struct P { ${Object.entries(uniforms).map(([name, type]) => `${name}: ${type}`).join(", ")} }`,
    `@group(0) @binding(${buffers.length}) var<uniform> p: P;`,
  ].join("\n");
}

/** `x`, or `x: u32` for other elements than float32. */
function named(name: string): string {
  const [own = "", type = "f32"] = name.split(": ");
  return `${own}: array<${type}>`;
}

/** Workgroups for so many threads, in as many dimensions as that takes; `flatIndex` is the thread's number. */
export function flatGroups({ limits }: Device, threads: number, perGroup: number): readonly [x: number, y: number, z: number] {
  const most = limits.maxComputeWorkgroupsPerDimension;
  const groups = Math.ceil(threads / perGroup);
  return groups <= most ? [groups, 1, 1] : [most, Math.ceil(groups / most), 1];
}

/** WGSL: the number of a workgroup that `flatGroups` made, from `@builtin(workgroup_id) group` and `@builtin(num_workgroups) counts`. */
export const flatGroup = "(group.y * counts.x + group.x)";
export const flatBuiltins = "@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) counts: vec3u, @builtin(local_invocation_index) t: u32";
