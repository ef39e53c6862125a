// The compiler's host over the file system. Each file is read once, so that what is reported is what was checked.
// Only regular files of a sane size that are UTF-8 are read: an import must not be able to hang the compiler or fill its memory.

import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Host } from "../host.js";
import { systemReason } from "./failure.js";
import { sourcePath } from "./find-source.js";
import { packageRoot } from "./package-root.js";

/** The most bytes that a source file may have. */
export const LARGEST_SOURCE = 8 * 1024 * 1024;
/** Files of the standard library have names that no file of the user's has, and that say nothing of where sop is installed. */
export const LIBRARY = "sop:std/";

export interface FileHost extends Host {
  /** Files that could not be read, and why, as the second half of "`x` cannot be read: ...". */
  readonly problems: ReadonlyMap<string, string>;
  /** Everything that was read, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Reads a file anew the next time: it has changed. */
  readonly forget: (path: string) => void;
}

export function fileHost(): FileHost {
  const texts = new Map<string, string>();
  const problems = new Map<string, string>();
  const read = (path: string): string | null => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    if (problems.has(path)) return null;
    const result = readText(location(path));
    if ("problem" in result) problems.set(path, result.problem);
    else texts.set(path, result.text);
    return "text" in result ? result.text : null;
  };
  return {
    read,
    library: (specifier) => {
      const name = /^std\/([a-z0-9_-]+)$/.exec(specifier)?.[1];
      if (name === undefined) return null;
      const path = `${LIBRARY}${name}.sop`;
      return read(path) === null ? null : path;
    },
    package: packageFolder,
    // Loaded when it is needed: `check` does without.
    hash: (text) => process.getBuiltinModule("node:crypto").createHash("sha256").update(text, "utf8").digest("hex"),
    problems,
    texts,
    forget: (path) => {
      texts.delete(path);
      problems.delete(path);
    },
  };
}

/** Where a path of the host lies on disk. */
function location(path: string): string {
  if (!path.startsWith(LIBRARY)) return path;
  // A relative import inside the library must stay there.
  const name = path.slice(LIBRARY.length);
  return join(packageRoot, "stdlib", /^[a-z0-9_-]+\.sop$/.test(name) ? name : "no-such-file.sop");
}

/** The nearest `node_modules/<name>` upward from a file. Links are followed, so that a package of the same workspace is the file that is being edited. */
function packageFolder(name: string, from: string): string | null {
  if (from.startsWith(LIBRARY)) return null;
  try {
    const start = dirname(resolve(from));
    for (let folder = start, above = ""; folder !== above; above = folder, folder = dirname(folder)) {
      const found = join(folder, "node_modules", name);
      if (basename(folder) === "node_modules" || !existsSync(join(found, "package.json"))) {
        if (folder === dirname(folder)) return null;
        continue;
      }
      const real = realpathSync(found);
      return sourcePath(isAbsolute(from) ? real : relative(realpathSync("."), real));
    }
  } catch (error) {
    // Nothing can be found from a folder that is gone or closed.
    if (systemReason(error) === null) throw error;
  }
  return null;
}

/** Reads a text file, or says why not. A byte-order mark is not part of the text. */
function readText(path: string): { readonly text: string } | { readonly problem: string } {
  let bytes: Buffer;
  try {
    // Not blocking: opening a named pipe would wait for a writer.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = fstatSync(descriptor);
      if (status.isDirectory()) return { problem: "it is a folder, not a file" };
      if (!status.isFile()) return { problem: "it is not a regular file" };
      if (status.size > LARGEST_SOURCE) return { problem: `it has ${status.size} bytes, the most for a source file is ${LARGEST_SOURCE}` };
      bytes = readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const reason = path.includes("\0") ? "its name holds a NUL character" : systemReason(error);
    if (reason === null) throw error;
    return { problem: reason };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { problem: `it is not UTF-8 text (byte ${firstBadByte(bytes)})` };
  }
}

/** The offset of the first byte that is not UTF-8: the first replacement character that the file does not hold itself. */
function firstBadByte(bytes: Buffer): number {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let done = 0;
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", done)) {
    offset += Buffer.byteLength(text.slice(done, at), "utf8");
    if (bytes.toString("latin1", offset, offset + 3) !== "\xef\xbf\xbd") return offset;
    offset += 3;
    done = at + 1;
  }
  return offset;
}
