// The battery as a script for a machine that has neither the project nor npm, such as one with a GPU: a folder with the script, the references that it
// reads, and nothing else. What it prints, a table takes in.

import { build } from "esbuild";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Conformance, Untried } from "./run.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Writes the folder; gives the script's path in it, to be run as `node <script> <backend> '{"device": ...}'`. */
export async function packConformance(folder: string): Promise<string> {
  const script = "tests/support/conformance/process.mjs";
  await build({
    entryPoints: [here("process.ts")],
    outfile: join(folder, script),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    logLevel: "error",
    external: ["onnxruntime-node", "@tensorflow/tfjs-node-gpu", "webgpu"],
    banner: { js: 'import { createRequire as packedRequire } from "node:module"; const require = packedRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;' },
  });
  const references = join(folder, "tests/numeric/references");
  mkdirSync(references, { recursive: true });
  cpSync(here("../../numeric/references"), references, { recursive: true, filter: (path) => !/\.\w+$/.test(path) || path.endsWith(".json") });
  return script;
}

/** What the battery printed; null where it printed nothing. */
export function printedConformance(text: string): Conformance | Untried | null {
  const found = /^CONFORMANCE (.*)$/m.exec(text)?.[1];
  return found === undefined ? null : (JSON.parse(found) as Conformance | Untried);
}

/** Results of another machine. */
export interface Elsewhere extends Conformance {
  readonly title: string;
  /** The day, as 2026-01-31. */
  readonly date: string;
}

const elsewhere = new URL("elsewhere/", import.meta.url);

/** All that are kept. */
export function measuredElsewhere(): readonly Elsewhere[] {
  return readdirSync(elsewhere).sort().map((name) => JSON.parse(readFileSync(new URL(name, elsewhere), "utf8")) as Elsewhere);
}

/** Keeps what the battery printed on a card, to two digits, a case a line. Throws where it has no results. */
export function keepElsewhere(text: string, title: string, card: string, today: Date): void {
  const result = printedConformance(text);
  if (result === null || "unavailable" in result) throw new Error(`no results: ${result === null ? "the battery printed none" : result.unavailable}`);
  const { device, seconds, rows } = result;
  const head = JSON.stringify({ title, date: today.toISOString().slice(0, 10), device: `${card}: ${device}`, seconds: Math.round(seconds) });
  const cases = rows.map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(2)) : value)));
  writeFileSync(new URL(`${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.json`, elsewhere), `${head.slice(0, -1)},"rows":[\n${cases.join(",\n")}\n]}\n`);
}
