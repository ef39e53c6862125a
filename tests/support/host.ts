// A host in memory: files by path, and the real standard library beside them.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Host } from "../../compiler/host.js";

/** A host whose only files are `files` and those of the standard library (as `sop:std/<name>.sop`). */
export function memoryHost(files: Readonly<Record<string, string>>): Host {
  const own = new Map(Object.entries(files));
  const libraryFile = (path: string): URL | null => {
    const name = /^sop:std\/([a-z0-9_-]+)\.sop$/.exec(path)?.[1];
    const url = name === undefined ? null : new URL(`../../stdlib/${name}.sop`, import.meta.url);
    return url !== null && existsSync(url) ? url : null;
  };
  return {
    read: (path) => {
      const library = libraryFile(path);
      return library === null ? (own.get(path) ?? null) : readFileSync(library, "utf8");
    },
    library: (specifier) => {
      const path = `sop:${specifier}.sop`;
      return libraryFile(path) === null ? null : path;
    },
    package: (name, from) => {
      for (let folder = from.split("/").slice(0, -1); ; folder = folder.slice(0, -1)) {
        const path = [...folder, "node_modules", name].join("/");
        if (own.has(`${path}/package.json`)) return path;
        if (folder.length === 0) return null;
      }
    },
    hash: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
  };
}
