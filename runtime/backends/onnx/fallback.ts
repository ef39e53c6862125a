// Kernels that are not expressed in ONNX here: their inputs are read, TensorFlow.js's kernel for the backend `cpu` runs on copies, its
// results are taken over. Slow, counted, and right wherever that kernel is.

import * as tf from "@tensorflow/tfjs-core";
import type { OnnxBackend } from "./backend.js";
import { isNative, Value } from "./value.js";

interface CpuBackend {
  readonly data: { get(id: object): CpuData };
  write(values: unknown, shape: readonly number[], dtype: string): object;
  makeTensorInfo(shape: readonly number[], dtype: string, values: unknown): tf.TensorInfo;
  readSync(id: object): unknown;
  disposeData(id: object, force?: boolean): boolean;
}

interface CpuData {
  readonly values?: unknown;
  readonly complexTensorInfos?: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo };
}

/** Runs a kernel on the backend `cpu`. */
export function runFallback(backend: OnnxBackend, kernel: string, inputs: unknown, attrs: unknown): tf.TensorInfo | tf.TensorInfo[] {
  const config = tf.getKernel(kernel, "cpu");
  if (config === undefined) throw new Error(`no kernel ${kernel}`);
  backend.fallbacks.set(kernel, (backend.fallbacks.get(kernel) ?? 0) + 1);
  const cpu = tf.findBackend("cpu") as unknown as CpuBackend;
  // Its first use would print an advertisement for another package.
  if ("firstUse" in cpu) cpu.firstUse = false;
  const made: tf.TensorInfo[] = [];
  const lend = (given: unknown): unknown => {
    // Some kernels take lists among their inputs.
    if (Array.isArray(given)) return given.map(lend);
    if (!isTensorInfo(given)) return given;
    // Some kernels ask for the rank, as if they were given a tensor.
    const info = { ...lent(backend, cpu, given), rank: given.shape.length };
    made.push(info);
    return info;
  };
  const given = Array.isArray(inputs) ? inputs.map(lend) : Object.fromEntries(Object.entries(inputs as object).map(([name, input]) => [name, lend(input)]));
  const results = config.kernelFunc({ inputs: given as tf.NamedTensorInfoMap, backend: cpu as unknown as tf.KernelBackend, attrs: attrs as tf.NamedAttrMap });
  const list = Array.isArray(results) ? results : [results];
  const taken = list.map((result) => takenOver(backend, cpu, result));
  for (const { dataId } of [...made, ...list]) cpu.disposeData(dataId, true);
  return Array.isArray(results) ? taken : (taken[0] as tf.TensorInfo);
}

function isTensorInfo(value: unknown): value is tf.TensorInfo {
  return typeof value === "object" && value !== null && "dataId" in value;
}

/** A tensor of the backend `cpu` with a copy of the numbers. */
function lent(backend: OnnxBackend, cpu: CpuBackend, { dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
  const numbers = backend.numbers(backend.value(dataId));
  if (dtype === "complex64") {
    const { real, imag } = tf.backend_util.splitRealAndImagArrays(numbers as Float32Array);
    const parts = { real: cpu.makeTensorInfo(shape, "float32", real), imag: cpu.makeTensorInfo(shape, "float32", imag) };
    const complex = tf.getKernel(tf.Complex, "cpu")?.kernelFunc({ inputs: parts, backend: cpu as unknown as tf.KernelBackend, attrs: {} });
    if (complex === undefined || Array.isArray(complex)) throw new Error("the backend cpu has no complex numbers");
    cpu.disposeData(parts.real.dataId);
    cpu.disposeData(parts.imag.dataId);
    return complex;
  }
  // Copied: the numbers of a result may be those of an input, and pooled arrays are written again.
  const copy = ArrayBuffer.isView(numbers) ? (numbers as Float32Array).slice() : numbers;
  return cpu.makeTensorInfo(shape, dtype, copy);
}

/** A tensor of ours with the numbers of one of the backend `cpu`. */
function takenOver(backend: OnnxBackend, cpu: CpuBackend, { dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
  const numbers = cpu.readSync(dataId);
  if (isNative(dtype)) return backend.adopt(backend.hostValue(numbers as ArrayLike<number>, dtype), shape);
  const value = new Value(dtype, tf.util.sizeFromShape(shape));
  value.other = numbers;
  return backend.adopt(value, shape);
}
