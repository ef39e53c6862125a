// Sessions by the structure of what they compute: an integer key, compared in full. The least recently used go first.

import type { NativeSession } from "./binding.js";

/** A session and the names of its inputs and outputs, in the order of the key. */
export interface Compiled {
  readonly session: NativeSession;
  readonly feeds: readonly string[];
  readonly fetches: readonly string[];
}

interface Entry {
  readonly key: Float64Array;
  readonly compiled: Compiled;
}

export class SessionCache {
  /** By hash; insertion order is that of use. */
  private readonly entries = new Map<number, Entry[]>();
  private total = 0;
  /** Sessions built so far. */
  built = 0;

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.total;
  }

  /** The session for a key, made by `build` if there is none. */
  get(key: readonly number[], build: () => Compiled): Compiled {
    const hash = hashOf(key);
    const bucket = this.entries.get(hash);
    const found = bucket?.find((entry) => isSameKey(entry.key, key));
    if (bucket !== undefined && found !== undefined) {
      this.entries.delete(hash);
      this.entries.set(hash, bucket);
      return found.compiled;
    }
    const compiled = build();
    this.total++;
    const entry = { key: Float64Array.from(key), compiled };
    if (bucket === undefined) this.entries.set(hash, [entry]);
    else bucket.push(entry);
    while (this.total > this.limit) this.evict();
    return compiled;
  }

  clear(): void {
    while (this.total > 0) this.evict();
  }

  private evict(): void {
    for (const [hash, bucket] of this.entries) {
      this.entries.delete(hash);
      this.total -= bucket.length;
      for (const { compiled } of bucket) compiled.session.dispose();
      return;
    }
    this.total = 0;
  }
}

function hashOf(key: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const number of key) hash = Math.imul(hash ^ (number | 0), 0x01000193);
  return hash;
}

function isSameKey(a: Float64Array, b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
