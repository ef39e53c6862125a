// Native files that were not written to their end, as by a full disk: Linux maps them without a look and ends the process when it reaches
// what is missing (SIGBUS), so that they are told before. The loaders of macOS and Windows refuse them by themselves.

import { closeSync, fstatSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The files without which there is no engine; those of single devices are tried in a process of their own. */
const needed = /^(libonnxruntime\.so|onnxruntime_binding\.node)/;

/** The name of one of them in a folder that is shorter than it says itself; null if there is none. */
export function cutOffLibrary(folder: string): string | null {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return null;
  }
  return names.find((name) => needed.test(name) && isCutOff(join(folder, name))) ?? null;
}

/** Does the header of an ELF file with 64-bit addresses, least byte first, name segments beyond the end of the file? */
function isCutOff(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const header = Buffer.alloc(64);
    if (readSync(file, header, 0, 64, 0) < 64) return true;
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return false;
    const [start, each, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)];
    if (each < 40 || start + each * count > size) return true;
    const segments = Buffer.alloc(each * count);
    readSync(file, segments, 0, segments.length, start);
    for (let at = 0; at < segments.length; at += each) {
      const end = segments.readBigUInt64LE(at + 8) + segments.readBigUInt64LE(at + 32);
      if (end > BigInt(size)) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}
