// The `.sop` programs of tests/cases/programs, by their path there.

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
