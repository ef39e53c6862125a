// Reads data files whole, with the checks that make a missing, huge or altered file a sentence instead of a crash.

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { systemReason, UserError } from "../program/errors.js";

/** Buffers of Node cannot be much larger, and rows are held in memory. */
const largest = 2 ** 31 - 1;

export interface DataFile {
  /** As the user wrote it. */
  readonly name: string;
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
}

/** Reads `name` relative to `directory`; compares with `sha256` if that is given: all digits, or the first ones. Messages call it `shown`. */
export function readDataFile(name: string, directory: string, sha256: string | null, largestSize: number = largest, shown = name): DataFile {
  const path = resolve(directory, name);
  const bytes = readBounded(path, shown, largestSize);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== null && !found.startsWith(sha256.toLowerCase())) {
    throw new UserError(`\`${name}\` has SHA-256 ${found}, expected ${sha256}.`, `Fetch \`${basename(name)}\` again, or correct \`sha256\`.`);
  }
  return { name, bytes, sha256: found };
}

function readBounded(path: string, name: string, largestSize: number): Buffer {
  if (path.includes("\0")) throw new UserError(`\`${name}\` cannot be read: its name holds a NUL character.`, "Name another file.");
  try {
    const found = statSync(path);
    if (!found.isFile()) throw new UserError(`\`${name}\` is ${found.isDirectory() ? "a folder" : "not a regular file"}, expected a data file (looked at ${path}).`);
    if (found.size > largestSize) throw new UserError(`\`${name}\` has ${found.size} bytes, more than the ${largestSize} that fit.`, "Divide the file, or take fewer rows.");
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw new UserError(`\`${name}\` cannot be read: ${reason} (looked at ${path}).`, "Put the file there, or name its folder with `--data-dir`.");
  }
}
