// Where `pkg:name/file` lies: the folder of an installed package comes from the host, the rest follows from its package.json, as Node
// reads `exports`. Only text is read, no code of a package runs, and only `.sop` files can be imported.

import type { Host } from "../host.js";

export type PackageFile =
  | { readonly kind: "file"; readonly path: string }
  /** The specifier has not the form `pkg:name/file`. */
  | { readonly kind: "form" }
  | { readonly kind: "not-installed"; readonly name: string }
  /** `why` is the second half of "`name` gives no `file`: ...". */
  | { readonly kind: "refused"; readonly name: string; readonly file: string; readonly why: string };

/** Finds the file that a specifier names, as seen from the file `from`. Whether it exists shows when it is read. */
export function packageFile(specifier: string, from: string, host: Host): PackageFile {
  const [, name, file] = /^pkg:((?:@[A-Za-z0-9~_-][A-Za-z0-9._~-]*\/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*)(?:\/(.*))?$/s.exec(specifier) ?? [];
  if (name === undefined || name === "node_modules" || (file !== undefined && !isPlain(file))) return { kind: "form" };
  const folder = host.package(name, from);
  const manifest = folder === null ? null : host.read(within(folder, "package.json"));
  if (folder === null || manifest === null) return { kind: "not-installed", name };
  const refused = (why: string): PackageFile => ({ kind: "refused", name, file: file ?? ".", why });
  const description = parsed(manifest);
  if (!isRecord(description)) return refused("its `package.json` is not a JSON object");
  const exported = description["exports"];
  if (exported === undefined || exported === null) {
    if (file === undefined) return refused("it has no `exports`, so that a file has to be named");
    return { kind: "file", path: within(folder, withEnding(file)) };
  }
  const target = targetOf(exported, file);
  if (target === null) return refused(file === undefined ? "its `exports` have no main entry" : "its `exports` do not have it");
  if (!target.startsWith("./") || !isPlain(target.slice(2))) return refused("its `exports` point out of the package");
  if (!target.endsWith(".sop")) return refused(`its \`exports\` lead to \`${target}\`, which is no \`.sop\` file`);
  return { kind: "file", path: within(folder, target.slice(2)) };
}

/** A file of a folder; "" is the current one. */
function within(folder: string, file: string): string {
  return folder === "" ? file : `${folder}/${file}`;
}

/** A path that stays in its folder and names no package within it. */
function isPlain(path: string): boolean {
  return !/[\\\0]/.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part !== "node_modules");
}

function withEnding(file: string): string {
  return file.endsWith(".sop") ? file : `${file}.sop`;
}

/** What `exports` have for a file, with or without its ending, or for the package itself. */
function targetOf(exported: unknown, file: string | undefined): string | null {
  const keys = isRecord(exported) ? Object.keys(exported) : [];
  const hasPaths = keys.some((key) => key.startsWith("."));
  if (!isRecord(exported) || !hasPaths) return file === undefined ? conditional(exported, "", 0) : null;
  if (file === undefined) return Object.hasOwn(exported, ".") ? conditional(exported["."], "", 0) : null;
  const wanted = [`./${file}`, `./${withEnding(file)}`];
  const key = wanted.find((path) => Object.hasOwn(exported, path));
  if (key !== undefined) return conditional(exported[key], "", 0);
  // The longest beginning wins.
  const patterns = keys.filter((pattern) => pattern.split("*").length === 2).sort((a, b) => b.indexOf("*") - a.indexOf("*"));
  for (const pattern of patterns) {
    const [before = "", after = ""] = pattern.split("*");
    const path = wanted.find((candidate) => candidate.startsWith(before) && candidate.endsWith(after) && candidate.length > before.length + after.length);
    if (path !== undefined) return conditional(exported[pattern], path.slice(before.length, path.length - after.length), 0);
  }
  return null;
}

/** The first target whose condition is `sop` or `default`; `star` stands for `*` in it. */
function conditional(target: unknown, star: string, depth: number): string | null {
  if (typeof target === "string") return target.replaceAll("*", () => star);
  if (!isRecord(target) || depth > 8) return null;
  for (const [condition, inner] of Object.entries(target)) {
    const found = condition === "sop" || condition === "default" ? conditional(inner, star, depth + 1) : null;
    if (found !== null) return found;
  }
  return null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
