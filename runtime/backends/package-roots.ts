// Where packages with native code are looked for: they are not in the bundle of a program.

import { realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Files whose packages are searched: the bundle or runtime, the program that was started, the `sop` that started it, one on the PATH. */
export function packageRoots(): readonly string[] {
  const started = process.argv[1];
  const commands = (process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => (folder === "" ? [] : realPath(join(folder, "sop"))));
  const starter = process.env["SOP_PACKAGE"];
  return [import.meta.url, ...(started === undefined ? [] : realPath(started)), ...(starter === undefined ? [] : realPath(starter)), ...commands];
}

function realPath(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
