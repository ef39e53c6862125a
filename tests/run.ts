// Runs every `tests/**/*.test.ts` in a process of its own, two at a time, and ends with one line: `N passed, M failed`.
// `npm test -- word` runs the files whose path has the word in it; `npx tsx tests/unit/ir.test.ts` runs one without building it first. Output of a file is shown only if it failed.
// A file that crashes, runs no test or skips one counts as failed.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { buildTests } from "./support/built.js";

const AT_ONCE = 2;
const LONGEST_MS = 20 * 60 * 1000;
const FIRST = "tests/types.test.ts";
/** Where no durations are known, these go before the others: one of them at the end would run alone. */
const LONG = ["tests/property/fuzz.test.ts", "tests/end-to-end/programs.test.ts", "tests/conformance-devices.test.ts"];

interface Result {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
  readonly seconds: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const memory = join(root, "node_modules", ".cache", "sop-tests.json");

const filters = process.argv.slice(2);
const durations = lastDurations();
const queue = readdirSync(join(root, "tests"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort()
  .sort((a, b) => order(b) - order(a));

/** Types first, then what took longest last time; a new file is taken to be long. */
function order(file: string): number {
  return file === FIRST ? Infinity : (durations[file] ?? (LONG.includes(file) ? 120 : 60));
}

const built = await buildTests(queue);
process.on("exit", built.remove);

const results: Result[] = [];
const running = new Set<() => void>();
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.on(signal, () => {
    for (const stop of running) stop();
    process.exit(code);
  });
}

await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file);
      results.push(result);
      const mark = result.failed === 0 ? "ok    " : "FAILED";
      process.stdout.write(`${mark} ${file}  ${result.passed} passed${result.failed > 0 ? `, ${result.failed} failed` : ""}  ${result.seconds.toFixed(1)} s\n`);
      if (result.failed > 0) process.stdout.write(`${result.output.trimEnd()}\n\n`);
    }
  }),
);

remember();
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const failures = results.filter((result) => result.failed > 0);
if (results.length === 0) process.stdout.write(`no test file has ${filters.join(" or ")} in its path\n`);
if (failures.length > 0) process.stdout.write(`\nfailed: ${failures.map((result) => result.file).join(", ")}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;

function runFile(file: string): Promise<Result> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [built.script(file)], { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } });
    const stop = (): void => void child.kill("SIGKILL");
    running.add(stop);
    const late = setTimeout(stop, LONGEST_MS);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("close", (code, signal) => {
      clearTimeout(late);
      running.delete(stop);
      const count = (word: string): number => [...output.matchAll(new RegExp(`^\\s*${word}:\\s+(\\d+)\\s*$`, "gm"))].reduce((sum, match) => sum + Number(match[1]), 0);
      const total = count("Total");
      const good = count("Passed");
      let bad = total - good + count("Skipped");
      if (signal !== null) output += `\nended by ${signal} after ${Math.round((performance.now() - start) / 1000)} s\n`;
      if (total === 0) output += "\nno test ran\n";
      if (bad === 0 && (code !== 0 || total === 0)) bad = 1;
      resolve({ file, passed: good, failed: bad, output: bad === 0 ? "" : built.withSources(output), seconds: (performance.now() - start) / 1000 });
    });
  });
}

function lastDurations(): Readonly<Record<string, number>> {
  try {
    const content: unknown = JSON.parse(readFileSync(memory, "utf8"));
    return typeof content === "object" && content !== null ? Object.fromEntries(Object.entries(content).map(([file, seconds]) => [file, Number(seconds)])) : {};
  } catch {
    return {};
  }
}

function remember(): void {
  const all = { ...durations, ...Object.fromEntries(results.map((result) => [result.file, Math.round(result.seconds * 10) / 10])) };
  try {
    mkdirSync(join(memory, ".."), { recursive: true });
    writeFileSync(memory, JSON.stringify(all));
  } catch {
    // Only the order of the next run depends on it.
  }
}
