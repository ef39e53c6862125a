// Arrays that are free, by type and length: a step's results lie where those of the step before last lay.

import type { HostArray } from "./binding.js";

export type DataType = "float32" | "int32" | "bool";

/** An array of zeros or, with `length` numbers of anything, a used one. */
export class ArrayPool {
  private readonly free = new Map<string, HostArray[]>();
  private held = 0;

  /** At most `limit` bytes are kept. */
  constructor(private readonly limit: number) {}

  get bytes(): number {
    return this.held;
  }

  /** An array whose content is undefined. */
  take(dtype: DataType, length: number): HostArray {
    const found = this.free.get(`${dtype}${length}`)?.pop();
    if (found === undefined) return allocate(dtype, length);
    this.held -= found.byteLength;
    return found;
  }

  /** Takes an array back that nobody sees any more. */
  give(dtype: DataType, array: HostArray): void {
    if (array.byteLength === 0 || this.held + array.byteLength > this.limit) return;
    const key = `${dtype}${array.length}`;
    const list = this.free.get(key);
    if (list === undefined) this.free.set(key, [array]);
    else list.push(array);
    this.held += array.byteLength;
  }

  clear(): void {
    this.free.clear();
    this.held = 0;
  }
}

export function allocate(dtype: DataType, length: number): HostArray {
  if (dtype === "float32") return new Float32Array(length);
  return dtype === "int32" ? new Int32Array(length) : new Uint8Array(length);
}
