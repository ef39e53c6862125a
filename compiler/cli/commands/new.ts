// `sop new <dir>`: a project that trains as it is.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Failure, withFiles } from "../failure.js";
import { packageRoot, packageVersion } from "../package-root.js";
import { newProject } from "../templates/new-project.js";
import type { Terminal } from "../terminal.js";
import { writeFile } from "../write-file.js";

/** Makes the project in a folder that is new or empty. */
export function newCommand(dir: string, terminal: Terminal): number {
  const folder = resolve(dir);
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw new Failure(`\`${dir}\` is a file`, "Choose another name.");
    const found = withFiles(`\`${dir}\` cannot be read`, null, () => readdirSync(folder)).filter((name) => name !== ".git");
    if (found.length > 0) throw new Failure(`\`${dir}\` is not empty`, "Choose a new folder.");
  }
  for (const file of newProject(packageName(basename(folder)), dependency(folder))) writeFile(join(folder, file.path), file.text);
  terminal.out(`${dir} is ready. Next:\n\n  cd ${dir}\n  npx sop train\n`);
  return 0;
}

/** A name that npm accepts. */
function packageName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9._-]+/g, "-").replace(/^[._-]+|-+$/g, "");
  return plain === "" || plain === "sop" ? "sop-model" : plain;
}

/**
 * How the new project can get this very sop: as the project that installed it does, or from the folder of a clone.
 * Never a bare version where sop came from a file or a folder: a registry could know something else by that name.
 */
function dependency(folder: string): string | null {
  if (basename(dirname(packageRoot)) !== "node_modules") return fileSpecifier(folder, packageRoot);
  const owner = dirname(dirname(packageRoot));
  const declared = declaredIn(owner);
  if (declared === null) return null;
  if (declared.startsWith("file:")) return fileSpecifier(folder, resolve(owner, declared.slice("file:".length)));
  return /^[\w.^~>=<|* -]+$/.test(declared) ? `^${packageVersion()}` : declared;
}

function fileSpecifier(folder: string, target: string): string {
  return `file:${relative(folder, target).split(sep).join("/")}`;
}

/** What the package.json of a folder says of sop. */
function declaredIn(folder: string): string | null {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return null;
  }
  for (const list of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
    const found = member(member(content, list), "sop");
    if (typeof found === "string") return found;
  }
  return null;
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}
