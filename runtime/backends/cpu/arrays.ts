// How our kernels for the backend `cpu` reach its numbers: tensors there are plain typed arrays.

import * as tf from "@tensorflow/tfjs-core";

/** What we use of TensorFlow.js's cpu backend. */
export interface CpuBackend {
  readonly data: { get(id: object): { readonly values: unknown } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.TypedArray): tf.TensorInfo;
}

/** What a kernel is called with. */
export interface Call {
  readonly backend: CpuBackend;
  readonly inputs: Readonly<Record<string, tf.TensorInfo | undefined>>;
  readonly attrs: Readonly<Record<string, unknown>>;
}

export type Kernel = (call: Call) => tf.TensorInfo | tf.TensorInfo[];

/** Registers a kernel for the backend `cpu`, in the place of what was there. */
export function register(kernelName: string, kernel: Kernel): void {
  if (tf.getKernel(kernelName, "cpu")) tf.unregisterKernel(kernelName, "cpu");
  tf.registerKernel({
    kernelName,
    backendName: "cpu",
    kernelFunc: ({ inputs, backend, attrs }) => kernel({ inputs, backend: cpuBackend(backend), attrs: attrs ?? {} }),
  });
}

function cpuBackend(backend: unknown): CpuBackend {
  if (typeof backend === "object" && backend !== null && "data" in backend && "makeTensorInfo" in backend) return backend as CpuBackend;
  throw new Error("the kernels for `cpu` ran on another backend");
}

/** The input of that name. */
export function input(call: Call, name: string): tf.TensorInfo {
  const found = call.inputs[name];
  if (found === undefined) throw new Error(`kernel called without its input ${name}`);
  return found;
}

/** The numbers of a float32 tensor, not copied, except that TensorFlow.js's casts leave integers in their arrays. */
export function floats(call: Call, name: string): Float32Array {
  const { values } = call.backend.data.get(input(call, name).dataId);
  if (values instanceof Float32Array) return values;
  if (values instanceof Int32Array || values instanceof Uint8Array) return Float32Array.from(values);
  throw new Error(`input ${name} of a kernel is not float32`);
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
