// Files of a run, written so that a reader sees the old content or the new one and never a half: temporary file, flush, rename.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { systemCode, systemReason, UserError } from "../program/errors.js";

/** What to do about a folder of runs that cannot be written. */
const otherFolder = "Make the folder writable, or name another one with `--runs-dir`.";

/** Replaces the file at `path`; a link stays and what it points to is replaced. A device or pipe is written to, never replaced. Throws a
 * UserError with `help` if that fails. */
export function writeFileAtomically(path: string, content: Buffer | string, help: string = otherFolder): void {
  try {
    const target = targetOf(path);
    if (target.isPlain) replaceFile(target.path, typeof content === "string" ? Buffer.from(content) : content, target.mode);
    else writeFileSync(target.path, content);
  } catch (error) {
    throw unwritable(error, path, help);
  }
}

function targetOf(path: string): { readonly path: string; readonly isPlain: boolean; readonly mode: number } {
  if (!existsSync(path)) return { path, isPlain: true, mode: 0o666 };
  const real = realpathSync(path);
  const found = statSync(real);
  return { path: real, isPlain: found.isFile(), mode: found.mode & 0o777 };
}

function replaceFile(path: string, bytes: Buffer, mode: number): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w", mode);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    flushFolder(dirname(path));
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** Deletes a file; where that fails, the file stays. */
export function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return; // Nothing depends on it.
  }
}

/** Makes a folder and those above it. Throws a UserError if that fails. */
export function makeFolder(path: string): void {
  // Not `recursive`: Node then never returns where a folder such as /proc answers that it does not exist.
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.push(at);
  try {
    for (const folder of missing.reverse()) makeOne(folder);
    if (!statSync(path).isDirectory()) throw new UserError(`\`${path}\` is a file, expected a folder.`, "Name another folder with `--runs-dir`.");
  } catch (error) {
    throw unwritable(error, path);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** The bytes of a file, or null if there is none; throws a UserError if it cannot be read or has more than `limit` bytes. */
export function readWhole(path: string, limit: number = 2 ** 31 - 1): Buffer | null {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw new UserError(`\`${path}\` is ${found.isDirectory() ? "a folder" : "not a regular file"}, expected a file.`);
    if (found.size > limit) throw new UserError(`\`${path}\` has ${found.size} bytes, more than the ${limit} that are read.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = systemReason(error);
    if (reason === null) throw error;
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw new UserError(`\`${path}\` cannot be read: ${reason}.`);
  }
}

/** A UserError if the system refused, else the error itself. */
export function unwritable(error: unknown, path: string, help: string = otherFolder): unknown {
  const reason = systemReason(error);
  if (reason === null) return error;
  const isFull = ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
  return new UserError(`\`${path}\` cannot be written: ${reason === "it does not exist" ? "its folder does not exist" : reason}.`, isFull ? help.replace("Make the folder writable", "Make room there") : help);
}

/** A rename lasts once the folder is flushed; not every system can, and then the rename has to do. */
function flushFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    return;
  }
}
