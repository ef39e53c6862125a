// The `.sop` programs of tests/cases/programs, by their path there, and those that sop comes with.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../cases/programs/", import.meta.url));

export interface Sample {
  readonly path: string;
  readonly text: string;
}

export const programs: readonly Sample[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".sop"))
  .sort()
  .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(folder + path, "utf8") }));

/** The texts of the standard library and of the examples. */
export const shipped: readonly string[] = ["../../stdlib/", "../../examples/"].flatMap((path) => {
  const root = fileURLToPath(new URL(path, import.meta.url));
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sop") && !file.includes("node_modules")).sort().map((file) => readFileSync(root + file, "utf8"));
});
