// Numbers that stay on the device: what a run leaves there is given to the next run as it is, so that weights and an optimizer's state do
// not travel at every step. The host's array of such numbers is a name for them; its content comes when someone asks for it (`settle`).

import type { HostArray, NativeSession, NativeTensor } from "./binding.js";
import type { Model } from "./model.js";

/** A result on the device, as the binding gives it. */
interface DeviceTensor {
  readonly gpuBuffer: object;
  dispose(): void;
}

/** A session as the binding has it. */
export interface RawSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  /** Gives the results by name; where one is to stay on the device, its place in `fetches` is null. */
  run(feeds: object, fetches: object, options: object): unknown;
  dispose(): void;
}

interface Kept {
  readonly owner: Owner;
  readonly tensor: DeviceTensor;
  /** Has the host's array the numbers, too? */
  isSettled: boolean;
}

/** A session and how many of its results there are: it has their memory, so that it goes after them. */
class Owner {
  private results = 0;
  private isDisposed = false;

  constructor(readonly raw: RawSession) {}

  add(): void {
    this.results++;
  }

  free(tensor: DeviceTensor): void {
    tensor.dispose();
    this.results--;
    if (this.isDisposed && this.results === 0) this.raw.dispose();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    if (this.results === 0) this.raw.dispose();
  }
}

export class DeviceMemory {
  private readonly kept = new WeakMap<HostArray, Kept>();
  /** Arrays that go without `forget` must not leave their numbers behind. */
  private readonly registry = new FinalizationRegistry<Kept>(({ owner, tensor }) => owner.free(tensor));
  private reader: RawSession | null = null;

  /** `open` gives a session that leaves the results of these names on the device. */
  constructor(
    private readonly open: (model: Model, threads: number, resident: readonly string[]) => RawSession,
    private readonly runOptions: object,
  ) {}

  session(model: Model, threads: number): NativeSession {
    const resident = model.outputs.filter(staysThere).map(({ name }) => name);
    const owner = new Owner(this.open(model, threads, resident));
    return {
      run: (feeds, fetches) => this.run(owner, feeds, fetches, resident),
      dispose: () => owner.dispose(),
    };
  }

  private run(owner: Owner, feeds: Readonly<Record<string, NativeTensor>>, fetches: Readonly<Record<string, NativeTensor>>, resident: readonly string[]): void {
    const given: Record<string, object> = {};
    for (const [name, feed] of Object.entries(feeds)) given[name] = this.where(feed);
    const places: Record<string, NativeTensor | null> = { ...fetches };
    for (const name of resident) places[name] = null;
    const results = owner.raw.run(given, places, this.runOptions);
    for (const [name, { data }] of Object.entries(fetches)) {
      const result: unknown = (results as Readonly<Record<string, unknown>>)[name];
      this.forget(data);
      if (isDeviceTensor(result)) this.keep(data, { owner, tensor: result, isSettled: false });
      // With one result on the device, the binding writes none into the array that was given for it.
      else if (resident.length > 0) data.set((result as { readonly data: HostArray }).data);
    }
  }

  private where(feed: NativeTensor): object {
    const kept = this.kept.get(feed.data);
    return kept === undefined ? feed : { type: feed.type, dims: feed.dims, location: "gpu-buffer", gpuBuffer: kept.tensor.gpuBuffer };
  }

  private keep(array: HostArray, kept: Kept): void {
    kept.owner.add();
    this.kept.set(array, kept);
    this.registry.register(array, kept, array);
  }

  /** The array's content is its own again: from now on the host may write it. */
  forget(array: HostArray): void {
    const kept = this.kept.get(array);
    if (kept === undefined) return;
    this.kept.delete(array);
    this.registry.unregister(array);
    kept.owner.free(kept.tensor);
  }

  /** Makes the array's content that of the device. The binding has no copy from there, but a run that gives its input back. */
  settle(array: HostArray): void {
    const kept = this.kept.get(array);
    if (kept === undefined || kept.isSettled) return;
    this.reader ??= this.open(identity, 1, []);
    const dims = [array.length];
    this.reader.run({ x: this.where({ type: "float32", dims, data: array, location: "cpu" }) }, { y: { type: "float32", dims, data: array, location: "cpu" } }, this.runOptions);
    kept.isSettled = true;
  }
}

/** Losses and other scalars are looked at after each step, ids by kernels that check them: these come back at once. */
function staysThere({ type, shape }: Model["outputs"][number]): boolean {
  return type === "float32" && shape.some((size) => size > 1);
}

const anySize = -1;

const identity: Model = {
  nodes: [{ name: "read", op: "Identity", domain: "", inputs: ["x"], outputs: ["y"], attributes: {} }],
  constants: [],
  inputs: [{ name: "x", type: "float32", shape: [anySize] }],
  outputs: [{ name: "y", type: "float32", shape: [anySize] }],
};

function isDeviceTensor(value: unknown): value is DeviceTensor {
  return typeof value === "object" && value !== null && "location" in value && value.location === "gpu-buffer";
}
