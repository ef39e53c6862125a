// The buffers of tensors, in the place of TensorFlow.js's pool. Of those that are free the one with the lowest number is taken, whatever order they came back in: so a step that does the same as the one before
// gets the same buffers, and bind groups of them are found again.

import { numberOf } from "./bound.js";
import type { GpuDevice } from "./device.js";

interface PooledBuffer {
  destroy(): void;
}

/** Bytes of a buffer, and where it goes when it is free: buffers of its size and usage, that with the lowest number last. */
interface Known {
  readonly size: number;
  readonly free: PooledBuffer[];
}

/** With the names that TensorFlow.js's backend calls. */
export class BufferPool {
  numBytesUsed = 0;
  numBytesAllocated = 0;
  private used = 0;
  private readonly known = new Map<PooledBuffer, Known>();
  private readonly free = new Map<number, Map<number, PooledBuffer[]>>();

  /** `beforeUse` may refuse a size by throwing; `told` gives what is to be thrown where the device throws. */
  constructor(
    private readonly device: Pick<GpuDevice, "createBuffer">,
    private readonly beforeUse: (size: number, usage: number) => void,
    private readonly told: (error: unknown) => unknown,
  ) {}

  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): PooledBuffer {
    this.beforeUse(size, usage);
    const free = this.freeOf(size, usage);
    const buffer = (reuse ? free.pop() : undefined) ?? this.make(size, usage, mappedAtCreation, free);
    this.used++;
    this.numBytesUsed += size;
    return buffer;
  }

  releaseBuffer(buffer: PooledBuffer, reuse = true): void {
    const known = this.known.get(buffer);
    // After the end of the pool.
    if (known === undefined) return;
    this.used--;
    this.numBytesUsed -= known.size;
    if (!reuse) {
      this.known.delete(buffer);
      this.numBytesAllocated -= known.size;
      buffer.destroy();
      return;
    }
    const { free } = known;
    let at = free.push(buffer) - 1;
    for (let other = free[at - 1]; other !== undefined && numberOf(other) < numberOf(buffer); other = free[at - 1]) {
      free[at] = other;
      free[--at] = buffer;
    }
  }

  getNumUsedBuffers(): number {
    return this.used;
  }

  getNumFreeBuffers(): number {
    return this.known.size - this.used;
  }

  dispose(): void {
    for (const buffer of this.known.keys()) buffer.destroy();
    this.known.clear();
    this.free.clear();
    [this.used, this.numBytesUsed, this.numBytesAllocated] = [0, 0, 0];
  }

  private freeOf(size: number, usage: number): PooledBuffer[] {
    const bySize = this.free.get(usage) ?? new Map<number, PooledBuffer[]>();
    this.free.set(usage, bySize);
    const free = bySize.get(size) ?? [];
    bySize.set(size, free);
    return free;
  }

  private make(size: number, usage: number, mappedAtCreation: boolean, free: PooledBuffer[]): PooledBuffer {
    try {
      const buffer = this.device.createBuffer({ size, usage, mappedAtCreation });
      this.numBytesAllocated += size;
      this.known.set(buffer, { size, free });
      return buffer;
    } catch (error) {
      throw this.told(error);
    }
  }
}
