// Programs of our own on WebGPU, in WGSL, on the tensors of TensorFlow.js's backend: they go into the same command encoder, so that they take their
// turn among its own, and may change tensors where they lie.

import type * as tf from "@tensorflow/tfjs-core";
import { bound, boundWith, type Device, type Pipeline } from "./bound.js";

/** A GPUComputePassEncoder. */
interface Pass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
}

/** What TensorFlow.js's backend knows of a tensor. */
interface TensorData {
  /** That of the buffer; what is cast to float32 may still be whole numbers there. */
  readonly dtype: string;
  values: unknown;
  readonly resource: object | null;
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
  /** Into a buffer that comes back when all is submitted. */
  makeUniforms(uniforms: readonly Uniform[]): { readonly buffer: object };
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
  /** Have the uniforms other values at each step? */
  readonly isChanging?: boolean;
  readonly groups: readonly [x: number, y: number, z: number];
}

/** Are the tensor's numbers float32 where they lie? */
export function hasFloats({ tensorMap }: WebGpuBackend, { dtype, dataId }: tf.TensorInfo): boolean {
  return dtype === "float32" && tensorMap.get(dataId).dtype === "float32";
}

/** Whole numbers and numbers of a program's uniforms. */
export const int = (n: number): Uniform => ({ type: "int32", data: [n] });
export const float = (x: number): Uniform => ({ type: "float32", data: [x] });

/** Programs that are given to the device together at most: each time costs a tenth of a millisecond, and memory comes back only then. */
const together = 64;
/** Bytes that programs that were not given to the device yet may write. */
const mostPending = 2 ** 28;

const compiled = new WeakMap<Device, Map<string, Pipeline>>();
const pending = new WeakMap<WebGpuBackend, number>();

/** Adds a program to what the device is to do. */
export function run(backend: WebGpuBackend, { name, code, reads, writes, uniforms, isChanging = false, groups }: Program): void {
  const tensors = [...reads, ...writes];
  for (const { dataId } of tensors) backend.uploadToGPU(dataId);
  const pipeline = compile(backend.device, name, code);
  const buffers = buffersOf(backend, tensors);
  const group = isChanging ? bound(backend.device, pipeline, [...buffers, backend.makeUniforms(uniforms).buffer]) : boundWith(backend.device, pipeline, buffers, uniforms.map(({ data }) => data.join()).join(" "), () => bytesOf(uniforms));
  // What was read of it before does not hold any more.
  for (const { dataId } of writes) backend.tensorMap.get(dataId).values = null;
  add(backend, pipeline, group, groups, tensors, writes);
}

/** A program of TensorFlow.js, ready to be run. */
export interface TfjsProgram {
  readonly pipeline: Pipeline;
  readonly dispatch: readonly [x: number, y: number, z: number];
  readonly outputShape: readonly number[];
  readonly outputComponent?: number;
  readonly size?: boolean;
  readonly pixelsOpType?: unknown;
}

/** `recordAndSubmit` of TensorFlow.js's backend, with bind groups that are kept. */
export function record(backend: WebGpuBackend, { pipeline, dispatch, outputShape, outputComponent, size = false }: TfjsProgram, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], own: readonly Uniform[]): void {
  const shapes = [...inputs, output].map(({ shape }) => shape);
  const elements = size ? sizeOf(outputShape) / (outputComponent ?? 1) : null;
  const key = `${shapes.join(";")} ${elements} ${own.map(({ data }) => data.join()).join(" ")}`;
  const uniforms = (): Uint8Array =>
    bytesOf([
      { type: "float32", data: [NaN] },
      { type: "float32", data: [Infinity] },
      ...shapes.flatMap((shape): readonly Uniform[] => [{ type: "int32", data: shape }, { type: "int32", data: stridesOf(shape) }]),
      ...(elements === null ? [] : [int(elements)]),
      ...own,
    ]);
  const tensors = [output, ...inputs];
  add(backend, pipeline, boundWith(backend.device, pipeline, buffersOf(backend, tensors), key, uniforms), dispatch, tensors, [output]);
}

function buffersOf({ tensorMap }: WebGpuBackend, tensors: readonly tf.TensorInfo[]): readonly object[] {
  return tensors.map(({ dataId }) => {
    const { resource } = tensorMap.get(dataId);
    if (resource === null) throw new Error("a tensor without a buffer");
    return resource;
  });
}

function add(backend: WebGpuBackend, pipeline: Pipeline, group: object, groups: Program["groups"], tensors: readonly tf.TensorInfo[], writes: readonly tf.TensorInfo[]): void {
  for (const { dataId } of tensors) backend.commandQueueOwnedIds.add(dataId);
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder?.beginComputePass({}) ?? null;
  const pass = backend.computePassEncoder;
  if (pass === null) throw new Error("WebGPU gives no compute pass");
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...groups);
  const before = backend.dispatchCountInPass === 0 ? 0 : (pending.get(backend) ?? 0);
  const bytes = writes.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), before);
  pending.set(backend, bytes);
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass < together && bytes < mostPending) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function compile(device: Device, name: string, code: () => string): Pipeline {
  const own = compiled.get(device) ?? new Map<string, Pipeline>();
  compiled.set(device, own);
  const known = own.get(name);
  if (known !== undefined) return known;
  const module = device.createShaderModule({ code: code(), label: name });
  const pipeline = device.createComputePipeline({ label: name, layout: "auto", compute: { module, entryPoint: "main" } });
  own.set(name, pipeline);
  return pipeline;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function stridesOf(shape: readonly number[]): readonly number[] {
  const strides: number[] = [];
  for (let i = shape.length - 1, stride = 1; i > 0; i--) {
    stride *= shape[i] ?? 1;
    strides.unshift(stride);
  }
  return strides;
}

/** As WGSL lays out a struct of scalars and vectors, where TensorFlow.js has five and six numbers as structs; what is empty is 1. */
function bytesOf(uniforms: readonly Uniform[]): Uint8Array {
  const places: number[] = [];
  let [end, widest, before] = [0, 4, 0];
  for (const { data } of uniforms) {
    const n = Math.max(1, data.length);
    const alignment = before > 4 || n > 2 ? 16 : 4 * n;
    end = Math.ceil(end / alignment) * alignment;
    widest = Math.max(widest, alignment);
    places.push(end);
    end += 4 * n;
    before = n;
  }
  const view = new DataView(new ArrayBuffer(Math.ceil(end / widest) * widest));
  for (const [i, { type, data }] of uniforms.entries()) {
    for (const [j, x] of (data.length === 0 ? [1] : data).entries()) {
      const at = (places[i] ?? 0) + 4 * j;
      if (type === "float32") view.setFloat32(at, x, true);
      else view.setInt32(at, x, true);
    }
  }
  return new Uint8Array(view.buffer);
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

/** WGSL: the `threads` numbers `sum` of a workgroup's threads are added up in pairs until `width` are left, in `partial[0]` and those behind it. */
export function addedUp(threads: number, width = 1): string {
  return `
  partial[t] = sum;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half >= ${width}u; half /= 2u) {
    if (t < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }`;
}
