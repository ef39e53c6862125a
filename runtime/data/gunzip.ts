// Gunzip that never makes more bytes than the caller allows: a small file must not fill the memory.

import { constants, gunzipSync } from "node:zlib";
import { systemCode, UserError } from "../program/errors.js";

/** Does the data start like a gzip file? */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The first bytes of the content, at least 64 unless there are fewer; what is broken further on does not matter yet. */
export function gunzipHead(bytes: Uint8Array, name: string): Buffer {
  const start = (length: number): Buffer => gunzipSync(bytes.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
  try {
    const head = start(1024);
    if (head.length >= 64) return head;
    // Little content, a file that ends early, or a gzip header with a long name.
    return gunzipSync(bytes, { maxOutputLength: 1 << 16 });
  } catch (error) {
    if (systemCode(error) === "ERR_BUFFER_TOO_LARGE") return start(1 << 17);
    throw broken(error, name);
  }
}

/** The whole content, at most `limit` bytes. */
export function gunzip(bytes: Uint8Array, name: string, limit: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(limit, 1) });
  } catch (error) {
    throw broken(error, name, limit);
  }
}

function broken(error: unknown, name: string, limit?: number): unknown {
  const code = systemCode(error);
  const again = "Fetch the file again.";
  if (code === "ERR_BUFFER_TOO_LARGE") return new UserError(`\`${name}\` holds more than the ${limit} bytes that its header declares.`, again);
  if (code === "Z_BUF_ERROR") return new UserError(`\`${name}\` is truncated: its gzip data ends early.`, again);
  if (code !== null && code.startsWith("Z_")) return new UserError(`\`${name}\` starts like a gzip file, but its data are damaged.`, again);
  return error;
}
