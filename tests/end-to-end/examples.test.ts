// The examples as they are in the repository: each passes the checks of TypeScript and takes two steps of each of its runs. The original files of
// MNIST, which are not part of it, have stand-ins.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fileHost } from "../../compiler/cli/file-host.js";
import { compile } from "../../compiler/compile.js";
import { draws, idx } from "../support/made-data.js";
import { inFolder, sop } from "../support/sop.js";
import { typeCheck } from "../support/type-check.js";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".sop") && !path.includes("runs")).sort();

/** Files that an example is given with `--data-dir`, by its path. */
const given: Readonly<Record<string, () => Readonly<Record<string, Uint8Array>>>> = {
  "digits/mnist.sop": () => {
    const numbers = draws("mnist");
    return {
      "t10k-images-idx3-ubyte.gz": idx([300, 28, 28], Uint8Array.from({ length: 300 * 784 }, () => numbers.below(256))),
      "t10k-labels-idx1-ubyte.gz": idx([300], Uint8Array.from({ length: 300 }, (_, row) => row % 10)),
    };
  },
};

/** A program that hangs is ended; a busy machine is slow. */
const patience = 10 * 60_000;

const runsOf: Record<string, readonly string[]> = {};

test("they pass the checks of TypeScript", async () => {
  assert.ok(files.length > 0);
  const programs: Record<string, string> = {};
  for (const file of files) {
    const { value, diagnostics } = await compile(join(folder, file), fileHost(), { verify: true, dumpAfter: null, outDirectoryToSource: "." });
    assert.equal(diagnostics.map(({ id, message }) => `${id}: ${message}`), [], file);
    if (value === null) throw new Error(`${file} has errors`);
    runsOf[file] = value.runs;
    programs[`example-${file.replaceAll(/\W/g, "-")}.ts`] = value.typescript;
  }
  assert.equal(typeCheck(programs), []);
});

for (const file of files) {
  test(`${file} takes two steps of each run`, () =>
    inFolder(given[file]?.() ?? {}, (data) => {
      const { status, stdout, stderr } = sop(data, ["train", join(folder, file), "--smoke", "--quiet", "--runs-dir", data, ...(given[file] === undefined ? [] : ["--data-dir", data])], { timeout: patience });
      assert.is(status, 0, stderr);
      for (const run of runsOf[file] ?? []) assert.ok(stdout.includes(`${run}: 2 steps, `), stdout);
    }));
}

test("each folder says in words what it has: every run with what to expect", () => {
  for (const file of files) {
    const readme = readFileSync(join(folder, file, "..", "README.md"), "utf8");
    assert.ok(readme.includes(file.split("/").at(-1) ?? file), file);
    for (const run of runsOf[file] ?? []) assert.ok(readme.includes(`| \`${run}\` |`), `${file}: ${run}`);
  }
});

test.run();
