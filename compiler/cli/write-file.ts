// Writing files so that no reader, and no crash, ever sees half of one.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { withFiles } from "./failure.js";

/** Writes beside the place, flushes and renames; makes the folder. Keeps the mode of a file that was there, and follows links. */
export function writeFile(path: string, contents: string | Uint8Array, help: string | null = null): void {
  withFiles(`\`${path}\` cannot be written`, help, () => {
    makeFolder(dirname(path));
    const target = existing(path);
    if (!target.isPlain) {
      writeFileSync(target.path, contents);
      return;
    }
    const temporary = join(dirname(target.path), `.${basename(target.path)}.${process.pid}.tmp`);
    try {
      const descriptor = openSync(temporary, "w", target.mode);
      try {
        const bytes = typeof contents === "string" ? Buffer.from(contents, "utf8") : contents;
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, target.path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Makes a folder and those around it, one by one: `recursive: true` of Node 20 never ends where a parent cannot be made. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it just now.
    if (!existsSync(path)) throw error;
  }
}

/** A device or a pipe is not plain: it is written to, never replaced. */
function existing(path: string): { readonly path: string; readonly mode: number; readonly isPlain: boolean } {
  try {
    const real = realpathSync(path);
    const status = statSync(real);
    return { path: real, mode: status.mode & 0o777, isPlain: status.isFile() };
  } catch {
    return { path, mode: 0o666, isPlain: true };
  }
}
