// The programs of tests/cases/programs as users run them: each is compiled, passes the checks of TypeScript, and takes two steps of each of its
// runs on data that are made up for it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../compiler/compile.js";
import { memoryHost } from "../support/host.js";
import { lossesIn } from "../support/metrics.js";
import { programData, type ProgramData } from "../support/program-data.js";
import { programs } from "../support/programs.js";
import { inFolder, sop } from "../support/sop.js";
import { typeCheck } from "../support/type-check.js";

const ready = Object.keys(programData);

/** A program that hangs is ended; a busy machine is slow. */
const patience = 10 * 60_000;

function dataOf(path: string): ProgramData {
  const data = programData[path];
  if (data === undefined) throw new Error(`no data for ${path}`);
  return data;
}

/** All source files of a program, as the test takes them. */
function sourcesOf(path: string): Readonly<Record<string, string>> {
  const { sources = {}, more = "", alter = (text: string) => text } = dataOf(path);
  const own = programs.map((sample) => [sample.path, alter(sample.text, sample.path)] as const);
  return { ...Object.fromEntries(own), ...sources, [path]: `${Object.fromEntries(own)[path] ?? ""}${more}` };
}

test("each program has data, and those that another imports come with it", () => {
  const imported = ["split/data.sop", "split/model.sop"];
  assert.equal(Object.keys(programData).sort(), programs.map(({ path }) => path).filter((path) => !imported.includes(path)).sort());
});

test("they pass the checks of TypeScript", async () => {
  const texts: Record<string, string> = {};
  for (const path of ready) {
    const { value, diagnostics } = await compile(path, memoryHost(sourcesOf(path)), { verify: true, dumpAfter: null, outDirectoryToSource: "." });
    if (value === null) throw new Error(`${path}: ${diagnostics.map(({ id, message }) => `${id}: ${message}`).join("\n")}`);
    assert.equal(value.runs, dataOf(path).runs, path);
    texts[`program-${path.replaceAll(/\W/g, "-")}.ts`] = value.typescript;
  }
  assert.equal(typeCheck(texts), []);
});

for (const path of ready) {
  test(`${path} takes two steps of each run`, () => {
    const { files, runs, commands = [["train", "--smoke", "--quiet"]] } = dataOf(path);
    const beside = Object.fromEntries(Object.entries(files()).map(([name, content]) => [join(path, "..", name), content]));
    return inFolder({ ...sourcesOf(path), ...beside }, (folder) => {
      let said = "";
      for (const [command, ...rest] of commands) {
        const { status, stdout, stderr } = sop(folder, [command, path, ...rest], { timeout: patience });
        assert.is(status, 0, `${command} ${rest.join(" ")}: ${stderr}`);
        said += stdout;
      }
      for (const run of runs) {
        const log = join(folder, path, "..", "runs", run, "metrics.jsonl");
        const steps = existsSync(log) ? lossesIn(log) : [];
        assert.ok(said.includes(`${run}: 2 steps, `) || (steps.length === 2 && steps.every(Number.isFinite)), `${run}: ${said}`);
      }
    });
  });
}

test.run();
