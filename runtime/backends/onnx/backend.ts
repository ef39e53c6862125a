// The backend as TensorFlow.js sees it: where tensors' numbers are, how they are read and freed. Reading flushes what was recorded.

import * as tf from "@tensorflow/tfjs-core";
import type { HostArray, NativeEngine } from "./binding.js";
import { allocate, type DataType } from "./pool.js";
import { defaultLimits, Recorder, type Counts, type Limits } from "./recorder.js";
import type { Arena } from "./update.js";
import { isNative, Value, type Ref, type Storage } from "./value.js";

export class OnnxBackend extends tf.KernelBackend {
  readonly data: tf.DataStorage<Value>;
  readonly recorder: Recorder;
  /** Flush after each op: for tests, and to find the op that goes wrong. */
  isEager = false;
  /** Memory of updates, by the first tensor that they change. */
  readonly arenas = new WeakMap<Value, readonly Arena[]>();
  /** How often each kernel ran on the fallback. */
  readonly fallbacks = new Map<string, number>();

  constructor(
    private readonly engine: NativeEngine,
    threads: number,
    limits: Limits = defaultLimits,
  ) {
    super();
    this.data = new tf.DataStorage(this, tf.engine());
    this.recorder = new Recorder(engine, threads, limits);
  }

  get counts(): Counts {
    return this.recorder.counts;
  }

  value(id: object): Value {
    return this.data.get(id);
  }

  /** A tensor's value in the tensor's shape. */
  ref({ dataId, shape }: tf.TensorInfo): Ref {
    return { value: this.data.get(dataId), shape };
  }

  /** A tensor for a value of its own. */
  adopt(value: Value, shape: readonly number[]): tf.TensorInfo {
    const dataId = { id: this.data.numDataIds() };
    this.data.set(dataId, value);
    return { dataId, shape: [...shape], dtype: value.dtype as tf.DataType };
  }

  /** The same numbers in another shape: nothing is recorded. */
  alias({ dataId, dtype }: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
    this.incRef(dataId);
    return { dataId, shape: [...shape], dtype };
  }

  /** A value that holds `numbers`, copied. */
  hostValue(numbers: ArrayLike<number>, dtype: DataType): Value {
    const value = new Value(dtype, numbers.length);
    this.recorder.allocate(value).set(numbers);
    return value;
  }

  /** A value that looks at a part of another's numbers on the host. */
  view(of: Value, start: number, length: number): Value {
    const { storage, host } = of;
    if (storage === null || host === null) throw new Error("a view of a tensor that has not been computed");
    this.settled(storage.array);
    // What is traced keeps no numbers, and has to be seen to read the state.
    if (storage.isLive === true && !this.recorder.isTracing) return this.hostValue(host.subarray(start, start + length), of.dtype as DataType);
    const value = new Value(of.dtype, length);
    value.hold(storage, host.subarray(start, start + length));
    return value;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = { id: this.data.numDataIds() };
    this.data.set(dataId, this.written(values, shape, dtype));
    return dataId;
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType, references: number): void {
    const value = this.written(values, shape, dtype);
    value.references = references;
    this.data.set(dataId, value);
  }

  private written(values: unknown, shape: readonly number[], dtype: string): Value {
    const size = shape.reduce((product, n) => product * n, 1);
    if (!isNative(dtype)) {
      const value = new Value(dtype, size);
      value.other = values;
      return value;
    }
    // Whoever gave the array may change it later.
    if (isNumbers(values) && values.length === size) return this.hostValue(values, dtype);
    const value = new Value(dtype, size);
    const array = allocate(dtype, size);
    if (isNumbers(values)) array.set(Array.prototype.slice.call(values, 0, size));
    value.hold({ array, owners: 0, exposed: false }, array);
    return value;
  }

  override readSync(dataId: object): tf.BackendValues {
    const value = this.data.get(dataId);
    const numbers = this.numbers(value);
    if (value.storage?.isLive === true) return (numbers as Float32Array).slice();
    if (value.storage !== null) value.storage.exposed = true;
    return numbers as tf.BackendValues;
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return new Promise((resolve) => resolve(this.readSync(dataId)));
  }

  /** The numbers of a value, computed if need be; not to be kept or changed. */
  numbers(value: Value): unknown {
    this.recorder.noteRead();
    const held = this.held(value);
    if (value.storage !== null) this.settled(value.storage.array);
    return held ?? value.other;
  }

  /** The array that stands for a value's numbers in a run, computed if need be: its content may still lie on the device. */
  held(value: Value): HostArray | null {
    if (value.node !== null) this.recorder.flush();
    if (value.failure !== null) throw value.failure;
    return value.host;
  }

  /** A result's array with its content. */
  settled(array: HostArray): HostArray {
    this.engine.settle(array);
    return array;
  }

  bufferSync<R extends tf.Rank, D extends tf.DataType>(tensor: tf.TensorInfo): tf.TensorBuffer<R, D> {
    const values = this.readSync(tensor.dataId);
    if (tensor.dtype === "string") {
      const strings = (values as Uint8Array[]).map((bytes) => tf.util.decodeString(bytes));
      return tf.buffer(tensor.shape as tf.ShapeMap[R], tensor.dtype as D, strings as unknown as undefined);
    }
    return tf.buffer(tensor.shape as tf.ShapeMap[R], tensor.dtype as D, values as unknown as undefined);
  }

  override refCount(dataId: object): number {
    return this.data.has(dataId) ? this.data.get(dataId).references : 0;
  }

  override incRef(dataId: object): void {
    this.data.get(dataId).references++;
  }

  decRef(dataId: object): void {
    if (this.data.has(dataId)) this.data.get(dataId).references--;
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const value = this.data.get(dataId);
    value.references--;
    if (!force && value.references > 0) return false;
    value.references = 0;
    this.data.delete(dataId);
    this.recorder.release(value);
    return true;
  }

  override numDataIds(): number {
    return this.data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override time(run: () => void): Promise<tf.BackendTimingInfo> {
    const start = performance.now();
    run();
    this.recorder.flush();
    return Promise.resolve({ kernelMs: performance.now() - start });
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.recorder.clear();
  }
}

function isNumbers(values: unknown): values is ArrayLike<number> {
  return values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array || values instanceof Uint8ClampedArray || (Array.isArray(values) && (values.length === 0 || typeof values[0] !== "object"));
}

export type { HostArray, Storage };
