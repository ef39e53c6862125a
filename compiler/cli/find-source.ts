// Which `.sop` file a command is about: the one that is named, or the only one in the folder.

import { readdirSync } from "node:fs";
import { sep } from "node:path";
import { Failure, withFiles } from "./failure.js";

/** A path as the compiler names files: with forward slashes. */
export function sourcePath(path: string): string {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}

/** The only `.sop` file in the current folder. */
export function onlySource(): string {
  const names = withFiles("the current folder cannot be read", null, () => readdirSync(".", { withFileTypes: true }))
    .flatMap((entry) => (entry.name.endsWith(".sop") && !entry.isDirectory() ? [entry.name] : []))
    .sort();
  const [first, ...others] = names;
  if (first === undefined) throw new Failure("no `.sop` file is named, and there is none in this folder", "Name one, or start a project with `sop new <dir>`.", 2);
  if (others.length > 0) throw new Failure(`no \`.sop\` file is named, and this folder has ${names.length}: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", ..." : ""}`, "Name one of them.", 2);
  return first;
}

/** Splits `[file] [run...]`: the first word is the file if it looks like a path or ends with `.sop`. */
export function sourceAndRest(words: readonly string[]): { readonly file: string; readonly rest: readonly string[] } {
  const [first, ...rest] = words;
  if (first !== undefined && (first.endsWith(".sop") || /[/\\.]/.test(first))) return { file: sourcePath(first), rest };
  return { file: onlySource(), rest: words };
}
