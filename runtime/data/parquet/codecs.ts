// Codecs of Parquet pages. Each stops at the size that the page's header declares, which was looked at before. Node's own are taken where it has them;
// Snappy is hyparquet's.

import type { Compressors } from "hyparquet";
import * as zlib from "node:zlib";
import { systemCode } from "../../program/errors.js";

/** A page that does not become what its header says. */
export class PageError extends Error {}

type Bounded = (input: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** The codecs of a file that uses those; what Node lacks is loaded only where it is needed. */
export async function codecsFor(names: ReadonlySet<string>): Promise<Compressors> {
  // From Node 22.15 on.
  const zstd: unknown = Reflect.get(zlib, "zstdDecompressSync");
  const codecs: Compressors = { GZIP: bounded(zlib.gunzipSync), BROTLI: bounded(zlib.brotliDecompressSync), ...(isBounded(zstd) ? { ZSTD: bounded(zstd) } : {}) };
  if (![...names].some((name) => name.startsWith("LZ4") || (name === "ZSTD" && codecs.ZSTD === undefined))) return codecs;
  const { decompressLz4, decompressLz4Raw, decompressZstd } = await import("hyparquet-compressors");
  return { ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)), ...codecs, LZ4: decompressLz4, LZ4_RAW: decompressLz4Raw };
}

function isBounded(value: unknown): value is Bounded {
  return typeof value === "function";
}

function bounded(decompress: Bounded): (input: Uint8Array, length: number) => Uint8Array {
  return (input, length) => {
    try {
      return decompress(input, { maxOutputLength: Math.max(length, 1) });
    } catch (error) {
      const code = systemCode(error);
      if (code === "ERR_BUFFER_TOO_LARGE") throw new PageError("a page is larger than its header says");
      if (code !== null) throw new PageError("a page is damaged");
      throw error;
    }
  };
}
