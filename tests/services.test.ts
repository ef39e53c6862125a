// Runs every case of tests/service-cases/**/*.md. `UPDATE=1` writes what is answered now; the review is the diff.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { answers, questionOf } from "./support/answers/answers.js";
import { readCase, writeCase } from "./support/cases.js";
import { runServiceCase } from "./support/service-cases.js";

const folder = fileURLToPath(new URL("service-cases/", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md")).sort();

test("there is a case for each question", () => {
  const asked = new Set(files.flatMap((file) => readCase(readFileSync(join(folder, file), "utf8")).sections.map(({ heading }) => questionOf(heading)?.name)));
  assert.equal(Object.keys(answers).filter((heading) => !asked.has(heading)), []);
});

for (const file of files) {
  test(file, async () => {
    const path = join(folder, file);
    const pinned = readFileSync(path, "utf8");
    const current = writeCase(await runServiceCase(readCase(pinned)));
    if (process.env["UPDATE"] === "1") writeFileSync(path, current);
    else assert.fixture(current, pinned);
  });
}

test.run();
