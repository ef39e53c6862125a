// Zip archives as NumPy writes them: the entries of the central directory, stored or deflated, and never more bytes than the caller allows.
// Layout: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.

import { constants, crc32, inflateRawSync } from "node:zlib";
import { systemCode, UserError } from "../program/errors.js";

export interface ZipEntry {
  /** Bytes of the content, as the archive declares them. */
  readonly size: number;
  /** About the first bytes of the content, at least `length` unless there are fewer. */
  readonly head: (length: number) => Buffer;
  /** The whole content, at most `limit` bytes; its checksum is compared. */
  readonly read: (limit: number) => Buffer;
}

/** Archives of arrays have a few entries; a directory of more is not read. */
const mostEntries = 10_000;

/** The entries of an archive by name. `archive` is what messages call the file. */
export function zipEntries(bytes: Buffer, archive: string): ReadonlyMap<string, ZipEntry> {
  const end = endOfDirectory(bytes);
  if (end === null) throw new UserError(`\`${archive}\` is not a whole zip archive: it has no directory at its end.`, "Save the file again.");
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count > mostEntries) throw new UserError(`\`${archive}\` has ${count} entries, more than the ${mostEntries} that are read.`, "Save fewer arrays in one file.");
  const entries = new Map<string, ZipEntry>();
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw damaged(archive);
    const [nameLength, extraLength, commentLength] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    entries.set(name, entryAt(bytes, at, `${archive}/${name}`, archive));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

/** The record at the end, before a comment of at most 65,535 bytes; null if there is none. */
function endOfDirectory(bytes: Buffer): number | null {
  for (let at = bytes.length - 22; at >= 0 && at >= bytes.length - 22 - 0xffff; at--) {
    if (bytes.readUInt32LE(at) === 0x06054b50) return at;
  }
  return null;
}

function entryAt(bytes: Buffer, at: number, name: string, archive: string): ZipEntry {
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  const sum = bytes.readUInt32LE(at + 16);
  const packed = bytes.readUInt32LE(at + 20);
  const size = bytes.readUInt32LE(at + 24);
  const local = bytes.readUInt32LE(at + 42);
  const content = (): Buffer => {
    if ((flags & 1) !== 0) throw new UserError(`\`${name}\` is encrypted.`, "Save the file without a password.");
    if (method !== 0 && method !== 8) throw new UserError(`\`${name}\` is packed by method ${method}, expected stored or deflated.`, "Save the file with `numpy.savez` or `numpy.savez_compressed`.");
    if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== 0x04034b50) throw damaged(archive);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    if (from + packed > bytes.length) throw new UserError(`\`${name}\` is truncated: it reaches over the end of the archive.`, "Save the file again.");
    return bytes.subarray(from, from + packed);
  };
  return {
    size,
    head: (length) => {
      const whole = content();
      if (method === 0) return whole.subarray(0, length);
      // Deflate grows data by a few bytes in 65,536 at most.
      return guarded(name, () => inflateRawSync(whole.subarray(0, length + 1024), { finishFlush: constants.Z_SYNC_FLUSH }));
    },
    read: (limit) => {
      const whole = content();
      const unpacked = method === 0 ? whole : guarded(name, () => inflateRawSync(whole, { maxOutputLength: Math.max(limit, 1) }), limit);
      if (unpacked.length > limit) throw tooLong(name, limit);
      if (crc32(unpacked) !== sum) throw new UserError(`\`${name}\` is damaged: its checksum differs.`, "Save the file again.");
      return unpacked;
    },
  };
}

function guarded(name: string, inflate: () => Buffer, limit = 0): Buffer {
  try {
    return inflate();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLong(name, limit);
    if (code !== null && code.startsWith("Z_")) throw new UserError(`\`${name}\` is damaged: its data cannot be unpacked.`, "Save the file again.");
    throw error;
  }
}

const tooLong = (name: string, limit: number): UserError => new UserError(`\`${name}\` holds more than the ${limit} bytes that its header declares.`, "Save the file again.");
const damaged = (archive: string): UserError => new UserError(`\`${archive}\` is a damaged zip archive.`, "Save the file again.");
