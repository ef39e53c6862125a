// What stands behind a tensor: numbers on the host, or an output of a recorded op that has not run yet.

import type { HostArray } from "./binding.js";
import type { RecordedNode } from "./recorder.js";
import type { DataType } from "./pool.js";

/** Numbers that several values may look at. */
export interface Storage {
  readonly array: HostArray;
  /** Values that look at it. */
  owners: number;
  /** Someone outside has seen the array: it may never be written to again. */
  exposed: boolean;
  /** An update changes the array where it lies: whoever is to keep the numbers gets a copy. */
  isLive?: boolean;
}

/** A value with the shape it is used in: tensors of several shapes may share one. */
export interface Ref {
  readonly value: Value;
  readonly shape: readonly number[];
}

export class Value {
  /** Tensors that hold it; 0: no one can read it any more. */
  references = 1;
  /** Recorded ops that read it. */
  readers = 0;
  /** The op that will make it, while that is pending. */
  node: RecordedNode | null = null;
  storage: Storage | null = null;
  /** The numbers, a part of the storage. */
  host: HostArray | null = null;
  /** Strings and complex numbers, which only fallback kernels handle. */
  other: unknown = null;
  /** Why there are no numbers, if the run that should have made them failed. */
  failure: Error | null = null;
  /** A smaller value that this one is the broadcast of. */
  small: Ref | null = null;
  /** Scratch of a flush: the place in the key. */
  slot = -1;
  isWanted = false;

  constructor(
    readonly dtype: string,
    /** Number of elements. */
    readonly size: number,
  ) {}

  hold(storage: Storage, host: HostArray): void {
    storage.owners++;
    this.storage = storage;
    this.host = host;
    this.node = null;
  }
}

export function isNative(dtype: string): dtype is DataType {
  return dtype === "float32" || dtype === "int32" || dtype === "bool";
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The shape of two broadcast against each other, or null. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return null;
    out.push(m === 1 ? n : m);
  }
  return out;
}
