// Where sop itself lies: its package.json, its standard library, its runtime. The same code runs from dist/ and from the sources.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Set by the build: version and hash of the sources. */
declare const SOP_BUILD_ID: string | undefined;

/** Tells one build of sop from another; null when it runs from its sources, which may change at any time. */
export const buildId: string | null = typeof SOP_BUILD_ID === "string" ? SOP_BUILD_ID : null;

/** The folder of sop's package.json. */
export const packageRoot: string = findRoot();

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "stdlib")) || !existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the folder of sop's package.json is not above its code");
    folder = parent;
  }
  return folder;
}

/** The version in package.json. */
export function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  return typeof content === "object" && content !== null && "version" in content ? String(content.version) : "unknown";
}

/**
 * The module that generated programs are bundled with: dist/ where the command itself is from there, which halves the work of bundling; the
 * sources where it runs from sources, since dist/ may then be older or missing.
 */
export function runtimeEntry(): string {
  const source = join(packageRoot, "runtime", "index.ts");
  return buildId === null && existsSync(source) ? source : join(packageRoot, "dist", "runtime.mjs");
}
