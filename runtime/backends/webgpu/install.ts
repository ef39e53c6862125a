// TensorFlow.js's backend over WebGPU, made safe: what a GPU reports beside the way - it does not throw - ends the run, buffers are as large
// as the device allows, and nothing is read synchronously, which Node cannot.

import * as tf from "@tensorflow/tfjs-core";
import { DeviceFailure } from "../failure.js";
import type { FoundDevice, GpuDevice } from "./device.js";
import { correctKernels } from "./corrections.js";
import { installWebGpuKernels } from "./kernels/install.js";
import { BufferPool } from "./pool.js";
import { record, type TfjsProgram, type Uniform, type WebGpuBackend } from "./programs.js";

export const registeredName = "webgpu";

/** As much of TensorFlow.js's class as is changed here. */
interface TfjsBackend extends tf.KernelBackend {
  bufferManager: BufferPool;
  read(dataId: object): Promise<tf.BackendValues>;
  readSync(dataId: object): tf.BackendValues;
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly queue: { writeBuffer(buffer: object, offset: number, values: ArrayBufferView): void };
  uploadToGPU(dataId: object): void;
  recordAndSubmit(program: TfjsProgram, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], uniforms?: readonly Uniform[]): void;
  /** Not null while TensorFlow.js takes times. */
  readonly activeTimers: unknown;
}

interface TensorData {
  readonly dtype: tf.DataType;
  readonly shape: readonly number[];
  values: ArrayLike<number> | null | undefined;
  resource: object | null | undefined;
}

/** Registers the backend on a device; once in a process. */
export async function installWebGpuBackend({ device, info }: FoundDevice): Promise<void> {
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  const Backend = WebGPUBackend as unknown as new (device: GpuDevice, info: object) => TfjsBackend;
  correctKernels();
  installWebGpuKernels();
  tf.removeBackend(registeredName);
  tf.registerBackend(registeredName, () => safe(new Backend(device, info), device), 0);
}

function safe(backend: TfjsBackend, device: GpuDevice): tf.KernelBackend {
  const watch = new Watch(device);
  const { read, uploadToGPU, recordAndSubmit } = backend;
  const mayUse = (size: number, usage: number): void => {
    watch.check();
    fits(device, size, usage);
  };
  return Object.assign(backend, {
    bufferManager: new BufferPool(device, mayUse, (error) => watch.told(error)),
    uploadToGPU: (dataId: object): void => {
      const data = backend.tensorMap.get(dataId);
      if (data.resource != null || data.values == null) uploadToGPU.call(backend, dataId);
      else upload(backend, data, data.values);
    },
    recordAndSubmit: (program: TfjsProgram, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], uniforms?: readonly Uniform[]): void => {
      if (program.pixelsOpType != null || backend.activeTimers != null) recordAndSubmit.call(backend, program, output, inputs, uniforms);
      else record(backend as unknown as WebGpuBackend, program, output, inputs, uniforms ?? []);
    },
    // What was read before the device failed holds, so it is asked afterwards.
    read: async (dataId: object): Promise<tf.BackendValues> => {
      try {
        const values = await read.call(backend, dataId);
        watch.check();
        return values;
      } catch (error) {
        throw watch.told(error);
      }
    },
    readSync: (dataId: object): tf.BackendValues => {
      const { values } = backend.tensorMap.get(dataId);
      if (values === null || values === undefined) throw new Error("the backend webgpu was read synchronously");
      return values as tf.BackendValues;
    },
  });
}

const storage = 0x80;
const copySource = 0x04;
const copyTarget = 0x08;

/**
 * Hands values to the queue, which keeps memory for them. TensorFlow.js makes a buffer for each tensor that the processor writes to: two thirds of a
 * millisecond where the driver asks a virtual machine for memory, and a step has hundreds of numbers that come from the program.
 */
function upload(backend: TfjsBackend, data: TensorData, values: ArrayLike<number>): void {
  const isWhole = data.dtype === "int32" || data.dtype === "bool";
  const own = isWhole ? (values instanceof Int32Array ? values : Int32Array.from(values)) : values instanceof Float32Array ? values : Float32Array.from(values);
  const buffer = backend.bufferManager.acquireBuffer(own.byteLength, storage | copySource | copyTarget);
  backend.queue.writeBuffer(buffer, 0, own);
  data.resource = buffer;
  data.values = null;
}

/** Throws where a buffer is larger than the device takes: it would only report that, and compute something else. */
function fits({ limits }: GpuDevice, size: number, usage: number): void {
  const most = (usage & storage) !== 0 ? Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) : limits.maxBufferSize;
  if (size <= most) return;
  throw new DeviceFailure(`A tensor of ${mebibytes(size)} does not fit the GPU, whose tensors have at most ${mebibytes(most)}.`, "Make the batch smaller, or use `--backend onnx`.");
}

function mebibytes(size: number): string {
  return `${Math.ceil(size / 2 ** 20).toLocaleString("en")} MiB`;
}

/** Listens for what the device reports. */
class Watch {
  private failure: DeviceFailure | null = null;

  constructor(device: GpuDevice) {
    device.addEventListener("uncapturederror", ({ error }) => {
      const isMemory = error.constructor.name === "GPUOutOfMemoryError" || /out of memory/i.test(error.message);
      this.failure ??= isMemory ? new DeviceFailure("The GPU is out of memory.", "Make the batch smaller, or use `--backend onnx`.") : new DeviceFailure(`The GPU refused a command: ${oneLine(error.message)}.`, "Use another `--backend`, and report it.");
    });
    void device.lost.then(({ reason, message }) => {
      this.failure = new DeviceFailure(`The GPU was lost (${oneLine(message === "" ? reason : message)}).`, "Look at the GPU's driver, or go on with another `--backend`.");
    });
  }

  check(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** The device's failure, if it has one: what the engine throws then follows from it. */
  told(error: unknown): unknown {
    return this.failure ?? error;
  }
}

function oneLine(message: string): string {
  return message.trim().replaceAll(/\s+/g, " ").replace(/\.$/, "").slice(0, 300);
}
