// Where packages with native code are looked for: they are not in the bundle of a program.

import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

/** Files whose packages are searched: the bundle or runtime, the program that was started, the `sop` that started it, one on the PATH, the folder around. */
export function packageRoots(): readonly string[] {
  const started = process.argv[1];
  const commands = (process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => (folder === "" ? [] : realPath(join(folder, "sop"))));
  const starter = process.env["SOP_PACKAGE"];
  return [import.meta.url, ...(started === undefined ? [] : realPath(started)), ...(starter === undefined ? [] : realPath(starter)), ...commands, ...realPath(".").map((folder) => join(folder, "program.mjs"))];
}

/** A package as it is installed. */
export interface InstalledPackage {
  /** Of its package.json. */
  readonly path: string;
  readonly version: string;
  readonly require: NodeJS.Require;
}

/** The package as the first of the files finds it; null: none does. */
export function installedPackage(name: string, roots: readonly string[] = packageRoots()): InstalledPackage | null {
  for (const root of roots) {
    try {
      const require = createRequire(root);
      const path = require.resolve(`${name}/package.json`);
      const described: unknown = require(path);
      return { path, version: typeof described === "object" && described !== null && "version" in described ? String(described.version) : "of unknown version", require };
    } catch {
      continue;
    }
  }
  return null;
}

function realPath(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
